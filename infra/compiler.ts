/** The Bicep compiler, of one version for everybody: from the cache, or restored as a package by the .NET SDK. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '0.49.2';
const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'osx-x64',
  'darwin-arm64': 'osx-arm64',
  'win32-x64': 'win-x64',
};

const SOMEWHERE = [
  ...['--tenant-id', 'aaaaaaaa-0000-4000-8000-000000000001'],
  ...['--subscription-id', 'bbbbbbbb-0000-4000-8000-000000000001'],
  ...['--deployment-name', 'test'],
];

/** Every answer is what the compiler had to say: warnings, errors, linter findings. Empty when all is well. */
export interface Bicep {
  /** Compiles every .bicep file under `infra` to JSON, at the same place under `outDir`. */
  build(outDir: string): string;
  lint(): string;
  /** Writes every file under `dir` anew, as the compiler's own formatter would. */
  format(dir: string): string;
  /** Compiles main.bicepparam, with what it reads from the environment. */
  parameters(env: Readonly<Record<string, string>>): string;
  /**
   * What a deployment of main.bicepparam would come to, as far as that can be told without Azure, written beside the file:
   * `main.snapshot.json` under `dir`, a copy of `infra`.
   */
  snapshot(dir: string, env: Readonly<Record<string, string>>): string;
}

/** Gives the compiler, or the reason why there is none on this machine. */
export function findBicep(): Bicep | { readonly missing: string } {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!platform) return { missing: `no Bicep compiler is packaged for ${process.platform}-${process.arch}` };
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pal-autopilot', 'bicep');
  const id = `Azure.Bicep.CommandLine.${platform}`;
  const binary = join(
    cache,
    id.toLowerCase(),
    VERSION,
    'tools',
    platform === 'win-x64' ? 'bicep.exe' : 'bicep',
  );
  if (!existsSync(binary)) {
    const trouble = restore(id, cache);
    if (trouble !== null) return { missing: trouble };
  }
  return bicepAt(binary);
}

function restore(id: string, cache: string): string | null {
  if (spawnSync('dotnet', ['--version']).status !== 0)
    return 'the .NET SDK (dotnet) is not there to fetch it';
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'bicep-'));
  try {
    const project = join(scratch, 'fetch.csproj');
    // The framework is named only because a project must have one; nothing is built.
    writeFileSync(
      project,
      `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences></PropertyGroup>
  <ItemGroup><PackageDownload Include="${id}" Version="[${VERSION}]" /></ItemGroup>
</Project>
`,
    );
    const run = spawnSync('dotnet', ['restore', project, '--packages', cache], { encoding: 'utf8' });
    return run.status === 0 ? null : `dotnet could not restore ${id} ${VERSION}:\n${run.stdout}${run.stderr}`;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function bicepAt(binary: string): Bicep {
  const run = (args: readonly string[], cwd = '.', env: Readonly<Record<string, string>> = {}) => {
    const done = spawnSync(binary, args, { encoding: 'utf8', cwd, env: { ...process.env, ...env } });
    if (done.error) throw done.error;
    const failed = done.status === 0 ? '' : `ended with code ${String(done.status)}`;
    return done.stderr + failed;
  };
  const all = 'infra/**/*.bicep';
  return {
    build: (outDir) => run(['build', '--pattern', all, '--outdir', outDir, '--no-restore']),
    lint: () => run(['lint', '--pattern', all, '--no-restore']),
    format: (dir) => run(['format', '--pattern', '**/*.{bicep,bicepparam}'], dir),
    parameters: (env) => run(['build-params', 'infra/main.bicepparam', '--no-restore', '--stdout'], '.', env),
    snapshot: (dir, env) =>
      run(['snapshot', 'main.bicepparam', '--mode', 'overwrite', ...SOMEWHERE], dir, env),
  };
}
