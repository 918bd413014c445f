/** Whether `dist` is made of the sources as they are: `npm start` builds only when it is not. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const STAMP = 'dist/built-from';

/** Everything the build reads, but for what the lock file pins. */
const SOURCES = ['src/**/*', 'cli/**/*', 'web/**/*', 'local/**/*.ts', 'infra/lighthouse/*.json'];
const FILES = ['build.ts', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** To be called before a build; what it gives, when everything has been built. */
export function beginBuild(): () => void {
  rmSync(STAMP, { force: true });
  const digest = digestOfSources();
  return () => writeFileSync(STAMP, digest);
}

export function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digestOfSources();
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const found = globSync(SOURCES, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
  for (const file of [...found, ...FILES].sort()) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest('hex');
}
