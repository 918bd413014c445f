import { Failure } from '../../src/lib/domain/failure.ts';
import { reconcileRequest, type ReconcileRequest } from '../../src/lib/domain/request.ts';
import type { OutgoingMessage, Queues } from '../../src/lib/domain/ports.ts';
import { aTrouble, type Trouble } from './storage.ts';

type QueueName = Parameters<Queues['send']>[0];

/** A message as it lies in a queue. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: Uint8Array;
  /** When it becomes visible; null for at once. */
  readonly at: Date | null;
  readonly properties: Readonly<Record<string, string | number>>;
}

export interface FakeQueues extends Queues, Trouble {
  /** What lies in a queue, in the order it was sent. */
  messages(queue: QueueName): readonly QueuedMessage[];
  /** The requests on `reconcile`, each with the time it becomes visible. */
  requests(): readonly { readonly request: ReconcileRequest; readonly at: Date | null }[];
  /** Takes the oldest message that is visible by now; null when there is none. */
  take(queue: QueueName, now: Date): QueuedMessage | null;
}

/** The largest message, about as large as on Azure's standard tier. */
const MAX_BYTES = 262_144;

/** Queues in memory, which fold duplicates like the real ones: all but `parked` do. */
export function makeFakeQueues(): FakeQueues {
  const lying = {
    onboarding: new Array<QueuedMessage>(),
    reconcile: new Array<QueuedMessage>(),
    sweeps: new Array<QueuedMessage>(),
    notices: new Array<QueuedMessage>(),
    parked: new Array<QueuedMessage>(),
  };
  const seen = new Set<string>();
  const trouble = aTrouble();

  return {
    ...trouble,
    async reach(queue) {
      trouble.meet(`reach ${queue}`);
      return Promise.resolve();
    },
    async send(queue, message) {
      const { messageId, body, at, properties } = message;
      trouble.meet(`send ${queue}`);
      if (messageId.length > 128) throw new Error('Service Bus takes message ids of at most 128 characters.');
      if (sizeOf(message) > MAX_BYTES) throw new Failure('rejected', 'It is too large.');
      if (queue !== 'parked' && seen.has(messageId)) return Promise.resolve();
      seen.add(messageId);
      lying[queue].push({
        messageId,
        body: Uint8Array.from(body),
        at: at ?? null,
        properties: properties ?? {},
      });
      return Promise.resolve();
    },
    messages: (queue) => lying[queue],
    requests: () =>
      lying.reconcile.map(({ body, at }) => ({
        request: reconcileRequest.parse(JSON.parse(new TextDecoder().decode(body))),
        at,
      })),
    take(queue, now) {
      const index = lying[queue].findIndex(({ at }) => !at || at <= now);
      return index === -1 ? null : (lying[queue].splice(index, 1)[0] ?? null);
    },
  };
}

function sizeOf({ messageId, body, properties = {} }: OutgoingMessage): number {
  return body.length + JSON.stringify([messageId, properties]).length;
}
