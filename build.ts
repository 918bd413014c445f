/** Builds the app: one CommonJS bundle of all functions, and one of the report, as they run in Azure and in the local stack. */
import { build, type BuildOptions } from 'esbuild';

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
});
await build({
  ...common,
  format: 'esm',
  entryPoints: ['cli/report.ts'],
  outfile: 'dist/report.mjs',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
