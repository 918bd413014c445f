/** All queues of the broker with their dead-letter queues, found by address, remembered by the journal. */
import { readContent, type Content } from './amqp-message.ts';
import { openJournal, type Journal } from './journal.ts';
import { makeQueue, type Queue, type QueueRecord } from './queue.ts';
import type { QueueProperties } from './queue-properties.ts';

/** What an address leads to. */
type Entity =
  | { readonly kind: 'queue' | 'dead-letters' | 'management'; readonly queue: Queue<Content> }
  | { readonly kind: 'tokens' };

/** The numbers about one queue that `stats` answers; its dead-letter queue counts as `deadLettered`. */
export interface EntityStats {
  readonly active: number;
  readonly locked: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  /** ISO time, or null when nothing is scheduled. */
  readonly nextScheduledAt: string | null;
  readonly accepted: number;
  readonly completed: number;
  readonly duplicates: number;
}

export interface Entities {
  /** Null when nothing has that address. Case does not matter. */
  find(address: string): Entity | null;
  queues(): Iterable<Queue<Content>>;
  stats(): Record<string, EntityStats>;
  /** Returns when all that has been accepted and settled so far is on disk. */
  flush(): void;
  close(): void;
}

interface EntitiesDeps {
  readonly properties: Readonly<Record<string, QueueProperties>>;
  /** Null: nothing outlives the process. */
  readonly dataDir: string | null;
  readonly now: () => number;
  readonly newLockToken: () => string;
  /** Called when a queue has something new to receive. */
  readonly onAvailable: (queue: Queue<Content>) => void;
}

const DEAD_LETTERS = '/$deadletterqueue';
const MANAGEMENT = '/$management';

/** Makes the queues, with what an earlier run left in `dataDir`. */
export function openEntities(deps: EntitiesDeps): Entities {
  const queues = new Map<string, Queue<Content>>();
  let journal: Journal<Content> | null = null;

  const addQueue = (name: string, properties: QueueProperties, deadLetters: Queue<Content> | null) => {
    const key = name.toLowerCase();
    const queue: Queue<Content> = makeQueue({
      name,
      properties,
      now: deps.now,
      newLockToken: deps.newLockToken,
      record: (record) => journal?.append(key, record),
      onAvailable: () => deps.onAvailable(queue),
      deadLetters,
    });
    queues.set(key, queue);
    return queue;
  };

  for (const [name, properties] of Object.entries(deps.properties)) {
    const unlimited = { ...properties, defaultTtlMs: null, duplicateWindowMs: null };
    // Dead letters first: recovering a queue may add to them.
    addQueue(name, properties, addQueue(`${name}/$DeadLetterQueue`, unlimited, null));
  }

  const replay = (name: string, record: QueueRecord<Content>) => queues.get(name)?.replay(record);
  function* snapshot() {
    for (const [name, queue] of queues) {
      for (const record of queue.snapshot()) yield [name, record] as const;
    }
  }
  if (deps.dataDir !== null) {
    const encode = (content: Content) => content.bytes;
    journal = openJournal({ dataDir: deps.dataDir, encode, decode: readContent, replay, snapshot });
    for (const queue of queues.values()) queue.recover();
    journal.flush();
  }

  return {
    find: (address) => {
      const key = address.toLowerCase();
      if (key === '$cbs') return { kind: 'tokens' };
      const isManagement = key.endsWith(MANAGEMENT);
      const name = isManagement ? key.slice(0, -MANAGEMENT.length) : key;
      const queue = queues.get(name);
      if (!queue) return null;
      if (isManagement) return { kind: 'management', queue };
      return { kind: name.endsWith(DEAD_LETTERS) ? 'dead-letters' : 'queue', queue };
    },
    queues: () => queues.values(),
    stats: () =>
      Object.fromEntries(
        Object.keys(deps.properties).map((name) => [name, statsOf(queues, name.toLowerCase())]),
      ),
    flush: () => journal?.flush(),
    close: () => journal?.close(),
  };
}

function statsOf(queues: ReadonlyMap<string, Queue<Content>>, key: string): EntityStats {
  const { nextScheduledAt, ...numbers } = need(queues, key).stats();
  const dead = need(queues, key + DEAD_LETTERS).stats();
  return {
    ...numbers,
    deadLettered: dead.active + dead.locked + dead.deferred,
    nextScheduledAt: nextScheduledAt === null ? null : new Date(nextScheduledAt).toISOString(),
  };
}

function need<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no queue ${key}`);
  return value;
}
