/** One Azurite for all files of a project: tests take accounts of their own in it, so that none sees another's tables. */
import type { TestProject } from 'vitest/node';
import { startChild, type Child } from '../../local/control.ts';
import { freePort } from '../../local/free-port.ts';
import { ACCOUNT_KEY, accountNames } from './azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly azuritePort: number;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const port = await freePort();
  let child = await startAzurite(port);
  // A watching run begins its numbers anew, and with them the accounts.
  project.onTestsRerun(async () => {
    await child.stop();
    child = await startAzurite(port);
  });
  project.provide('azuritePort', port);
  return () => child.stop();
}

function startAzurite(port: number): Promise<Child> {
  const accounts = accountNames().map((name) => `${name}:${ACCOUNT_KEY}`);
  return startChild({
    name: 'tables',
    script: 'local/tables/main.ts',
    args: ['--port', String(port)],
    env: { PATH: process.env['PATH'] ?? '', AZURITE_ACCOUNTS: accounts.join(';') },
    onLine: () => undefined,
  });
}
