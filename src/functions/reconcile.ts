/**
 * Triggered by a request on the reconcile queue to look at one tenant or one link. Promises: one pass, one outcome on
 * record, one disposition carried out. A pass that failed is settled, sent on as a scheduled copy, or parked, by the
 * table of fates; the handler throws only for a defect or when the queue cannot be written: then it is delivered again.
 */
import { app, type InvocationContext } from '@azure/functions';
import { messageFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export async function reconcile(body: unknown, context: InvocationContext): Promise<void> {
  const { messageId, lineage, attempts } = messageFacts(context);
  await theApp().reconcile({
    queue: 'reconcile',
    messageId,
    lineage,
    attempts,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  });
}

app.serviceBusQueue('reconcile', {
  queueName: '%RECONCILE_QUEUE%',
  connection: 'ServiceBus',
  ...{ dataType: 'binary' },
  handler: reconcile,
});
