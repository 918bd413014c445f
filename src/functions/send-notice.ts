/**
 * Triggered by a message on the notices queue: go through a window of announcements, share out the day's digest, or
 * deliver one route's share. Promises: every route hears of each announcement it is to hear of, at least once and under a
 * stable id. A delivery that failed is sent on as a scheduled copy or parked, by the table of fates; the handler throws
 * only when table or queue cannot be read or written: then it is delivered again.
 */
import { app, type InvocationContext } from '@azure/functions';
import { messageFacts } from './message-facts.ts';
import { theApp } from './startup.ts';

export async function sendNotice(body: unknown, context: InvocationContext): Promise<void> {
  const { messageId, attempts } = messageFacts(context);
  await theApp().sendNotice({
    queue: 'notices',
    messageId,
    attempts,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  });
}

app.serviceBusQueue('send-notice', {
  queueName: '%NOTICES_QUEUE%',
  connection: 'ServiceBus',
  ...{ dataType: 'binary' },
  handler: sendNotice,
});
