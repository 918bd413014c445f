import type * as z from 'zod';
import { FIRST_ENQUEUED, LINEAGE_KEPT } from './lineage.ts';
import { noticeRequest } from './notice-request.ts';
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
 * same each time, so that a redrive that broke off and is repeated makes no second message. The id counts on from the one
 * before, and `digest` sets apart what senders gave the same id. A request to look at something, one for a step of a sweep
 * and a notice's delivery begin their attempts anew; every other body goes back byte for byte. Its former ids travel with
 * it, and when it was first enqueued: what it tells is no newer for being sent again.
 */
export function redriven(
  message: ParkedMessage,
  now: Date,
  digest: (text: string) => string,
): OutgoingMessage {
  const lineage = [...message.lineage, message.messageId].slice(-LINEAGE_KEPT);
  const properties = {
    lineage: JSON.stringify(lineage),
    [FIRST_ENQUEUED]: message.enqueuedAt ?? message.parkedAt,
  };
  const mark = digest(JSON.stringify([message.messageId, [...message.body]])).slice(0, 8);
  return { ...begunAnew(message, mark, now.toISOString()), properties };
}

/** The message without the ids of its past, for which a message at the size limit has no room: its own id still counts. */
export function withoutLineage(message: OutgoingMessage): OutgoingMessage {
  const properties = Object.entries(message.properties ?? {}).filter(([name]) => name !== 'lineage');
  return { ...message, properties: Object.fromEntries(properties) };
}

function begunAnew({ queue, messageId, body }: ParkedMessage, mark: string, since: string): OutgoingMessage {
  const request = queue === 'reconcile' ? requestIn(body, reconcileRequest) : null;
  if (request) {
    const id = counted(request.cause.id, mark, CAUSE_LENGTH);
    const anew = {
      ...request,
      cause: { ...request.cause, kind: 'redrive' as const, id },
      ...{ attempt: 0, hop: 0, since },
    };
    return { messageId: messageIdOf(anew), body: bytesOf(anew) };
  }
  return { messageId: counted(messageId, mark, ID_LENGTH), body: workAnew(queue, body, since) };
}

/** Hops rise on: the copies it sends must not bear the ids of those it has sent. */
function workAnew(queue: string, body: Uint8Array, since: string): Uint8Array {
  const step = queue === 'sweeps' ? requestIn(body, sweepRequest) : null;
  if (step) return bytesOf({ ...step, attempt: 0, since });
  const notice = queue === 'notices' ? requestIn(body, noticeRequest) : null;
  return notice?.do === 'deliver' ? bytesOf({ ...notice, attempt: 0, since }) : body;
}

function requestIn<Request extends z.ZodType>(body: Uint8Array, schema: Request): z.output<Request> | null {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(body))).data ?? null;
  } catch {
    return null;
  }
}

function bytesOf(request: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

/** The id with a number that is one higher than its own, or the first: `~r<number>-<mark>`. */
function counted(id: string, mark: string, atMost: number): string {
  const before = /~r(\d{1,6})(?:-[0-9a-f]{8})?$/.exec(id);
  const end = `~r${Number(before?.[1] ?? 0) + 1}-${mark}`;
  return `${id.slice(0, before?.index).slice(0, atMost - end.length)}${end}`;
}
