/** The host as a process of its own: `node local/host/main.ts --app-root DIR [--port N]`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { serveControl } from '../control.ts';
import { startHost } from './host.ts';
import { formatEntry } from './log.ts';

const { values } = parseArgs({
  options: { 'app-root': { type: 'string', default: '.' }, port: { type: 'string', default: '0' } },
});

// On Azure the worker lives in UTC; the extension hands over times without a zone, so it matters.
process.env['TZ'] ??= 'UTC';

// When the parent is gone nobody reads any more, and a line that cannot be written must not break an orderly stop.
process.stdout.on('error', () => undefined);

try {
  const host = await startHost({
    appRoot: resolve(values['app-root']),
    port: Number(values.port),
    env: process.env,
    log: (entry) => console.log(formatEntry(entry)),
  });
  const stop = () => {
    host.stop().then(
      () => process.exit(0),
      (error: unknown) => fail('the stop failed', error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  serveControl({ port: host.port, functions: host.functions }, { stats: () => host.stats() }, stop);
} catch (error) {
  fail('the start failed', error);
}

function fail(what: string, error: unknown): never {
  console.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
