import { defineConfig } from 'vitest/config';

const common = { testTimeout: 20_000, hookTimeout: 30_000 };
const globalSetup = 'test/support/azurite.setup.ts';

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
      {
        test: {
          ...common,
          globalSetup,
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Each of these brings up the whole stack, and mostly waits.
        test: {
          globalSetup,
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // Several processes a test on a shared machine: on CI a test that fails is tried once more. One that only looks at
          // what its file's run has left comes to the same again.
          retry: process.env['CI'] ? 1 : 0,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // The whole stack and a browser; skipped, and said so, where no Chromium is found.
        test: {
          globalSetup,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry: process.env['CI'] ? 1 : 0,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    maxWorkers: 2,
  },
});
