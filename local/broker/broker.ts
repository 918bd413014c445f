/** A Service Bus namespace on this machine: the queues, their persistence and their AMQP endpoint put together. */
import { randomUUID } from 'node:crypto';
import { startAmqpServer, type AmqpServer } from './amqp-server.ts';
import { openEntities, type EntityStats } from './entities.ts';
import { readQueueProperties, type QueueDefinition } from './queue-properties.ts';

interface BrokerOptions {
  /** The queues by name, as in `infra/queues.json`. */
  readonly queues: Readonly<Record<string, QueueDefinition>>;
  /** 0 takes a free port. */
  readonly port: number;
  /** Where messages outlive the process; without it nothing does. */
  readonly dataDir?: string;
}

export interface Broker {
  readonly port: number;
  readonly connectionString: string;
  stats(): Record<string, EntityStats>;
  stop(): Promise<void>;
}

/** How late a scheduled message or an expired lock may be noticed when nothing else happens. */
const TICK_MS = 10;

/** Starts the broker; rejects with a sentence that names the port when it is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const properties = Object.fromEntries(
    Object.entries(options.queues).map(([name, definition]) => [name, readQueueProperties(name, definition)]),
  );
  let server: AmqpServer | null = null;
  const entities = openEntities({
    properties,
    dataDir: options.dataDir ?? null,
    now: Date.now,
    newLockToken: randomUUID,
    onAvailable: (queue) => server?.wake(queue),
  });
  server = await startAmqpServer(entities, options.port);

  const ticking = setInterval(() => {
    for (const queue of entities.queues()) queue.advance();
    entities.flush();
  }, TICK_MS);

  const { port } = server;
  return {
    port,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=dev;SharedAccessKey=dev;UseDevelopmentEmulator=true;`,
    stats: () => entities.stats(),
    stop: async () => {
      clearInterval(ticking);
      await server.stop();
      entities.flush();
      entities.close();
    },
  };
}
