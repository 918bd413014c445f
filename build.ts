/**
 * Builds the app: one CommonJS bundle of all functions and one of the telemetry SDK, which is read only where telemetry is
 * on, as they run in Azure and in the local stack, with the dashboard's pages beside them; the report; and `pal`.
 */
import { chmod } from 'node:fs/promises';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { build as buildPages } from 'vite';
import { beginBuild } from './local/sources.ts';

/** A megabyte that is not run costs tens of milliseconds at every start all the same: it has to be parsed. */
const telemetryApart: Plugin = {
  name: 'telemetry-apart',
  setup(building) {
    building.onResolve({ filter: /\/telemetry\/sdk\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './telemetry.cjs', external: true } : undefined,
    );
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
  plugins: [telemetryApart],
};

const built = beginBuild();
await build({
  ...common,
  format: 'cjs',
  entryPoints: ['src/functions/main.ts'],
  outfile: 'dist/functions.cjs',
  define: { 'import.meta.dirname': '__dirname' },
});
await buildPages({ configFile: 'web/vite.config.ts' });
await build({
  ...common,
  format: 'cjs',
  entryPoints: ['src/lib/adapters/telemetry/sdk.ts'],
  outfile: 'dist/telemetry.cjs',
});
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
