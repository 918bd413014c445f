/** The way in: sender links, and the messages and batches they bring. */
import { randomUUID } from 'node:crypto';
import type { EventContext, Receiver } from 'rhea';
import { BATCH_FORMAT, readBatch, readMessage, type Arrival, type Content } from './amqp-message.ts';
import type { Queue } from './queue.ts';
import { echoTarget, rejectArrival } from './rhea-gaps.ts';

/** The largest message or batch, as on Azure's standard tier. */
export const MAX_MESSAGE_BYTES = 262_144;

/** Serves a sender link that has just been attached: accepts what comes, once the queue has it. */
export function serveIntake(queue: Queue<Content>, receiver: Receiver): void {
  echoTarget(receiver);
  receiver.on('message', ({ delivery, message }: EventContext) => {
    const bytes: unknown = message;
    if (!delivery || !Buffer.isBuffer(bytes)) return;
    if (bytes.length > MAX_MESSAGE_BYTES) {
      const text = `The message is larger than ${MAX_MESSAGE_BYTES} bytes.`;
      rejectArrival(delivery, 'amqp:link:message-size-exceeded', text);
      return;
    }
    const arrivals = readArrivals(bytes, delivery.format);
    if (arrivals === null) {
      rejectArrival(delivery, 'amqp:decode-error', 'The message cannot be decoded.');
      return;
    }
    for (const arrival of arrivals) queue.enqueue(arrival);
    delivery.accept();
  });
}

/** The whole delivery or nothing: null when any message of it is unreadable. */
function readArrivals(bytes: Buffer, format: number): Arrival[] | null {
  try {
    const messages = format === BATCH_FORMAT ? readBatch(bytes) : [bytes];
    return messages.map((message) => readMessage(message, randomUUID));
  } catch {
    return null;
  }
}
