/**
 * Builds the app as it runs in Azure and in the local stack: one CommonJS bundle that registers all functions, one of the app
 * itself, which is read when they are registered, and one of the telemetry SDK, which is read only where telemetry is on,
 * with the dashboard's pages beside them; the report; and `pal`.
 */
import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { build as buildPages } from 'vite';
import { beginBuild } from './local/sources.ts';

/** What is read when it is first needed, each a bundle of its own. */
const APART = { 'src/functions/late.ts': 'app.cjs', 'src/lib/adapters/telemetry/sdk.ts': 'telemetry.cjs' };

/** A megabyte that is not run costs tens of milliseconds at every start all the same: it has to be parsed. */
const apart: Plugin = {
  name: 'apart',
  setup(building) {
    building.onResolve({ filter: /\.ts$/ }, ({ kind, resolveDir, path }) => {
      const file = Object.entries(APART).find(([entry]) => join(resolveDir, path) === resolve(entry))?.[1];
      return kind === 'dynamic-import' && file ? { path: `./${file}`, external: true } : undefined;
    });
  },
};

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: 'linked',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  // The host provides it; a copy in the bundle would register functions with nobody.
  external: ['@azure/functions-core'],
  plugins: [apart],
};

const built = beginBuild();
const bundles = { 'src/functions/main.ts': 'functions.cjs', ...APART };
for (const [entry, file] of Object.entries(bundles)) {
  await build({
    ...common,
    format: 'cjs',
    entryPoints: [entry],
    outfile: `dist/${file}`,
    define: { 'import.meta.dirname': '__dirname' },
  });
}
await buildPages({ configFile: 'web/vite.config.ts' });
for (const [entry, outfile] of [
  ['cli/report.ts', 'dist/report.mjs'],
  ['cli/main.ts', 'dist/pal.mjs'],
] as const) {
  await build({
    ...common,
    format: 'esm',
    entryPoints: [entry],
    outfile,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}
await chmod('dist/pal.mjs', 0o755);
built();
