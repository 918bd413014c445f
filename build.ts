/**
 * Builds the app: one CommonJS bundle of all functions as they run in Azure and in the local stack, with the dashboard's pages
 * beside it; the report; and `pal`.
 */
import { chmod } from 'node:fs/promises';
import { build, type BuildOptions } from 'esbuild';
import { build as buildPages } from 'vite';

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
};

await build({
  ...common,
  format: 'cjs',
  entryPoints: ['src/functions/main.ts'],
  outfile: 'dist/functions.cjs',
  define: { 'import.meta.dirname': '__dirname' },
});
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
