/**
 * One queue's state machine, without AMQP, clock or disk: messages are accepted, locked, settled, put aside, expired and
 * dead-lettered here and nowhere else. What a message contains is the wire's business.
 *
 * Every change is reported to `record` before the caller hears of it; replaying those records in order, then calling
 * `recover`, gives the same queue again.
 */
import { makeHeap } from './heap.ts';
import type { QueueProperties } from './queue-properties.ts';

type MessageState = 'active' | 'deferred' | 'scheduled';

/** Properties that a settlement adds to a message: the dead-letter reason, or whatever the holder wanted to change. */
export type ExtraProperties = Readonly<Record<string, unknown>>;

/** A message as the queue knows it. The numbers are milliseconds since 1970. */
export interface QueuedMessage<Content> {
  readonly sequenceNumber: number;
  /** The number it was accepted under; a scheduled message gets another one when its time comes. */
  readonly enqueuedSequenceNumber: number;
  readonly messageId: string;
  readonly enqueuedAt: number;
  readonly dueAt: number | null;
  readonly ttlMs: number | null;
  readonly state: MessageState;
  /** How many deliveries have failed so far. */
  readonly deliveryCount: number;
  readonly properties: ExtraProperties;
  readonly deadLetterSource: string | null;
  readonly content: Content;
}

/** What a sender hands in. */
interface NewMessage<Content> {
  readonly messageId: string;
  readonly ttlMs: number | null;
  /** Null, or a time that has passed: at once. */
  readonly dueAt: number | null;
  readonly content: Content;
}

/** A message that one holder has, until a moment. */
export interface LockedMessage<Content> {
  readonly message: QueuedMessage<Content>;
  readonly lockToken: string;
  readonly lockedUntil: number;
}

/** One change of a queue, as the journal keeps it. */
export type QueueRecord<Content> =
  | { readonly kind: 'message'; readonly message: QueuedMessage<Content>; readonly locked: boolean }
  | { readonly kind: 'accepted'; readonly message: QueuedMessage<Content>; readonly at: number }
  | { readonly kind: 'seen'; readonly messageId: string; readonly at: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'locked'; readonly sequenceNumber: number }
  | {
      readonly kind: 'released';
      readonly sequenceNumber: number;
      readonly state: MessageState;
      readonly deliveryCount: number;
      readonly properties: ExtraProperties;
    }
  | {
      readonly kind: 'activated';
      readonly sequenceNumber: number;
      readonly newSequenceNumber: number;
      readonly at: number;
    }
  | { readonly kind: 'removed'; readonly sequenceNumber: number; readonly completed: boolean }
  | ({ readonly kind: 'totals' } & Totals);

interface Totals {
  readonly lastSequenceNumber: number;
  readonly accepted: number;
  readonly completed: number;
  readonly duplicates: number;
}

interface QueueStats {
  readonly active: number;
  readonly locked: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly nextScheduledAt: number | null;
  readonly accepted: number;
  readonly completed: number;
  readonly duplicates: number;
}

export interface Queue<Content> {
  readonly name: string;
  /** Takes a message in; one whose id was seen within the duplicate window is accepted and dropped. */
  enqueue(message: NewMessage<Content>): { readonly sequenceNumber: number; readonly duplicate: boolean };
  /** Locks the oldest active message for the caller. */
  receive(): LockedMessage<Content> | null;
  /** Removes and returns the oldest active message: receive-and-delete. */
  take(): QueuedMessage<Content> | null;
  /** Locks deferred messages; null, and nothing locked, when one of them is not there. */
  receiveDeferred(sequenceNumbers: readonly number[]): readonly LockedMessage<Content>[] | null;
  /** Extends a lock by the lock duration from now; null when the lock is gone. */
  renew(lockToken: string): number | null;
  /** The settlements answer false when the lock is unknown or has expired. */
  complete(lockToken: string): boolean;
  abandon(lockToken: string, properties?: ExtraProperties): boolean;
  defer(lockToken: string, properties?: ExtraProperties): boolean;
  deadLetter(lockToken: string, properties?: ExtraProperties): boolean;
  /** False when no scheduled message has that number. */
  cancelScheduled(sequenceNumber: number): boolean;
  /** Messages in any state from a sequence number on, in order, without touching them. */
  peek(fromSequenceNumber: number, count: number): readonly QueuedMessage<Content>[];
  /** Does what has become due: locks that expire, scheduled messages, times to live. */
  advance(): void;
  stats(): QueueStats;
  /** Takes in a message that another queue gave up. */
  adopt(message: QueuedMessage<Content>): void;
  replay(record: QueueRecord<Content>): void;
  /**
   * After the last replayed record: all locks are void, and the delivery each stood for counts as failed. The queue that
   * takes the dead letters recovers first.
   */
  recover(): void;
  /** The records that make this queue again. */
  snapshot(): Iterable<QueueRecord<Content>>;
}

interface QueueDeps<Content> {
  readonly name: string;
  readonly properties: QueueProperties;
  readonly now: () => number;
  readonly newLockToken: () => string;
  readonly record: (record: QueueRecord<Content>) => void;
  /** Called when there is something new to receive. */
  readonly onAvailable: () => void;
  /** Where dead messages go; null for a dead-letter queue, where deliveries are not counted out. */
  readonly deadLetters: Queue<Content> | null;
}

interface Entry<Content> {
  sequenceNumber: number;
  readonly enqueuedSequenceNumber: number;
  readonly messageId: string;
  enqueuedAt: number;
  readonly dueAt: number | null;
  readonly ttlMs: number | null;
  state: MessageState;
  deliveryCount: number;
  properties: ExtraProperties;
  readonly deadLetterSource: string | null;
  readonly content: Content;
}

interface Lock<Content> {
  readonly token: string;
  readonly until: number;
  readonly entry: Entry<Content>;
}

/** Makes an empty queue. */
export function makeQueue<Content>(deps: QueueDeps<Content>): Queue<Content> {
  const { properties, record } = deps;
  const entries = new Map<number, Entry<Content>>();
  const available = makeHeap<Entry<Content>>((a, b) => a.sequenceNumber - b.sequenceNumber);
  const scheduled = makeHeap<Entry<Content>>(
    (a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.sequenceNumber - b.sequenceNumber,
  );
  const expiring = makeHeap<Entry<Content>>((a, b) => expiresAt(a) - expiresAt(b));
  const expiringLocks = makeHeap<Lock<Content>>((a, b) => a.until - b.until);
  const locks = new Map<string, Lock<Content>>();
  const held = new Set<Entry<Content>>();
  // In order of arrival, so that the oldest are at the front.
  const seen = new Map<string, number>();
  const interrupted = new Set<Entry<Content>>();
  let deferred = 0;
  let lastSequenceNumber = 0;
  let accepted = 0;
  let completed = 0;
  let duplicates = 0;

  /** Puts an entry that nobody holds where its state belongs. */
  const place = (entry: Entry<Content>) => {
    entries.set(entry.sequenceNumber, entry);
    if (entry.state === 'scheduled') {
      scheduled.push(entry);
      return;
    }
    if (entry.ttlMs !== null) expiring.push(entry);
    if (entry.state === 'deferred') deferred += 1;
    else available.push(entry);
  };

  const lift = (entry: Entry<Content>) => {
    if (entry.state === 'scheduled') scheduled.remove(entry);
    else if (entry.state === 'deferred') deferred -= 1;
    else available.remove(entry);
    expiring.remove(entry);
  };

  const forget = (entry: Entry<Content>, wasCompleted: boolean) => {
    entries.delete(entry.sequenceNumber);
    if (wasCompleted) completed += 1;
    record({ kind: 'removed', sequenceNumber: entry.sequenceNumber, completed: wasCompleted });
  };

  const addLock = (token: string, entry: Entry<Content>): Lock<Content> => {
    const lock = { token, until: deps.now() + properties.lockDurationMs, entry };
    locks.set(token, lock);
    expiringLocks.push(lock);
    held.add(entry);
    return lock;
  };

  const hold = (entry: Entry<Content>): LockedMessage<Content> => {
    lift(entry);
    const lock = addLock(deps.newLockToken(), entry);
    record({ kind: 'locked', sequenceNumber: entry.sequenceNumber });
    return { message: { ...entry }, lockToken: lock.token, lockedUntil: lock.until };
  };

  const unlock = (lock: Lock<Content>) => {
    locks.delete(lock.token);
    expiringLocks.remove(lock);
    held.delete(lock.entry);
  };

  /** Ends a lock; null when there is none any more. */
  const surrender = (lockToken: string): Entry<Content> | null => {
    advance();
    const lock = locks.get(lockToken);
    if (!lock) return null;
    unlock(lock);
    return lock.entry;
  };

  const release = (entry: Entry<Content>) => {
    const { sequenceNumber, state, deliveryCount, properties } = entry;
    record({ kind: 'released', sequenceNumber, state, deliveryCount, properties });
    place(entry);
    if (state === 'active') deps.onAvailable();
  };

  const bury = (entry: Entry<Content>, deadLetters: Queue<Content>, reasons: ExtraProperties) => {
    // In this order a crash between the two leaves the message twice, never nowhere.
    deadLetters.adopt({
      ...entry,
      state: 'active',
      ttlMs: null,
      properties: { ...entry.properties, ...reasons },
      deadLetterSource: deps.name,
    });
    forget(entry, false);
  };

  const failDelivery = (entry: Entry<Content>) => {
    entry.deliveryCount += 1;
    if (deps.deadLetters === null || entry.deliveryCount < properties.maxDeliveryCount) {
      release(entry);
      return;
    }
    bury(entry, deps.deadLetters, {
      DeadLetterReason: 'MaxDeliveryCountExceeded',
      DeadLetterErrorDescription: `Message could not be consumed after ${entry.deliveryCount} delivery attempts.`,
    });
  };

  const activate = (entry: Entry<Content>) => {
    lift(entry);
    entries.delete(entry.sequenceNumber);
    const newSequenceNumber = (lastSequenceNumber += 1);
    const at = deps.now();
    record({ kind: 'activated', sequenceNumber: entry.sequenceNumber, newSequenceNumber, at });
    Object.assign(entry, { sequenceNumber: newSequenceNumber, enqueuedAt: at, state: 'active' });
    place(entry);
  };

  const expireLocks = (now: number) => {
    for (let lock = expiringLocks.peek(); lock && lock.until <= now; lock = expiringLocks.peek()) {
      unlock(lock);
      failDelivery(lock.entry);
    }
  };

  const activateScheduled = (now: number) => {
    let activated = false;
    for (let entry = scheduled.peek(); entry && (entry.dueAt ?? 0) <= now; entry = scheduled.peek()) {
      activate(entry);
      activated = true;
    }
    if (activated) deps.onAvailable();
  };

  const expireMessages = (now: number) => {
    for (let entry = expiring.peek(); entry && expiresAt(entry) <= now; entry = expiring.peek()) {
      lift(entry);
      forget(entry, false);
    }
  };

  function advance(): void {
    const now = deps.now();
    expireLocks(now);
    activateScheduled(now);
    expireMessages(now);
  }

  const isDuplicate = (messageId: string, at: number): boolean => {
    const windowMs = properties.duplicateWindowMs;
    if (windowMs === null) return false;
    for (const [oldId, oldAt] of seen) {
      if (oldAt + windowMs > at) break;
      seen.delete(oldId);
    }
    return seen.has(messageId);
  };

  const remember = (messageId: string, at: number) => {
    if (properties.duplicateWindowMs !== null) seen.set(messageId, at);
  };

  const restore = (message: QueuedMessage<Content>) => {
    const entry = { ...message };
    entries.set(entry.sequenceNumber, entry);
    lastSequenceNumber = Math.max(lastSequenceNumber, entry.sequenceNumber);
    return entry;
  };

  const replay = (event: QueueRecord<Content>) => {
    const entry = 'sequenceNumber' in event ? entries.get(event.sequenceNumber) : undefined;
    switch (event.kind) {
      case 'message': {
        const restored = restore(event.message);
        if (event.locked) interrupted.add(restored);
        return;
      }
      case 'accepted':
        restore(event.message);
        remember(event.message.messageId, event.at);
        accepted += 1;
        return;
      case 'seen':
        remember(event.messageId, event.at);
        return;
      case 'duplicate':
        duplicates += 1;
        return;
      case 'totals':
        ({ lastSequenceNumber, accepted, completed, duplicates } = event);
        return;
      case 'locked':
        if (entry) interrupted.add(entry);
        return;
      case 'released':
        if (!entry) return;
        interrupted.delete(entry);
        Object.assign(entry, {
          state: event.state,
          deliveryCount: event.deliveryCount,
          properties: event.properties,
        });
        return;
      case 'activated':
        if (!entry) return;
        entries.delete(event.sequenceNumber);
        restore({
          ...entry,
          sequenceNumber: event.newSequenceNumber,
          enqueuedAt: event.at,
          state: 'active',
        });
        return;
      case 'removed':
        if (!entry) return;
        entries.delete(event.sequenceNumber);
        interrupted.delete(entry);
        if (event.completed) completed += 1;
        return;
    }
  };

  const recover = () => {
    for (const entry of entries.values()) {
      if (!interrupted.has(entry)) place(entry);
    }
    for (const entry of interrupted) failDelivery(entry);
    interrupted.clear();
    advance();
  };

  function* snapshot(): Iterable<QueueRecord<Content>> {
    for (const entry of entries.values()) {
      yield { kind: 'message', message: { ...entry }, locked: held.has(entry) || interrupted.has(entry) };
    }
    for (const [messageId, at] of seen) yield { kind: 'seen', messageId, at };
    yield { kind: 'totals', lastSequenceNumber, accepted, completed, duplicates };
  }

  return {
    name: deps.name,
    enqueue: (message) => {
      advance();
      const at = deps.now();
      const sequenceNumber = (lastSequenceNumber += 1);
      if (isDuplicate(message.messageId, at)) {
        duplicates += 1;
        record({ kind: 'duplicate' });
        return { sequenceNumber, duplicate: true };
      }
      const entry: Entry<Content> = {
        sequenceNumber,
        enqueuedSequenceNumber: sequenceNumber,
        messageId: message.messageId,
        enqueuedAt: at,
        dueAt: message.dueAt,
        ttlMs: shorter(message.ttlMs, properties.defaultTtlMs),
        state: message.dueAt !== null && message.dueAt > at ? 'scheduled' : 'active',
        deliveryCount: 0,
        properties: {},
        deadLetterSource: null,
        content: message.content,
      };
      remember(entry.messageId, at);
      accepted += 1;
      record({ kind: 'accepted', message: { ...entry }, at });
      place(entry);
      if (entry.state === 'active') deps.onAvailable();
      return { sequenceNumber, duplicate: false };
    },
    receive: () => {
      advance();
      const entry = available.peek();
      return entry ? hold(entry) : null;
    },
    take: () => {
      advance();
      const entry = available.peek();
      if (!entry) return null;
      lift(entry);
      forget(entry, true);
      return { ...entry };
    },
    receiveDeferred: (sequenceNumbers) => {
      advance();
      const wanted = [...new Set(sequenceNumbers)].map((number) => entries.get(number));
      const found = wanted.filter((entry) => entry?.state === 'deferred' && !held.has(entry));
      if (found.length < wanted.length) return null;
      return found.flatMap((entry) => (entry ? [hold(entry)] : []));
    },
    renew: (lockToken) => {
      advance();
      const lock = locks.get(lockToken);
      if (!lock) return null;
      unlock(lock);
      return addLock(lockToken, lock.entry).until;
    },
    complete: (lockToken) => {
      const entry = surrender(lockToken);
      if (entry) forget(entry, true);
      return entry !== null;
    },
    abandon: (lockToken, changes) => {
      const entry = surrender(lockToken);
      if (!entry) return false;
      entry.properties = { ...entry.properties, ...changes };
      failDelivery(entry);
      return true;
    },
    defer: (lockToken, changes) => {
      const entry = surrender(lockToken);
      if (!entry) return false;
      entry.properties = { ...entry.properties, ...changes };
      entry.state = 'deferred';
      release(entry);
      return true;
    },
    deadLetter: (lockToken, reasons) => {
      const entry = surrender(lockToken);
      if (!entry) return false;
      if (deps.deadLetters) bury(entry, deps.deadLetters, reasons ?? {});
      else release(entry);
      return true;
    },
    cancelScheduled: (sequenceNumber) => {
      advance();
      const entry = entries.get(sequenceNumber);
      if (entry?.state !== 'scheduled') return false;
      lift(entry);
      forget(entry, false);
      return true;
    },
    peek: (fromSequenceNumber, count) => {
      advance();
      return [...entries.values()]
        .filter((entry) => entry.sequenceNumber >= fromSequenceNumber)
        .sort((a, b) => a.sequenceNumber - b.sequenceNumber)
        .slice(0, count)
        .map((entry) => ({ ...entry }));
    },
    advance,
    stats: () => ({
      active: available.size,
      locked: locks.size,
      scheduled: scheduled.size,
      deferred,
      nextScheduledAt: scheduled.peek()?.dueAt ?? null,
      accepted,
      completed,
      duplicates,
    }),
    adopt: (message) => {
      const entry = { ...message };
      record({ kind: 'message', message, locked: false });
      place(entry);
      deps.onAvailable();
    },
    replay,
    recover,
    snapshot,
  };
}

function expiresAt(message: { readonly enqueuedAt: number; readonly ttlMs: number | null }): number {
  return message.enqueuedAt + (message.ttlMs ?? Infinity);
}

function shorter(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
