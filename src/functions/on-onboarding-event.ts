/**
 * Triggered by a message on the onboarding queue. Promises: the facts are on record and a look at the tenant is asked
 * for, once, however often the message comes. A message that cannot be understood is parked whole and completed; when
 * the ledger or a queue cannot be written, the handler throws and Service Bus delivers the message again.
 */
import { app, type InvocationContext } from '@azure/functions';
import { messageFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export async function onOnboardingEvent(body: unknown, context: InvocationContext): Promise<void> {
  const { messageId, lineage, attempts, enqueuedAt } = messageFacts(context);
  await theApp().registerTenant({
    queue: 'onboarding',
    messageId,
    lineage,
    attempts,
    enqueuedAt: Number.isNaN(enqueuedAt.getTime()) ? theApp().clock() : enqueuedAt,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  });
}

app.serviceBusQueue('on-onboarding-event', {
  queueName: '%ONBOARDING_QUEUE%',
  connection: 'ServiceBus',
  // Bytes, because a message that is to be parked must be kept as it came. The property is passed through to the host.
  ...{ dataType: 'binary' },
  handler: onOnboardingEvent,
});
