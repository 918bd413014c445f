import type { Queues } from '../domain/ports.ts';
import { FIRST_ENQUEUED } from '../domain/lineage.ts';

/** A message that is to be parked, as it was received. */
export interface Unprocessed {
  readonly queue: string;
  readonly messageId: string;
  readonly body: Uint8Array;
  readonly attempts: number;
  /** The ids it was sent under before, as it carries them; absent or null where it was never sent again. */
  readonly lineage?: string | null;
  /** When it was first enqueued; absent where nothing depends on it. */
  readonly enqueuedAt?: Date;
}

/** Longest reason that travels with a message; the properties of a message are small. */
const REASON_LENGTH = 500;

/** Sends a message we cannot process to the `parked` queue: original bytes, reason and source beside them. */
export async function park(queues: Queues, message: Unprocessed, reason: string): Promise<void> {
  await queues.send('parked', {
    messageId: `${message.queue}~${message.messageId}`.slice(0, 128),
    body: message.body,
    properties: {
      reason: reason.slice(0, REASON_LENGTH),
      source: message.queue,
      sourceMessageId: message.messageId,
      attempts: message.attempts,
      ...(message.lineage ? { lineage: message.lineage } : {}),
      ...(message.enqueuedAt ? { [FIRST_ENQUEUED]: message.enqueuedAt.toISOString() } : {}),
    },
  });
}
