import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** Builds the dashboard into dist/web, to be served by the app itself below /api/dashboard. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/api/dashboard/',
  plugins: [preact()],
  logLevel: 'warn',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the pages allows no inline script or style, and no data: address of either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'sign-in', test: /msal/ }] } },
    },
  },
});
