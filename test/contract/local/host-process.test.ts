import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChild } from '../../../local/control.ts';
import { buildApp } from '../../fixtures/host/built-app.ts';

const script = join(import.meta.dirname, '../../../local/host/main.ts');
const settings = {
  PATH: process.env['PATH'] ?? '',
  // Nobody listens there: the host must come up, serve and stop all the same.
  ServiceBus: 'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true',
  TEXT_QUEUE: 'text',
  TICK_SCHEDULE: '0 0 3 * * *',
};

let app: Awaited<ReturnType<typeof buildApp>>;
let lines: string[];

beforeAll(async () => {
  app = await buildApp('full-app');
});
afterAll(() => app.remove());

function start(appRoot: string, ...args: string[]) {
  lines = [];
  return startChild({
    name: 'host',
    script,
    args: ['--app-root', appRoot, ...args],
    env: settings,
    onLine: (line) => lines.push(line),
  });
}

it('says where it listens, answers how much ran, and ends in order', async () => {
  const child = await start(app.appRoot);
  const response = await fetch(`http://127.0.0.1:${String(child.facts['port'])}/api/own-context?n=7`);

  const stats = await child.ask('stats');
  await child.stop(8_000);

  expect(response.status).toBe(200);
  expect(child.facts['functions']).toContain('take-text');
  expect(stats).toEqual({ inFlight: 0, invocations: 1, failures: 0 });
  expect(await child.ended).toBe(0);
  expect(lines.find((line) => line.includes('asked 7'))).toMatch(
    /^information own-context\([0-9a-f-]+\) asked 7$/,
  );
  expect(lines).toContain('appTerminate ran');
});

it('ends when its parent goes away', async () => {
  const child = fork(script, ['--app-root', app.appRoot], { env: settings, stdio: 'ignore' });
  await once(child, 'message');

  child.disconnect();

  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.each([
  ['faulty-start-app', 'the start failed: PARTNER_ID is not a number; TABLES is missing'],
  ['stream-app', 'app.setup({ enableHttpStream: true }) is not supported by the local host'],
])('ends with code 1 and the reason when the app is %s', async (name, reason) => {
  const faulty = await buildApp(name);

  const started = start(faulty.appRoot);

  await expect(started).rejects.toThrow('ended (code 1)');
  expect(lines.join('\n')).toContain(reason);
  await faulty.remove();
});

it('names the port when it is taken', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;

  await expect(start(app.appRoot, '--port', String(port))).rejects.toThrow('ended (code 1)');

  expect(lines.join('\n')).toContain(`port ${port} is in use`);
  await new Promise((resolve) => taken.close(resolve));
});
