import type { ParkedMessage, ParkedMessages } from '../../src/lib/domain/ports.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** Parked messages in memory, by queue, message id and body: ids are the sender's, and may be missing or used twice. */
export function makeFakeParkedMessages(): ParkedMessages & Trouble {
  const kept = new Map<string, ParkedMessage>();
  const trouble = aTrouble();
  return {
    ...trouble,
    async keep(message) {
      trouble.meet('keep');
      kept.set(
        JSON.stringify([message.queue, message.messageId, [...message.body]]),
        structuredClone(message),
      );
      return Promise.resolve();
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve([...kept.values()]);
    },
  };
}
