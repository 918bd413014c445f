import { LINEAGE_KEPT } from './lineage.ts';
import type { OutgoingMessage, ParkedMessage, QueueName } from './ports.ts';
import { messageIdOf, reconcileRequest } from './request.ts';

/** Which parked messages are meant: one, those with a reason, or all. */
export type ParkedSelection = { readonly id: string } | { readonly reason: string } | { readonly all: true };

const QUEUES: readonly string[] = ['onboarding', 'reconcile', 'sweeps', 'notices'] satisfies QueueName[];

/** The queue a parked message can go back to; null where nobody knows where it came from. */
export function homeOf({ queue }: Pick<ParkedMessage, 'queue'>): QueueName | null {
  return QUEUES.includes(queue) ? (queue as QueueName) : null;
}

/** Longest id Service Bus takes. */
const ID_LENGTH = 128;
/** Longest id of a request's cause. */
const CAUSE_LENGTH = 40;

/**
 * A parked message as it is sent again: under an id of its own, so that duplicate detection does not swallow it, and the
 * same each time, so that a redrive that broke off and is repeated makes no second message. A request to look at something
 * begins its attempts anew; every other body goes back byte for byte. Its former ids travel with it.
 */
export function redriven(message: ParkedMessage, now: Date): OutgoingMessage {
  const lineage = [...message.lineage, message.messageId].slice(-LINEAGE_KEPT);
  const properties = { lineage: JSON.stringify(lineage) };
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
