/**
 * Triggered by a request on the sweeps queue to begin a sweep, or to see whether one has ended. Promises: the whole
 * estate is compared with the ledger once; delivered again after a crash, it takes over its own lease and begins anew.
 * A step that fails is sent on as a scheduled copy or parked, by the table of fates, and a message that is no such request
 * is parked; the handler throws only when the queue cannot be written: then it is delivered again.
 */
import { app, type InvocationContext } from '@azure/functions';
import { messageFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export async function sweepTenants(body: unknown, context: InvocationContext): Promise<void> {
  const { messageId, lineage, attempts } = messageFacts(context);
  await theApp().sweep({
    queue: 'sweeps',
    messageId,
    lineage,
    attempts,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  });
}

app.serviceBusQueue('sweep-tenants', {
  queueName: '%SWEEPS_QUEUE%',
  connection: 'ServiceBus',
  ...{ dataType: 'binary' },
  handler: sweepTenants,
});
