import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../local/broker/broker.ts';
import { makeQueues } from '../../src/lib/adapters/bus/queues.ts';
import { Failure } from '../../src/lib/domain/failure.ts';
import type { OutgoingMessage, Queues } from '../../src/lib/domain/ports.ts';
import { makeFakeQueues } from '../fakes/queues.ts';

type QueueName = Parameters<Queues['send']>[0];

interface Received {
  readonly messageId: string;
  readonly text: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The port, and a look at what comes out at the other end. */
interface Bus {
  readonly queues: Queues;
  /** What is visible in a queue once `waitMs` have passed; taken out. */
  received(queue: QueueName, waitMs?: number): Promise<readonly Received[]>;
}

const definitions = {
  'work-reconcile': {
    lockDuration: 'PT1M',
    maxDeliveryCount: 5,
    duplicateDetectionHistoryTimeWindow: 'PT10M',
  },
  'work-parked': { lockDuration: 'PT1M', maxDeliveryCount: 5 },
};
const names = {
  onboarding: 'work-onboarding',
  reconcile: 'work-reconcile',
  sweeps: 'work-sweeps',
  notices: 'work-notices',
  parked: 'work-parked',
};

async function aRealBus(): Promise<Bus> {
  const broker = await startBroker({ queues: definitions, port: 0 });
  const clients: ServiceBusClient[] = [];
  const connect = () => {
    const client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
    clients.push(client);
    return client;
  };
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await broker.stop();
  });
  const reader = connect();

  return {
    queues: makeQueues(connect, names),
    async received(queue, waitMs = 0) {
      const receiver = reader.createReceiver(names[queue], {
        receiveMode: 'receiveAndDelete',
        skipParsingBodyAsJson: true,
      });
      const got = await receiver.receiveMessages(10, { maxWaitTimeInMs: waitMs + 300 });
      return got.map(({ messageId, body, applicationProperties }) => ({
        messageId: String(messageId),
        text: Buffer.isBuffer(body) ? body.toString('utf8') : 'not bytes',
        properties: applicationProperties ?? {},
      }));
    },
  };
}

function aFakeBus(): Promise<Bus> {
  const queues = makeFakeQueues();
  return Promise.resolve({
    queues,
    received(queue, waitMs = 0) {
      const now = new Date(Date.now() + waitMs);
      const got: Received[] = [];
      for (let next = queues.take(queue, now); next; next = queues.take(queue, now)) {
        const { messageId, body, properties } = next;
        got.push({ messageId, text: new TextDecoder().decode(body), properties });
      }
      return Promise.resolve(got);
    },
  });
}

function aMessage(changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { messageId: 'tenant.1~event-1~0', body: new TextEncoder().encode('{"ö":1}'), ...changes };
}

describe.each([
  { name: 'in memory', make: aFakeBus },
  { name: 'over Service Bus', make: aRealBus },
])('the queues $name', ({ make }) => {
  it('deliver a message with its id, its bytes and its properties', async () => {
    const bus = await make();

    const properties = { reason: 'The message body is empty.', attempts: 2 };
    await bus.queues.send('parked', aMessage({ properties }));

    expect(await bus.received('parked')).toEqual([
      { messageId: 'tenant.1~event-1~0', text: '{"ö":1}', properties },
    ]);
  });

  it('can be reached without a message being sent', async () => {
    const bus = await make();

    await expect(bus.queues.reach('reconcile')).resolves.toBeUndefined();
    expect(await bus.received('reconcile')).toEqual([]);
  });

  it('deliver an empty body', async () => {
    const bus = await make();

    await bus.queues.send('parked', aMessage({ body: new Uint8Array() }));

    expect(await bus.received('parked')).toMatchObject([{ text: '' }]);
  });

  it('fold two requests of one id into one', async () => {
    const bus = await make();

    await bus.queues.send('reconcile', aMessage());
    await bus.queues.send('reconcile', aMessage());

    expect(await bus.received('reconcile')).toHaveLength(1);
  });

  it('fold a scheduled request with the one that lies there', async () => {
    const bus = await make();

    await bus.queues.send('reconcile', aMessage());
    await bus.queues.send('reconcile', aMessage({ at: new Date(Date.now() + 60_000) }));

    expect(await bus.received('reconcile')).toHaveLength(1);
  });

  it('keep requests of different ids apart', async () => {
    const bus = await make();

    await bus.queues.send('reconcile', aMessage());
    await bus.queues.send('reconcile', aMessage({ messageId: 'tenant.1~event-1~1' }));

    expect(await bus.received('reconcile')).toHaveLength(2);
  });

  it('never fold what is parked', async () => {
    const bus = await make();

    await bus.queues.send('parked', aMessage());
    await bus.queues.send('parked', aMessage());

    expect(await bus.received('parked')).toHaveLength(2);
  });

  it('hold a message back until its time', async () => {
    const bus = await make();

    await bus.queues.send('reconcile', aMessage({ at: new Date(Date.now() + 700) }));

    expect(await bus.received('reconcile')).toEqual([]);
    expect(await bus.received('reconcile', 800)).toHaveLength(1);
  });

  it('refuse a message that is larger than they take, as one that no other try will bring', async () => {
    const bus = await make();

    const sent = bus.queues.send('reconcile', aMessage({ body: new Uint8Array(262_144) }));

    await expect(sent).rejects.toMatchObject({ name: 'Failure', kind: 'rejected' });
    expect(await bus.received('reconcile')).toEqual([]);
  });

  it('refuse an id of more than 128 characters', async () => {
    const bus = await make();

    await expect(bus.queues.send('reconcile', aMessage({ messageId: 'x'.repeat(129) }))).rejects.toThrow();
  });
});

describe('queues that cannot be reached', () => {
  it('are a failure that passes by itself, so that the message in hand is delivered again', async () => {
    const broker = await startBroker({ queues: {}, port: 0 });
    const client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
    onTestFinished(async () => {
      await client.close();
      await broker.stop();
    });
    const queues = makeQueues(() => client, names);

    await expect(queues.send('reconcile', aMessage())).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'The queue work-reconcile could not be written.',
    });
  });
});

it('a queue that is not there cannot be reached, and says so as a failure', async () => {
  const { queues } = await aRealBus();

  await expect(queues.reach('sweeps')).rejects.toBeInstanceOf(Failure);
});
