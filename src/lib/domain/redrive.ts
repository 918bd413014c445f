import * as z from 'zod';
import type { OutgoingMessage, ParkedMessage, QueueName } from './ports.ts';
import { messageIdOf, reconcileRequest } from './request.ts';

/** Which parked messages are meant: one, those with a reason, or all. */
export type ParkedSelection = { readonly id: string } | { readonly reason: string } | { readonly all: true };

const QUEUES: readonly string[] = ['onboarding', 'reconcile', 'sweeps', 'notices'] satisfies QueueName[];

/** The queue a parked message can go back to; null where nobody knows where it came from. */
export function homeOf({ queue }: Pick<ParkedMessage, 'queue'>): QueueName | null {
  return QUEUES.includes(queue) ? (queue as QueueName) : null;
}

/** The property by which a copy of a message tells when the first of them was enqueued. */
export const FIRST_ENQUEUED = 'firstEnqueuedAt';

/** Longest id Service Bus takes. */
const ID_LENGTH = 128;
/** Longest id of a request's cause. */
const CAUSE_LENGTH = 40;
/** Ids that are kept of a message's past. */
const LINEAGE_KEPT = 10;

/**
 * A parked message as it is sent again: under an id of its own, so that duplicate detection does not swallow it, and the
 * same each time, so that a redrive that broke off and is repeated makes no second message. A request to look at something
 * begins its attempts anew; every other body goes back byte for byte. Its former ids travel with it, and when it was first enqueued: what it tells is
 * no newer for being sent again.
 */
export function redriven(message: ParkedMessage, now: Date): OutgoingMessage {
  const lineage = [...message.lineage, message.messageId].slice(-LINEAGE_KEPT);
  const properties = {
    lineage: JSON.stringify(lineage),
    [FIRST_ENQUEUED]: message.enqueuedAt ?? message.parkedAt,
  };
  const again = `~r${message.lineage.length + 1}`;
  const request = message.queue === 'reconcile' ? requestIn(message.body) : null;
  if (request) {
    const cause = {
      ...request.cause,
      kind: 'redrive' as const,
      id: withEnd(request.cause.id, again, CAUSE_LENGTH),
    };
    const anew = { ...request, cause, attempt: 0, hop: 0, since: now.toISOString() };
    const body = new TextEncoder().encode(JSON.stringify(anew));
    return { messageId: messageIdOf(anew), body, properties };
  }
  return { messageId: withEnd(message.messageId, again, ID_LENGTH), body: message.body, properties };
}

function requestIn(body: Uint8Array) {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    return reconcileRequest.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}

function withEnd(id: string, end: string, atMost: number): string {
  return `${id.replace(/~r\d+$/, '').slice(0, atMost - end.length)}${end}`;
}

const lineageText = z.array(z.string()).max(LINEAGE_KEPT);

/** The lineage a message brings with it as a property; none where it has none, or one that is not ours. */
export function lineageIn(property: string | null): readonly string[] {
  try {
    return lineageText.safeParse(JSON.parse(property ?? '[]')).data ?? [];
  } catch {
    return [];
  }
}
