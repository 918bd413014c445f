/** Azurite's table service as a child of the local stack: `--port N [--data DIR]`; without DIR it keeps nothing. */
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveControl } from '../control.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const port = Number(values.port);
const args = [
  '--tableHost',
  '127.0.0.1',
  '--tablePort',
  String(port),
  '--disableTelemetry',
  '--skipApiVersionCheck',
  '--silent',
];
process.argv = [
  ...process.argv.slice(0, 2),
  ...args,
  ...(values.data ? ['--location', values.data] : ['--inMemoryPersistence']),
];

createRequire(import.meta.url)('azurite/dist/src/table/main.js');

// Azurite closes in order, and writes what it holds in memory to disk, only for SIGINT, and only for the first one.
let ending = false;
const end = () => {
  if (ending) return;
  ending = true;
  process.kill(process.pid, 'SIGINT');
  if (process.connected) process.disconnect();
};
process.once('SIGTERM', end);

await listening();
serveControl({ port }, {}, end);

async function listening(): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
}
