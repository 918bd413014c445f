/**
 * `npm run package`: what is deployed, as a folder (dist/package) and as a zip beside it. The bundles
 * of functions, app and telemetry, the dashboard's pages, the host's settings and a package.json that names the bundle; nothing is installed
 * on the other side.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zip, type ZipEntry } from './zip.ts';

const FOLDER = 'dist/package';
const ARCHIVE = 'dist/pal-autopilot.zip';

const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;
const entries: readonly ZipEntry[] = [
  { name: 'functions.cjs', data: bundle('functions.cjs') },
  { name: 'app.cjs', data: bundle('app.cjs') },
  { name: 'telemetry.cjs', data: bundle('telemetry.cjs') },
  { name: 'host.json', data: readFileSync('host.json') },
  {
    name: 'package.json',
    data: Buffer.from(`${JSON.stringify({ name, version, license, main: 'functions.cjs' }, null, 2)}\n`),
  },
  ...pages(),
];

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const { name: file, data } of entries) {
  mkdirSync(dirname(join(FOLDER, file)), { recursive: true });
  writeFileSync(join(FOLDER, file), data);
}
const archive = zip(entries);
writeFileSync(ARCHIVE, archive);

process.stdout.write(`${ARCHIVE}: ${megabytes(archive.length)} (${entries.map(sized).join(', ')})\n`);
process.stdout.write(`loads in ${loadTimeMs()} ms on this machine, Node ${process.versions.node}\n`);

/** A bundle without the line that points to its source map, which stays behind. */
function bundle(name: string): Buffer {
  const text = readFileSync(join('dist', name), 'utf8');
  return Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

/** The dashboard, which stands beside the bundle that serves it. */
function pages(): ZipEntry[] {
  const files = readdirSync('dist/web', { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  return files
    .map(({ parentPath, name: file }) => join(parentPath, file).slice('dist/'.length).replaceAll('\\', '/'))
    .toSorted()
    .map((file) => ({ name: file, data: readFileSync(join('dist', file)) }));
}

/** The best of three: what a cold start spends before it can register its functions. */
function loadTimeMs(): number {
  const script = `const from = performance.now(); require('./functions.cjs'); process.stdout.write('took ' + (performance.now() - from)); process.exit()`;
  const once = () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: FOLDER, encoding: 'utf8' });
    const took = /took ([\d.]+)$/.exec(stdout);
    if (!took) throw new Error(`The package does not load:\n${stdout}${stderr}`);
    return Number(took[1]);
  };
  return Math.round(Math.min(once(), once(), once()));
}

function sized({ name: file, data }: ZipEntry): string {
  return `${file} ${megabytes(data.length)}`;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
