import type { ParkedMessage, ParkedMessages } from '../../src/lib/domain/ports.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** Parked messages in memory, by queue and message id. */
export function makeFakeParkedMessages(): ParkedMessages & Trouble {
  const kept = new Map<string, ParkedMessage>();
  const trouble = aTrouble();
  return {
    ...trouble,
    async keep(message) {
      trouble.meet('keep');
      kept.set(JSON.stringify([message.queue, message.messageId]), structuredClone(message));
      return Promise.resolve();
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve([...kept.values()]);
    },
  };
}
