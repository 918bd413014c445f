import { describe, expect, it } from 'vitest';
import { bucketOf, makeBucketGate, type BucketGate } from '../../../src/lib/adapters/arm/bucket-gate.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeFakeThrottleBoard } from '../../fakes/throttle-board.ts';
import { aClock, SECOND, sleepBy } from '../../support/clock.ts';
import { ids, subscriptionId } from '../../support/delegations.ts';

const shared = bucketOf(ids.pal, ids.managingTenant, 'reads');
const own = bucketOf(ids.pal, subscriptionId(1), 'reads');
const throttled = (retryAt: string) =>
  new Failure('throttled', 'Azure answered 429.', { retryAt: new Date(retryAt) });

/** Two workers that share one board and one clock. */
function twoWorkers() {
  const clock = aClock();
  const board = makeFakeThrottleBoard();
  const worker = () =>
    makeBucketGate(board, (bucket) => bucket.includes(ids.managingTenant), clock, sleepBy(clock));
  return { clock, board, here: worker(), there: worker() };
}

/** A call that ends when it is told to, and counts how many were under way at once. */
function someCalls() {
  const ends: (() => void)[] = [];
  const started: string[] = [];
  let running = 0;
  let most = 0;
  return {
    started,
    most: () => most,
    call: (name: string) => async () => {
      started.push(name);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return name;
    },
    async endNext() {
      ends.shift()?.();
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
  };
}

const close = (gate: BucketGate, bucket: string, retryAt: string) =>
  gate.run(bucket, () => Promise.reject(throttled(retryAt))).catch(() => undefined);

describe('a bucket', () => {
  it('belongs to one identity, one target and one sort of call', () => {
    const buckets = [
      bucketOf(ids.pal, ids.managingTenant, 'reads'),
      bucketOf(ids.pal, ids.managingTenant, 'writes'),
      bucketOf(ids.pal, ids.customer, 'reads'),
      bucketOf(ids.secondPal, ids.managingTenant, 'reads'),
    ];

    expect(new Set(buckets).size).toBe(4);
  });

  it('lets one call in at a time, in the order they came', async () => {
    const { here } = twoWorkers();
    const calls = someCalls();
    const all = Promise.all(['a', 'b', 'c'].map((name) => here.run(own, calls.call(name))));

    for (let turn = 0; turn < 4; turn += 1) await calls.endNext();

    expect(await all).toEqual(['a', 'b', 'c']);
    expect(calls.started).toEqual(['a', 'b', 'c']);
    expect(calls.most()).toBe(1);
  });

  it('does not wait for another bucket', async () => {
    const { here } = twoWorkers();
    const calls = someCalls();
    const first = here.run(own, calls.call('a'));
    const second = here.run(bucketOf(ids.pal, subscriptionId(2), 'reads'), calls.call('b'));

    for (let turn = 0; turn < 3; turn += 1) await calls.endNext();

    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
    expect(calls.most()).toBe(2);
  });

  it('goes on after a call that failed', async () => {
    const { here } = twoWorkers();
    const failure = new Failure('denied', 'Azure answered 403.');

    const results = await Promise.allSettled([
      here.run(own, () => Promise.reject(failure)),
      here.run(own, () => Promise.resolve('fine')),
    ]);

    expect(results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: 'fine' },
    ]);
  });
});

describe('a bucket that gave no answer', () => {
  const failure = new Failure('unavailable', 'Azure gave no usable answer.');

  it('answers everybody who waited with the same failure, without a call', async () => {
    const { here } = twoWorkers();
    const calls: string[] = [];

    const results = await Promise.allSettled([
      here.run(own, () => Promise.reject(failure)),
      here.run(own, () => Promise.resolve(calls.push('called'))),
    ]);

    expect(results).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    expect(calls).toEqual([]);
  });

  it('is asked again by whoever comes later', async () => {
    const { here } = twoWorkers();
    await here.run(own, () => Promise.reject(failure)).catch(() => undefined);

    expect(await here.run(own, () => Promise.resolve('fine'))).toBe('fine');
  });
});

describe('a bucket that served a call just now', () => {
  it('is waited for when it asks for a short pause, and then called again', async () => {
    const { here, clock } = twoWorkers();
    await here.run(own, () => Promise.resolve('fine'));
    let calls = 0;

    const answer = await here.run(own, () => {
      calls += 1;
      return calls === 1 ? Promise.reject(throttled('2026-03-10T12:00:01.000Z')) : Promise.resolve(clock());
    });

    expect(answer.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-03-10T12:00:01.000Z'));
    expect(calls).toBe(2);
  });

  it('is not waited for when the pause is long, or when others share it', async () => {
    const { here } = twoWorkers();
    await here.run(own, () => Promise.resolve('fine'));
    await here.run(shared, () => Promise.resolve('fine'));

    const long = here.run(own, () => Promise.reject(throttled('2026-03-10T12:00:05.000Z')));
    const common = here.run(shared, () => Promise.reject(throttled('2026-03-10T12:00:01.000Z')));

    await expect(long).rejects.toMatchObject({ kind: 'throttled' });
    await expect(common).rejects.toMatchObject({ kind: 'throttled' });
  });
});

describe('a bucket that Azure has throttled', () => {
  it('is closed until Azure may be asked again, without a call', async () => {
    const { here, clock } = twoWorkers();
    await close(here, own, '2026-03-10T12:00:17.000Z');
    const calls: string[] = [];
    const call = () => Promise.resolve(calls.push('called'));
    clock.pass(17 * SECOND - 1);

    const early = await here.run(own, call).catch((error: unknown) => error);
    clock.pass(1);
    await here.run(own, call);

    expect(early).toMatchObject({ kind: 'throttled', retryAt: new Date('2026-03-10T12:00:17.000Z') });
    expect(calls).toHaveLength(1);
  });

  it('turns away the calls that were waiting when the 429 came', async () => {
    const { here } = twoWorkers();
    const calls: string[] = [];
    const waiting = [
      here.run(own, () => Promise.reject(throttled('2026-03-10T12:00:17.000Z'))),
      here.run(own, () => Promise.resolve(calls.push('b'))),
      here.run(own, () => Promise.resolve(calls.push('c'))),
    ];

    const results = await Promise.allSettled(waiting);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(calls).toEqual([]);
  });

  it('leaves other buckets open', async () => {
    const { here } = twoWorkers();
    await close(here, own, '2026-03-10T12:00:17.000Z');

    expect(await here.run(bucketOf(ids.pal, subscriptionId(2), 'reads'), () => Promise.resolve(2))).toBe(2);
  });

  it('stays open after a 429 that names no time', async () => {
    const { here } = twoWorkers();
    const failure = new Failure('throttled', 'Azure answered 429.');
    await expect(here.run(own, () => Promise.reject(failure))).rejects.toBe(failure);

    expect(await here.run(own, () => Promise.resolve('open'))).toBe('open');
  });

  it('is closed for the other workers too, where they share it', async () => {
    const { here, there } = twoWorkers();
    await close(here, shared, '2026-03-10T12:00:17.000Z');

    await expect(there.run(shared, () => Promise.resolve('called'))).rejects.toMatchObject({
      kind: 'throttled',
      retryAt: new Date('2026-03-10T12:00:17.000Z'),
    });
  });

  it('is not put on the board where nobody shares it', async () => {
    const { here, board } = twoWorkers();

    await close(here, own, '2026-03-10T12:00:17.000Z');

    expect(await board.notBefore(own)).toBeNull();
  });

  it('is noticed by a worker that has asked the board before within five seconds', async () => {
    const { here, there, clock } = twoWorkers();
    await there.run(shared, () => Promise.resolve('open'));
    await close(here, shared, '2026-03-10T12:00:17.000Z');

    const within = await there.run(shared, () => Promise.resolve('still open'));
    clock.pass(5 * SECOND);
    const after = await there.run(shared, () => Promise.resolve('open')).catch((error: unknown) => error);

    expect(within).toBe('still open');
    expect(after).toMatchObject({ kind: 'throttled' });
  });

  it('stays closed for as long as it knows, when the board knows a shorter time', async () => {
    const { here, board, clock } = twoWorkers();
    await close(here, shared, '2026-03-10T12:00:30.000Z');
    await board.close(shared, new Date('2026-03-10T12:00:06.000Z'));
    clock.pass(10 * SECOND);

    await expect(here.run(shared, () => Promise.resolve('called'))).rejects.toMatchObject({
      retryAt: new Date('2026-03-10T12:00:30.000Z'),
    });
  });
});
