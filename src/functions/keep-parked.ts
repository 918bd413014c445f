/**
 * Triggered by what lies in the parked queue or in any dead-letter queue. Promises: the message is in table `Parked`,
 * whole, with its reason and where it came from. When the table cannot be written the handler throws, and the message
 * stays where it is and is delivered again.
 */
import { app, type InvocationContext, type ServiceBusQueueHandler } from '@azure/functions';
import { lineageIn } from '../lib/domain/redrive.ts';
import { messageFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export function keepParked(deadLetteredFrom: string | null): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext): Promise<void> => {
    const { messageId, lineage, attempts, property } = messageFacts(context);
    const why = property('reason') ?? property('deadLetterErrorDescription') ?? property('deadLetterReason');
    await theApp().keepParked({
      queue: property('source') ?? deadLetteredFrom ?? 'parked',
      messageId: property('sourceMessageId') ?? messageId,
      reason: why ?? 'The message was dead-lettered without a reason.',
      body: body instanceof Uint8Array ? body : new Uint8Array(),
      lineage: lineageIn(lineage),
      attempts: Number(property('attempts') ?? attempts),
      parkedAt: theApp().clock().toISOString(),
    });
  };
}

const register = (name: string, queueName: string, deadLetteredFrom: string | null) => {
  const handler = keepParked(deadLetteredFrom);
  app.serviceBusQueue(name, { queueName, connection: 'ServiceBus', ...{ dataType: 'binary' }, handler });
};

register('keep-parked', '%PARKED_QUEUE%', null);
for (const queue of ['onboarding', 'reconcile', 'sweeps', 'notices', 'parked']) {
  register(`keep-dead-${queue}`, `%${queue.toUpperCase()}_QUEUE%/$DeadLetterQueue`, queue);
}
