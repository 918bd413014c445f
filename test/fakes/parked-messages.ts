import type { ParkedMessage, ParkedMessages } from '../../src/lib/domain/ports.ts';
import { aTrouble, type Trouble } from './storage.ts';

export interface FakeParkedMessages extends ParkedMessages, Trouble {
  /** What people have discarded, with why. */
  discarded(): readonly { readonly messageId: string; readonly by: string; readonly why: string }[];
}

/** Parked messages in memory, by queue, message id and body: ids are the sender's, and may be missing or used twice. */
export function makeFakeParkedMessages(): FakeParkedMessages {
  const kept = new Map<string, ParkedMessage>();
  const discarded: { messageId: string; by: string; why: string }[] = [];
  const trouble = aTrouble();
  const inOrder = () => [...kept].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...trouble,
    async keep(message) {
      trouble.meet('keep');
      const bytes = Buffer.from(JSON.stringify([message.messageId, [...message.body]]));
      kept.set(`${message.queue}~${bytes.toString('hex')}`, structuredClone(message));
      return Promise.resolve();
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve([...kept.values()]);
    },
    async page(after, size) {
      trouble.meet('page');
      const rest = inOrder().filter(([id]) => after === null || id > after);
      const previews = rest.map(([id, { body, ...facts }]) => ({
        ...facts,
        id,
        size: body.length,
        beginning: body.slice(0, 60_000),
      }));
      return Promise.resolve(previews.slice(0, size));
    },
    async read(id) {
      trouble.meet('read');
      return Promise.resolve(kept.get(id) ?? null);
    },
    async remove(id) {
      trouble.meet('remove');
      kept.delete(id);
      return Promise.resolve();
    },
    async discard(id, { by, why }) {
      trouble.meet('discard');
      const message = kept.get(id);
      if (message) discarded.push({ messageId: message.messageId, by, why });
      return Promise.resolve(kept.delete(id));
    },
    discarded: () => discarded,
  };
}
