/** Table Storage on this machine for the length of one test file: Azurite as a child that keeps everything in memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { makeTable, type Table, type TableStorage } from '../../src/lib/adapters/tables/table.ts';

/** The account every Azurite has; the key is public. */
const ACCOUNT =
  'AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const START_MS = 20_000;

export interface TestTables {
  /** A table of its own, under a name nobody else uses. */
  table(): Table;
  /** Where the tables are, once the tests run. */
  storage(): TableStorage;
}

/** Starts Azurite before the tests of a file and ends it after them. */
export function useAzurite(): TestTables {
  let child: ChildProcess | null = null;
  let port = 0;
  let tables = 0;
  const storage = (): TableStorage => ({
    kind: 'connection-string',
    connectionString: `DefaultEndpointsProtocol=http;${ACCOUNT};TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`,
  });

  beforeAll(async () => {
    port = await freePort();
    child = start(port);
    await listening(port, child);
  });
  afterAll(async () => {
    if (child) await end(child);
  });

  return {
    storage,
    table() {
      tables += 1;
      return makeTable(`T${process.pid}x${tables}`, storage());
    },
  };
}

function start(port: number): ChildProcess {
  const main = 'node_modules/azurite/dist/src/table/main.js';
  const options = ['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  const where = ['--tableHost', '127.0.0.1', '--tablePort', String(port)];
  const child = spawn(process.execPath, [main, ...where, ...options], { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** Azurite ends only for SIGINT. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += 50) {
    if (child.exitCode !== null) throw new Error(`Azurite ended with ${child.exitCode}.`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
        .once('connect', () => {
          socket.destroy();
          resolve(true);
        })
        .once('error', () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error('Azurite did not start.');
}
