/**
 * Azurite's table service as a child of the local stack: `--port N [--data DIR]`; without DIR it keeps nothing. It counts
 * the requests it is sent by method and table; an entity-group transaction is one request, under `$batch`.
 */
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
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

const requests: Record<string, number> = {};
channel('http.server.request.start').subscribe((message) => {
  const { method, url } = (message as { request: IncomingMessage }).request;
  const table = /^\/[^/]+\/([$A-Za-z0-9]+)/.exec(url ?? '')?.[1] ?? '';
  const name = `${method ?? ''} ${table}`;
  requests[name] = (requests[name] ?? 0) + 1;
});

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
serveControl({ port }, { requests: () => requests }, end);

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
