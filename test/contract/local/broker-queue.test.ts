import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeQueue, type Queue, type QueueRecord } from '../../../local/broker/queue.ts';
import { readQueueProperties, type QueueProperties } from '../../../local/broker/queue-properties.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');

interface Bench {
  readonly queue: Queue<string>;
  readonly deadLetters: Queue<string>;
  readonly clock: { now: number };
  readonly records: { readonly name: string; readonly record: QueueRecord<string> }[];
  readonly wakes: () => number;
}

function aQueue(properties: Partial<QueueProperties> = {}, clock = { now: T0 }): Bench {
  const records: Bench['records'] = [];
  let tokens = 0;
  let wakes = 0;
  const make = (name: string, deadLetters: Queue<string> | null) =>
    makeQueue<string>({
      name,
      properties: {
        lockDurationMs: 30_000,
        maxDeliveryCount: 3,
        defaultTtlMs: null,
        duplicateWindowMs: null,
        ...properties,
      },
      now: () => clock.now,
      newLockToken: () => `token-${(tokens += 1)}`,
      record: (record) => records.push({ name, record }),
      onAvailable: () => {
        wakes += 1;
      },
      deadLetters,
    });
  const deadLetters = make('work/$DeadLetterQueue', null);
  return { queue: make('work', deadLetters), deadLetters, clock, records, wakes: () => wakes };
}

const aMessage = (content: string, more: { dueAt?: number; ttlMs?: number; messageId?: string } = {}) => ({
  messageId: more.messageId ?? content,
  ttlMs: more.ttlMs ?? null,
  dueAt: more.dueAt ?? null,
  content,
});

/** The same queue after the process has died. */
function revive(dead: Bench, properties: Partial<QueueProperties> = {}): Bench {
  const bench = aQueue(properties, dead.clock);
  for (const { name, record } of structuredClone(dead.records)) {
    (name === 'work' ? bench.queue : bench.deadLetters).replay(record);
  }
  bench.deadLetters.recover();
  bench.queue.recover();
  return bench;
}

describe('a queue', () => {
  it('hands out messages in the order they came, each locked for the lock duration', () => {
    const { queue } = aQueue();
    queue.enqueue(aMessage('first'));
    queue.enqueue(aMessage('second'));

    const [a, b, none] = [queue.receive(), queue.receive(), queue.receive()];

    expect(a).toMatchObject({ message: { content: 'first', sequenceNumber: 1 }, lockedUntil: T0 + 30_000 });
    expect(b).toMatchObject({ message: { content: 'second', sequenceNumber: 2 }, lockToken: 'token-2' });
    expect(none).toBeNull();
  });

  it('gives an abandoned message out again at once, before younger ones, with the failure counted', () => {
    const { queue } = aQueue();
    queue.enqueue(aMessage('first'));
    queue.enqueue(aMessage('second'));
    queue.receive();

    expect(queue.abandon('token-1')).toBe(true);

    expect(queue.receive()?.message).toMatchObject({ content: 'first', deliveryCount: 1 });
  });

  it('counts a lock that expires as a failed delivery, to the millisecond', () => {
    const { queue, clock, wakes } = aQueue();
    queue.enqueue(aMessage('a'));
    queue.receive();
    const wakesBefore = wakes();

    clock.now = T0 + 29_999;
    queue.advance();
    expect(queue.stats()).toMatchObject({ locked: 1, active: 0 });

    clock.now = T0 + 30_000;
    queue.advance();
    expect(queue.stats()).toMatchObject({ locked: 0, active: 1 });
    expect(wakes()).toBe(wakesBefore + 1);
    expect(queue.receive()?.message.deliveryCount).toBe(1);
  });

  it('keeps a renewed lock until the new moment', () => {
    const { queue, clock } = aQueue();
    queue.enqueue(aMessage('a'));
    queue.receive();

    clock.now = T0 + 20_000;
    expect(queue.renew('token-1')).toBe(T0 + 50_000);

    clock.now = T0 + 49_999;
    expect(queue.complete('token-1')).toBe(true);
  });

  it.each(['complete', 'abandon', 'defer', 'deadLetter', 'renew'] as const)(
    'refuses to %s under a lock that has expired',
    (settle) => {
      const { queue, clock } = aQueue();
      queue.enqueue(aMessage('a'));
      queue.receive();

      clock.now = T0 + 30_000;

      expect(queue[settle]('token-1')).toBe(settle === 'renew' ? null : false);
      expect(queue.stats()).toMatchObject({ active: 1, locked: 0, completed: 0 });
    },
  );

  it('dead-letters a message after its last delivery, with the reason', () => {
    const { queue, deadLetters } = aQueue({ maxDeliveryCount: 2 });
    queue.enqueue(aMessage('poison'));
    queue.receive();
    queue.abandon('token-1');
    queue.receive();
    queue.abandon('token-2');

    expect(queue.receive()).toBeNull();
    expect(deadLetters.receive()?.message).toMatchObject({
      content: 'poison',
      sequenceNumber: 1,
      deliveryCount: 2,
      deadLetterSource: 'work',
      properties: { DeadLetterReason: 'MaxDeliveryCountExceeded' },
    });
  });

  it('keeps dead letters for ever, however often and however long they are looked at', () => {
    const { queue, deadLetters, clock } = aQueue({ maxDeliveryCount: 1 });
    queue.enqueue(aMessage('poison', { ttlMs: 60_000 }));
    queue.deadLetter(queue.receive()?.lockToken ?? '', { DeadLetterReason: 'no use' });

    for (let i = 0; i < 20; i += 1) deadLetters.abandon(deadLetters.receive()?.lockToken ?? '');
    clock.now = T0 + 365 * 86_400_000;

    expect(deadLetters.receive()?.message).toMatchObject({
      content: 'poison',
      deliveryCount: 20,
      properties: { DeadLetterReason: 'no use' },
    });
  });

  it('gives a scheduled message out when its time has come, under a new number', () => {
    const { queue, clock } = aQueue();
    expect(queue.enqueue(aMessage('later', { dueAt: T0 + 1_000 })).sequenceNumber).toBe(1);
    queue.enqueue(aMessage('now'));
    expect(queue.stats()).toMatchObject({ active: 1, scheduled: 1, nextScheduledAt: T0 + 1_000 });

    clock.now = T0 + 1_000;
    queue.advance();

    expect(queue.peek(1, 10)).toMatchObject([
      { content: 'now', sequenceNumber: 2 },
      { content: 'later', sequenceNumber: 3, enqueuedSequenceNumber: 1, enqueuedAt: T0 + 1_000 },
    ]);
    expect(queue.stats()).toMatchObject({ active: 2, scheduled: 0, nextScheduledAt: null });
  });

  it('gives scheduled messages out in the order of their times', () => {
    const { queue, clock } = aQueue();
    queue.enqueue(aMessage('c', { dueAt: T0 + 3_000 }));
    queue.enqueue(aMessage('a', { dueAt: T0 + 1_000 }));
    queue.enqueue(aMessage('b', { dueAt: T0 + 2_000 }));

    clock.now = T0 + 5_000;

    expect([queue.take()?.content, queue.take()?.content, queue.take()?.content]).toEqual(['a', 'b', 'c']);
  });

  it('cancels a scheduled message once, and nothing else', () => {
    const { queue } = aQueue();
    queue.enqueue(aMessage('later', { dueAt: T0 + 1_000 }));
    queue.enqueue(aMessage('now'));

    expect([queue.cancelScheduled(1), queue.cancelScheduled(1), queue.cancelScheduled(2)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(queue.stats()).toMatchObject({ active: 1, scheduled: 0 });
  });

  it('accepts and drops a message id it has seen within the window, whatever became of the first', () => {
    const { queue, clock } = aQueue({ duplicateWindowMs: 600_000 });
    queue.enqueue(aMessage('one', { messageId: 'id' }));
    queue.complete(queue.receive()?.lockToken ?? '');

    clock.now = T0 + 599_999;
    expect(queue.enqueue(aMessage('two', { messageId: 'id' })).duplicate).toBe(true);

    clock.now = T0 + 600_000;
    expect(queue.enqueue(aMessage('three', { messageId: 'id' })).duplicate).toBe(false);
    expect(queue.stats()).toMatchObject({ active: 1, accepted: 2, duplicates: 1, completed: 1 });
  });

  it('drops a message when the shorter of its own and the default time to live is over', () => {
    const { queue, clock } = aQueue({ defaultTtlMs: 10_000 });
    queue.enqueue(aMessage('short', { ttlMs: 5_000 }));
    queue.enqueue(aMessage('long', { ttlMs: 99_000 }));

    clock.now = T0 + 5_000;
    expect(queue.peek(1, 10).map((message) => message.content)).toEqual(['long']);

    clock.now = T0 + 10_000;
    expect(queue.receive()).toBeNull();
  });

  it('lets the holder of a message finish after its time to live', () => {
    const { queue, clock } = aQueue({ defaultTtlMs: 10_000 });
    queue.enqueue(aMessage('a'));
    queue.receive();

    clock.now = T0 + 20_000;

    expect(queue.complete('token-1')).toBe(true);
  });

  it('hands a deferred message out by number only, to one holder at a time', () => {
    const { queue } = aQueue();
    queue.enqueue(aMessage('a'));
    queue.defer(queue.receive()?.lockToken ?? '', { note: 'wait' });

    expect(queue.receive()).toBeNull();
    expect(queue.receiveDeferred([1])).toMatchObject([
      { message: { content: 'a', state: 'deferred', properties: { note: 'wait' } } },
    ]);
    expect(queue.receiveDeferred([1])).toBeNull();
    expect(queue.receiveDeferred([7])).toBeNull();
  });

  it('is the same after a restart, but for locks: they are void and the delivery has failed', () => {
    const before = aQueue({ duplicateWindowMs: 600_000 });
    for (const content of ['done', 'held', 'aside', 'dead', 'waiting'])
      before.queue.enqueue(aMessage(content));
    before.queue.enqueue(aMessage('later', { dueAt: T0 + 60_000 }));
    before.queue.complete(before.queue.receive()?.lockToken ?? '');
    before.queue.receive();
    before.queue.defer(before.queue.receive()?.lockToken ?? '');
    before.queue.deadLetter(before.queue.receive()?.lockToken ?? '', { DeadLetterReason: 'bad' });

    const after = revive(before, { duplicateWindowMs: 600_000 });

    expect(after.queue.stats()).toEqual({
      active: 2,
      locked: 0,
      scheduled: 1,
      deferred: 1,
      nextScheduledAt: T0 + 60_000,
      accepted: 6,
      completed: 1,
      duplicates: 0,
    });
    expect(after.queue.complete('token-2')).toBe(false);
    expect(after.queue.receive()?.message).toMatchObject({ content: 'held', deliveryCount: 1 });
    expect(after.deadLetters.receive()?.message.properties).toEqual({ DeadLetterReason: 'bad' });
    expect(after.queue.enqueue(aMessage('done')).duplicate).toBe(true);
    expect(after.queue.enqueue(aMessage('new')).sequenceNumber).toBe(8);
  });

  it('dead-letters a message whose last delivery the restart interrupted', () => {
    const before = aQueue({ maxDeliveryCount: 1 });
    before.queue.enqueue(aMessage('a'));
    before.queue.receive();

    const after = revive(before, { maxDeliveryCount: 1 });

    expect(after.queue.receive()).toBeNull();
    expect(after.deadLetters.receive()?.message.content).toBe('a');
  });

  it('counts an interrupted delivery once, even when the restart is interrupted too', () => {
    const before = aQueue();
    before.queue.enqueue(aMessage('a'));
    before.queue.receive();
    const halfway = aQueue();
    for (const { record } of before.records) halfway.queue.replay(record);
    halfway.records.push(...snapshotOf(halfway));

    const after = revive(halfway);

    expect(after.queue.receive()?.message).toMatchObject({ content: 'a', deliveryCount: 1 });
  });

  it('can be made again from its snapshot alone', () => {
    const before = aQueue({ duplicateWindowMs: 600_000 });
    before.queue.enqueue(aMessage('a'));
    before.queue.enqueue(aMessage('b', { dueAt: T0 + 5_000 }));
    before.queue.complete(before.queue.receive()?.lockToken ?? '');
    const records = [...before.queue.snapshot()].map((record) => ({ name: 'work', record }));

    const after = revive({ ...before, records }, { duplicateWindowMs: 600_000 });

    expect(after.queue.stats()).toEqual(before.queue.stats());
    expect(after.queue.enqueue(aMessage('a')).duplicate).toBe(true);
  });
});

const STEPS = [
  'send',
  'schedule',
  'receive',
  'complete',
  'abandon',
  'defer',
  'dead-letter',
  'fetch deferred',
  'renew',
  'restart',
] as const;

describe('whatever the order of operations', () => {
  it('no message is lost, and none has two holders at once', () => {
    const step = fc.record({
      what: fc.constantFrom(...STEPS),
      pick: fc.nat(50),
      pauseMs: fc.constantFrom(0, 1, 400, 1_100),
    });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const properties = { lockDurationMs: 1_000, maxDeliveryCount: 3 };
        let bench = aQueue(properties);
        const sent = new Set<string>();
        const settled = new Set<string>();
        let holds: { token: string; content: string; until: number }[] = [];

        const live = () => holds.filter((hold) => hold.until > bench.clock.now);
        const take = (locked: ReturnType<Queue<string>['receive']>) => {
          if (!locked) return;
          const { content } = locked.message;
          expect(live().map((hold) => hold.content)).not.toContain(content);
          expect(settled).not.toContain(content);
          holds.push({ token: locked.lockToken, content, until: locked.lockedUntil });
        };
        const settle = (pick: number, how: (token: string) => boolean) => {
          const hold = holds[pick % holds.length];
          if (!hold) return null;
          expect(how(hold.token)).toBe(hold.until > bench.clock.now);
          const worked = hold.until > bench.clock.now;
          holds = holds.filter((other) => other !== hold);
          return worked ? hold.content : null;
        };

        for (const { what, pick, pauseMs } of steps) {
          bench.clock.now += pauseMs;
          const { queue } = bench;
          if (what === 'send' || what === 'schedule') {
            const content = `m${sent.size}`;
            sent.add(content);
            queue.enqueue(aMessage(content, what === 'schedule' ? { dueAt: bench.clock.now + 500 } : {}));
          } else if (what === 'receive') take(queue.receive());
          else if (what === 'complete') {
            const content = settle(pick, (token) => queue.complete(token));
            if (content) settled.add(content);
          } else if (what === 'abandon') settle(pick, (token) => queue.abandon(token));
          else if (what === 'defer') settle(pick, (token) => queue.defer(token));
          else if (what === 'dead-letter') settle(pick, (token) => queue.deadLetter(token));
          else if (what === 'fetch deferred') queue.receiveDeferred([pick])?.forEach(take);
          else if (what === 'restart') {
            bench = revive(bench, properties);
            bench.records.splice(0, bench.records.length, ...snapshotOf(bench));
            holds = [];
          } else {
            const hold = holds[pick % holds.length];
            const until = hold ? queue.renew(hold.token) : null;
            if (hold && until !== null) hold.until = until;
          }
        }

        const left = [...bench.queue.peek(1, 1_000), ...bench.deadLetters.peek(1, 1_000)];
        const accounted = [...left.map((message) => message.content), ...settled];
        expect(accounted.sort()).toEqual([...sent].sort());
      }),
      { numRuns: 300 },
    );
  });
});

function snapshotOf(bench: Bench): Bench['records'] {
  return [
    ...[...bench.queue.snapshot()].map((record) => ({ name: 'work', record })),
    ...[...bench.deadLetters.snapshot()].map((record) => ({ name: 'work/$DeadLetterQueue', record })),
  ];
}

describe('queue properties', () => {
  it.each([
    ['PT1M', 60_000],
    ['PT0.5S', 500],
    ['P14D', 1_209_600_000],
    ['P1DT2H3M4S', 93_784_000],
  ])('reads the duration %s', (lockDuration, lockDurationMs) => {
    expect(readQueueProperties('work', { lockDuration, maxDeliveryCount: 1 })).toEqual({
      lockDurationMs,
      maxDeliveryCount: 1,
      defaultTtlMs: null,
      duplicateWindowMs: null,
    });
  });

  it.each(['1m', 'PT', 'P', 'P1DT', ''])('refuses %j, naming the queue', (lockDuration) => {
    expect(() => readQueueProperties('work', { lockDuration, maxDeliveryCount: 1 })).toThrow(
      `queue work: not an ISO 8601 duration: ${lockDuration}`,
    );
  });
});
