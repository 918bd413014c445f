/**
 * The estate loader as a process: sends an estate's onboarding events, once per data directory, and those of a step of its
 * timeline. `--estate FILE --data DIR`, the queue's connection string in the environment (`ServiceBus`).
 */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { serveControl } from '../control.ts';
import { readEstate, type Estate } from './estate.ts';

const { values } = parseArgs({ options: { estate: { type: 'string' }, data: { type: 'string' } } });
const file = values.estate ?? '';
const marker = join(values.data ?? '.', 'events-sent');

serveControl({}, { send: sendOnce, 'send-step': sendStep }, () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));

async function sendOnce(): Promise<number> {
  if (existsSync(marker)) return 0;
  const messages = messagesOf(readEstate(file));
  await send(messages);
  writeFileSync(marker, new Date().toISOString());
  return messages.length;
}

async function sendStep(at: unknown): Promise<number> {
  const events = readEstate(file).timeline[Number(at)]?.events ?? [];
  await send(bodiesOf(events, `step-${Number(at)}`));
  return events.length;
}

async function send(messages: readonly ServiceBusMessage[]): Promise<void> {
  const client = new ServiceBusClient(process.env['ServiceBus'] ?? '');
  const sender = client.createSender('onboarding');
  let batch = await sender.createMessageBatch();
  for (const message of messages) {
    if (batch.tryAddMessage(message)) continue;
    if (batch.count > 0) await sender.sendMessages(batch);
    batch = await sender.createMessageBatch();
    // One that fills no batch is sent alone: a huge body is the queue's to judge.
    if (!batch.tryAddMessage(message)) await sender.sendMessages(message);
  }
  if (batch.count > 0) await sender.sendMessages(batch);
  await client.close();
}

/** Every message has an id of its own and a stable one, so that sending again after a crash doubles nothing. */
function messagesOf(estate: Estate): ServiceBusMessage[] {
  const time = new Date().toISOString();
  const onboarding = estate.customers
    .filter(({ onboard }) => onboard)
    .map((customer) => ({
      specversion: '1.0',
      type: 'pal.tenant.onboarded.v1',
      source: 'local/estate-loader',
      id: `onboard-${customer.tenantId}`,
      time,
      datacontenttype: 'application/json',
      data: { tenantId: customer.tenantId, displayName: customer.displayName, ...customer.event },
    }));
  return [
    ...onboarding.map((event) => ({
      messageId: event.id,
      contentType: 'application/cloudevents+json',
      body: bytesOf(event),
    })),
    ...bodiesOf(estate.events, 'event'),
  ];
}

function bodiesOf(events: Estate['events'], name: string): ServiceBusMessage[] {
  return events.map((event, index) => ({
    messageId: `${name}-${index}-${digest(event)}`,
    body: bytesOf(event),
  }));
}

function bytesOf(event: unknown): Buffer {
  return Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
}

function digest(event: unknown): string {
  return createHash('sha256').update(bytesOf(event)).digest('hex').slice(0, 12);
}
