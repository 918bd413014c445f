/** One Azurite for a whole run: tests take accounts of their own in it, so that none sees another's tables. */
import type { TestProject } from 'vitest/node';
import { startChild } from '../../local/control.ts';
import { freePort } from '../../local/free-port.ts';
import { ACCOUNT_KEY, accountNames } from './azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly azuritePort: number;
  }
}

export default async function startAzurite(project: TestProject): Promise<() => Promise<void>> {
  const port = await freePort();
  const child = await startChild({
    name: 'tables',
    script: 'local/tables/main.ts',
    args: ['--port', String(port)],
    env: {
      PATH: process.env['PATH'] ?? '',
      AZURITE_ACCOUNTS: accountNames()
        .map((name) => `${name}:${ACCOUNT_KEY}`)
        .join(';'),
    },
    onLine: () => undefined,
  });
  project.provide('azuritePort', port);
  return () => child.stop();
}
