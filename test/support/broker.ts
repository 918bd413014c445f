/** A dev broker with one queue, and a real client on it, for the length of one test. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { startBroker, type Broker } from '../../local/broker/broker.ts';
import type { EntityStats } from '../../local/broker/entities.ts';
import type { QueueDefinition } from '../../local/broker/queue-properties.ts';

interface TestQueue {
  readonly broker: Broker;
  readonly client: ServiceBusClient;
  readonly sender: ServiceBusSender;
  readonly receiver: ServiceBusReceiver;
  readonly deadLetters: ServiceBusReceiver;
  /** Receives up to `count` messages, waiting at most `waitMs` for the first. */
  readonly receive: (count: number, waitMs?: number) => Promise<ServiceBusReceivedMessage[]>;
  /** Receives exactly one message; throws when there is none. */
  readonly receiveOne: (from?: ServiceBusReceiver) => Promise<ServiceBusReceivedMessage>;
  readonly stats: () => EntityStats;
}

interface TestQueueOptions extends Partial<QueueDefinition> {
  readonly dataDir?: string;
}

/** Starts a broker whose only queue is `work`, by default with a long lock and three deliveries. */
export async function startTestQueue(options: TestQueueOptions = {}): Promise<TestQueue> {
  const { dataDir, ...definition } = options;
  const work = { lockDuration: 'PT30S', maxDeliveryCount: 3, ...definition };
  const broker = await startBroker({ queues: { work }, port: 0, ...(dataDir ? { dataDir } : {}) });
  const client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });

  const receiver = client.createReceiver('work', { maxAutoLockRenewalDurationInMs: 0 });
  return {
    broker,
    client,
    sender: client.createSender('work'),
    receiver,
    deadLetters: client.createReceiver('work', { subQueueType: 'deadLetter' }),
    receive: (count, waitMs = 2_000) => receiver.receiveMessages(count, { maxWaitTimeInMs: waitMs }),
    receiveOne: async (from = receiver) => {
      const [message] = await from.receiveMessages(1, { maxWaitTimeInMs: 3_000 });
      if (!message) throw new Error('nothing to receive');
      return message;
    },
    stats: () => {
      const stats = broker.stats()['work'];
      if (!stats) throw new Error('no queue work');
      return stats;
    },
  };
}

/** Looks every few milliseconds until it holds; fails after three seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error('it never came to hold');
}
