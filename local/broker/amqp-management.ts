/** The operations on `queue/$management`, for what links cannot say. */
import { randomUUID } from 'node:crypto';
import type { Typed } from 'rhea';
import { readMessage, writeMessage, type Content } from './amqp-message.ts';
import type { Request, Response } from './amqp-requests.ts';
import { bytesToToken, tokenToBytes } from './lock-token.ts';
import type { LockedMessage, Queue } from './queue.ts';
import { amqp } from './rhea-gaps.ts';

type Operation = (queue: Queue<Content>, body: Request['body']) => Response;

const LONG = 0x81;
const TIMESTAMP = 0x83;

const LOCK_LOST: Response = {
  status: 410,
  condition: 'com.microsoft:message-lock-lost',
  description: 'The lock supplied is invalid.',
};
const NOT_FOUND: Response = {
  status: 404,
  condition: 'com.microsoft:message-not-found',
  description: 'No such message.',
};
const NOTHING: Response = { status: 204 };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': (queue, body) => {
    const renewed = asArray(body['lock-tokens']).map((bytes) => queue.renew(asToken(bytes)));
    const until = renewed.filter((time) => time !== null);
    if (until.length < renewed.length) return LOCK_LOST;
    return ok({ expirations: amqp.wrap_array(until, TIMESTAMP, undefined) });
  },

  'com.microsoft:peek-message': (queue, body) => {
    const messages = queue.peek(asNumber(body['from-sequence-number']), asNumber(body['message-count']));
    if (messages.length === 0) return NOTHING;
    return ok({
      messages: amqp.wrap_list(
        messages.map((message) => ({ message: amqp.wrap_binary(writeMessage(message, null)) })),
      ),
    });
  },

  'com.microsoft:schedule-message': (queue, body) => {
    const entries = asArray(body['messages']) as { message: Buffer }[];
    const arrivals = entries.map((entry) => readMessage(entry.message, randomUUID));
    const numbers = arrivals.map((arrival) => queue.enqueue(arrival).sequenceNumber);
    return ok({ 'sequence-numbers': amqp.wrap_array(numbers, LONG, undefined) });
  },

  'com.microsoft:cancel-scheduled-message': (queue, body) => {
    const cancelled = asArray(body['sequence-numbers']).map((number) =>
      queue.cancelScheduled(asNumber(number)),
    );
    return cancelled.every(Boolean) ? { status: 200 } : NOT_FOUND;
  },

  'com.microsoft:receive-by-sequence-number': (queue, body) => {
    const locked = queue.receiveDeferred(asArray(body['sequence-numbers']).map(asNumber));
    if (locked === null) return NOT_FOUND;
    if (asNumber(body['receiver-settle-mode']) === 0) {
      for (const { lockToken } of locked) queue.complete(lockToken);
    }
    return ok({ messages: amqp.wrap_list(locked.map(describeLocked)) });
  },

  'com.microsoft:update-disposition': (queue, body) => {
    const status = String(body['disposition-status']);
    const settle = DISPOSITIONS[status];
    if (!settle) return badRequest(`Unknown disposition status: ${status}`);
    const settled = asArray(body['lock-tokens']).map((bytes) => settle(queue, asToken(bytes), body));
    return settled.every(Boolean) ? { status: 200 } : LOCK_LOST;
  },
};

type Settlement = (queue: Queue<Content>, lockToken: string, body: Request['body']) => boolean;

const DISPOSITIONS: Readonly<Record<string, Settlement>> = {
  completed: (queue, token) => queue.complete(token),
  abandoned: (queue, token, body) => queue.abandon(token, changesOf(body)),
  // The protocol's own spelling.
  defered: (queue, token, body) => queue.defer(token, changesOf(body)),
  suspended: (queue, token, body) =>
    queue.deadLetter(token, {
      ...changesOf(body),
      ...(body['deadletter-reason'] ? { DeadLetterReason: body['deadletter-reason'] } : {}),
      ...(body['deadletter-description']
        ? { DeadLetterErrorDescription: body['deadletter-description'] }
        : {}),
    }),
};

/** Carries out one request on a queue. */
export function manage(queue: Queue<Content>, request: Request): Response {
  const operation = OPERATIONS[request.operation];
  if (!operation) return badRequest(`Unknown operation: ${request.operation}`);
  try {
    return operation(queue, request.body);
  } catch (error) {
    return badRequest(error instanceof Error ? error.message : String(error));
  }
}

function describeLocked({ message, lockToken, lockedUntil }: LockedMessage<Content>) {
  return {
    'lock-token': amqp.wrap_uuid(tokenToBytes(lockToken)),
    message: amqp.wrap_binary(writeMessage(message, lockedUntil)),
  };
}

function ok(body: Record<string, Typed>): Response {
  return { status: 200, body: amqp.wrap_map(body) };
}

function badRequest(description: string): Response {
  return { status: 400, condition: 'amqp:invalid-field', description };
}

function changesOf(body: Request['body']): Record<string, unknown> {
  const changes = body['properties-to-modify'];
  return typeof changes === 'object' && changes !== null ? { ...changes } : {};
}

function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('an array is missing');
  return value;
}

function asToken(value: unknown): string {
  if (!Buffer.isBuffer(value) || value.length !== 16) throw new Error('a lock token is not a uuid');
  return bytesToToken(value);
}

/** Longs come as numbers, or as their eight bytes when they do not fit. */
function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (Buffer.isBuffer(value) && value.length === 8) return Number(value.readBigInt64BE());
  throw new Error('a number is missing');
}
