import type * as z from 'zod';
import { LINEAGE_KEPT } from './lineage.ts';
import type { OutgoingMessage, ParkedMessage, QueueName } from './ports.ts';
import { messageIdOf, reconcileRequest } from './request.ts';
import { sweepRequest } from './sweep.ts';

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
 * same each time, so that a redrive that broke off and is repeated makes no second message. A request to look at something,
 * or for a step of a sweep, begins its attempts anew; every other body goes back byte for byte. Its former ids travel
 * with it.
 */
export function redriven(message: ParkedMessage, now: Date): OutgoingMessage {
  const lineage = [...message.lineage, message.messageId].slice(-LINEAGE_KEPT);
  const properties = { lineage: JSON.stringify(lineage) };
  const again = `~r${message.lineage.length + 1}`;
  const request = message.queue === 'reconcile' ? requestIn(message.body, reconcileRequest) : null;
  if (request) {
    const cause = {
      ...request.cause,
      kind: 'redrive' as const,
      id: withEnd(request.cause.id, again, CAUSE_LENGTH),
    };
    const anew = { ...request, cause, attempt: 0, hop: 0, since: now.toISOString() };
    return { messageId: messageIdOf(anew), body: bytesOf(anew), properties };
  }
  const step = message.queue === 'sweeps' ? requestIn(message.body, sweepRequest) : null;
  const body = step ? bytesOf({ ...step, attempt: 0, since: now.toISOString() }) : message.body;
  return { messageId: withEnd(message.messageId, again, ID_LENGTH), body, properties };
}

function requestIn<T extends z.ZodType>(body: Uint8Array, schema: T): z.infer<T> | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    return schema.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}

function bytesOf(request: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

function withEnd(id: string, end: string, atMost: number): string {
  return `${id.replace(/~r\d+$/, '').slice(0, atMost - end.length)}${end}`;
}
