/** The onboarding events of an estate, put on the queue: those it begins with, once per data directory, and those of a step. */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import type { Estate } from './estate.ts';

export interface Loader {
  /** Sends what the estate begins with, unless this data directory has had it; gives how many were sent. */
  send(): Promise<number>;
  /** Sends the events of the step at this place of the timeline. */
  sendStep(at: number): Promise<void>;
}

interface LoaderOptions {
  readonly estate: Estate;
  /** Where it is kept that the estate's events have been sent. */
  readonly dataDir: string;
  /** Of the Service Bus with the onboarding queue. */
  readonly connectionString: string;
}

export function makeLoader({ estate, dataDir, connectionString }: LoaderOptions): Loader {
  const marker = join(dataDir, 'events-sent');
  return {
    async send() {
      if (existsSync(marker)) return 0;
      const messages = messagesOf(estate);
      await send(connectionString, messages);
      writeFileSync(marker, new Date().toISOString());
      return messages.length;
    },
    async sendStep(at) {
      await send(connectionString, bodiesOf(estate.timeline[at]?.events ?? [], `step-${at}`));
    },
  };
}

async function send(connectionString: string, messages: readonly ServiceBusMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const client = new ServiceBusClient(connectionString);
  try {
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
  } finally {
    await client.close();
  }
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
