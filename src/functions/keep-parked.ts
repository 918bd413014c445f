/**
 * Triggered by what lies in the parked queue or in any dead-letter queue. Promises: the message is in table `Parked`,
 * whole, with its reason and where it came from. When the table cannot be written the handler throws, and the message
 * stays where it is and is delivered again.
 */
import { app, type InvocationContext, type ServiceBusQueueHandler } from '@azure/functions';
import { parkedFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export function keepParked(deadLetteredFrom: string | null): ServiceBusQueueHandler {
  return async (body: unknown, context: InvocationContext): Promise<void> => {
    await theApp().keepParked({
      ...parkedFacts(context, deadLetteredFrom),
      body: body instanceof Uint8Array ? body : new Uint8Array(),
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
