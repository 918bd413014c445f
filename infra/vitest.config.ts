/** `npm run infra:check`: what only the real compiler can tell. Apart from `npm test`, because it fetches that compiler. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'infra',
    root: '.',
    include: ['test/infra/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    globalSetup: 'test/infra/compiler.setup.ts',
  },
});
