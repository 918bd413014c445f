/** The host's queue triggers over the real Service Bus SDK, against the dev broker. */
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startBroker, type Broker } from '../../../local/broker/broker.ts';
import type { HostJson } from '../../../local/host/host-json.ts';
import { startHost, type Host } from '../../../local/host/host.ts';
import { buildApp } from '../../fixtures/host/built-app.ts';

interface Seen {
  functionName: string;
  body: unknown;
  metadata: Record<string, unknown>;
}

const queue = { lockDuration: 'PT60S', maxDeliveryCount: 3 };

let app: Awaited<ReturnType<typeof buildApp>>;
let broker: Broker;
let client: ServiceBusClient;
let host: Host;
let errors: string[];

beforeAll(async () => {
  app = await buildApp('full-app');
});
afterAll(() => app.remove());

beforeEach(async () => {
  errors = [];
  const queues = { text: queue, bytes: queue, failing: queue, slow: { ...queue, lockDuration: 'PT0.4S' } };
  broker = await startBroker({ queues, port: 0 });
  client = new ServiceBusClient(broker.connectionString);
  host = await startTheHost();
});
afterEach(async () => {
  await host.stop();
  await client.close();
  await broker.stop();
});

function startTheHost(hostJson: HostJson = {}): Promise<Host> {
  return startHost({
    appRoot: app.appRoot,
    hostJson,
    port: 0,
    env: { ServiceBus: broker.connectionString, TEXT_QUEUE: 'text', TICK_SCHEDULE: '0 0 3 * * *' },
    log: ({ level, message }) => level === 'error' && errors.push(message),
  });
}

async function send(queueName: string, ...messages: ServiceBusMessage[]): Promise<void> {
  const sender = client.createSender(queueName);
  await sender.sendMessages(messages);
  await sender.close();
}

async function seenBy(functionName: string, count: number): Promise<Seen[]> {
  let seen: Seen[] = [];
  const look = async () => {
    const response = await fetch(`http://127.0.0.1:${host.port}/api/seen`);
    seen = ((await response.json()) as Seen[]).filter((one) => one.functionName === functionName);
    return seen;
  };
  await expect.poll(look, { timeout: 5_000 }).toHaveLength(count);
  return seen;
}

async function left(queueName: string): Promise<number> {
  const receiver = client.createReceiver(queueName);
  const peeked = await receiver.peekMessages(100);
  await receiver.close();
  return peeked.length;
}

it('gives exact bytes to a binary handler and completes the messages', async () => {
  const bodies = [
    Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    Buffer.from('\uFEFF{}'),
    Buffer.from('{"a":1}'),
    Buffer.alloc(0),
  ];

  await send('bytes', ...bodies.map((body) => ({ body })));
  const seen = await seenBy('take-bytes', 4);

  expect(seen.map(({ body }) => body)).toEqual(bodies.map((body) => ({ base64: body.toString('base64') })));
  await expect.poll(() => left('bytes')).toBe(0);
});

it('describes a message as the real host does', async () => {
  await send('text', {
    body: { tenantId: 'a' },
    messageId: '1e5',
    correlationId: 'c',
    applicationProperties: { Attempt: 2, when: new Date('2026-03-01T10:00:00Z') },
  });
  const [seen] = await seenBy('take-text', 1);

  expect(seen!.body).toEqual({ tenantId: 'a' });
  expect(seen!.metadata).toMatchObject({
    messageId: 1e5,
    correlationId: 'c',
    deliveryCount: 1,
    sequenceNumber: 1,
    applicationProperties: { attempt: 2, when: '2026-03-01T10:00:00.000Z' },
  });
  expect(seen!.metadata['enqueuedTimeUtc']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+$/);
});

it('delivers again at once what a handler threw on, and counts', async () => {
  await send('failing', { body: 'x' });
  const seen = await seenBy('fail-once', 2);

  expect(seen.map(({ metadata }) => metadata['deliveryCount'])).toEqual([1, 2]);
  await expect.poll(() => left('failing')).toBe(0);
});

it('receives what another receiver dead-lettered', async () => {
  await host.stop();
  await send('bytes', { body: { a: 1 } });
  const receiver = client.createReceiver('bytes');
  const [message] = await receiver.receiveMessages(1);
  await receiver.deadLetterMessage(message!, {
    deadLetterReason: 'unreadable',
    deadLetterErrorDescription: 'not JSON',
  });
  await receiver.close();

  host = await startTheHost();
  const [seen] = await seenBy('take-dead', 1);

  expect(seen!.body).toEqual({ a: 1 });
  expect(seen!.metadata['applicationProperties']).toMatchObject({ deadLetterReason: 'unreadable' });
});

it('keeps messages of one id locked while their functions outlast the lock', async () => {
  await send('slow', { body: 1, messageId: 'same' }, { body: 2, messageId: 'same' });
  const seen = await seenBy('take-slowly', 2);

  expect(seen.map(({ metadata }) => metadata['deliveryCount'])).toEqual([1, 1]);
  await expect.poll(() => left('slow')).toBe(0);
});

it('settles what is running before it stops, and leaves the rest to its successor', async () => {
  await send('slow', { body: 1 });
  await expect.poll(() => host.stats().inFlight).toBe(1);

  await host.stop();
  await send('slow', { body: 2 });
  host = await startTheHost();
  const seen = await seenBy('take-slowly', 1);

  expect(seen[0]!.body).toBe(2);
  expect(seen[0]!.metadata['deliveryCount']).toBe(1);
  expect(errors).toEqual([]);
});

it('runs no more at a time than host.json allows', async () => {
  await host.stop();
  host = await startTheHost({ extensions: { serviceBus: { maxConcurrentCalls: 2 } } });

  await send('slow', { body: 1 }, { body: 2 }, { body: 3 });
  await expect.poll(() => host.stats().inFlight).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 200));

  expect(host.stats()).toMatchObject({ inFlight: 2, invocations: 2 });
  await seenBy('take-slowly', 3);
});
