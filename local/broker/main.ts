/** The broker as a process of its own: `--port N --data DIR --queues infra/queues.json`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serveControl } from '../control.ts';
import { startBroker } from './broker.ts';
import type { QueueDefinition } from './queue-properties.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    queues: { type: 'string', default: 'infra/queues.json' },
  },
});

const broker = await startBroker({
  queues: JSON.parse(readFileSync(values.queues, 'utf8')) as Record<string, QueueDefinition>,
  port: Number(values.port),
  ...(values.data === undefined ? {} : { dataDir: values.data }),
});

let ending = false;
const end = () => {
  if (ending) return;
  ending = true;
  void broker.stop().then(() => process.exit(0));
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
serveControl(
  { port: broker.port, connectionString: broker.connectionString },
  { stats: () => broker.stats() },
  end,
);
