/** Customers announced by events, and the wait until what came of them is on record. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceBusClient } from '@azure/service-bus';
import { tenantId } from './estates.ts';
import type { Stage } from './stage.ts';

/** Sends the event of one customer and waits until its outcome is on record; gives the milliseconds in between. */
export async function onboard(stage: Stage, client: ServiceBusClient, customer: number): Promise<number> {
  const started = performance.now();
  await send(client, [customer]);
  await recorded(stage, customer);
  return performance.now() - started;
}

/** Sends the events of customers by their numbers. */
export async function send(client: ServiceBusClient, customers: readonly number[]): Promise<void> {
  const sender = client.createSender('onboarding');
  const messages = customers.map((customer) => ({
    messageId: `event-${customer}`,
    body: Buffer.from(JSON.stringify({ tenantId: tenantId(customer) })),
  }));
  for (let from = 0; from < messages.length; from += 100)
    await sender.sendMessages(messages.slice(from, from + 100));
  await sender.close();
}

/** Waits until a customer's outcome is on record. */
export async function recorded(stage: Stage, customer: number): Promise<void> {
  const ledger = stage.table('Ledger');
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    const row = await ledger.get(tenantId(customer), 'current');
    if (row?.['phase'] === 'covered') return;
    await sleep(5);
  }
  throw new Error(`Customer ${customer} was not recorded within 60 s.`);
}
