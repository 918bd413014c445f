import { describe, expect, it } from 'vitest';
import { makePacer } from '../../../src/lib/adapters/arm/pacer.ts';
import { aClock } from '../../support/clock.ts';

/** A pacer whose sleeping moves the clock, and does on the way what is planned for a moment. */
function aPacer() {
  const clock = aClock();
  const start = clock().getTime();
  const plans: { at: number; act: () => void }[] = [];
  const elapsed = () => clock().getTime() - start;
  const sleep = (ms: number) => {
    const until = elapsed() + ms;
    const due = plans.filter(({ at }) => at > elapsed() && at <= until).sort((a, b) => a.at - b.at);
    for (const { at, act } of due) {
      clock.pass(at - elapsed());
      act();
    }
    clock.pass(until - elapsed());
    return Promise.resolve();
  };
  const pacer = makePacer(clock, sleep);
  return { pacer, clock, elapsed, at: (ms: number, act: () => void) => plans.push({ at: ms, act }) };
}

describe('the pacer', () => {
  it('lets a lonely look-up wait a blink', async () => {
    const { pacer, elapsed } = aPacer();
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(20);
  });

  it('waits for those who come within the blink', async () => {
    const { pacer, elapsed, at } = aPacer();
    at(15, () => pacer.arrival());
    at(30, () => pacer.arrival());
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(50);
  });

  it('gathers for longer right after a batch, when there is load', async () => {
    const { pacer, elapsed } = aPacer();
    await pacer.during(2, () => Promise.resolve());
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(200);
  });

  it('takes one look-up after the other for no load', async () => {
    const { pacer, elapsed } = aPacer();
    await pacer.during(1, () => Promise.resolve());
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(20);
  });

  it('gathers for longer after a batch during which others came', async () => {
    const { pacer, elapsed, clock } = aPacer();
    await pacer.during(1, () => {
      clock.pass(10);
      pacer.arrival();
      return Promise.resolve();
    });

    await pacer.opening();

    expect(elapsed()).toBe(10 + 200);
  });

  it('lets nobody wait for others for more than three seconds', async () => {
    const { pacer, elapsed, at } = aPacer();
    await pacer.during(2, () => Promise.resolve());
    for (let ms = 100; ms <= 3_000; ms += 100) at(ms, () => pacer.arrival());
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(3_000);
  });

  it('waits for look-ups that are on their way, and no longer for those that will not come', async () => {
    const { pacer, elapsed, at } = aPacer();
    const [first, second] = [pacer.coming(), pacer.coming()];
    pacer.arrival();
    first();
    at(400, second);

    await pacer.opening();

    expect(elapsed()).toBe(400);
  });

  it('opens only when the batch before has come to its end', async () => {
    const { pacer } = aPacer();
    let end: () => void = () => undefined;
    const batch = pacer.during(2, () => new Promise<void>((resolve) => (end = resolve)));
    const order: string[] = [];
    const opening = pacer.opening().then(() => order.push('opened'));
    await Promise.resolve();

    order.push('ended');
    end();
    await Promise.all([batch, opening]);

    expect(order).toEqual(['ended', 'opened']);
  });

  it('opens after a batch that failed', async () => {
    const { pacer } = aPacer();
    const failing = pacer.during(2, () => Promise.reject(new Error('Azure answered 500.')));

    await expect(failing).rejects.toThrow('Azure answered 500.');

    await expect(pacer.opening()).resolves.toBeUndefined();
  });

  it.each<[string, string | undefined, string | undefined, number]>([
    ['plenty', '14', '00:00:05', 0],
    ['just enough', '3', '00:00:05', 0],
    ['only the reserve', '2', '00:00:05', 5_000],
    ['nothing', '0', '00:00:05', 5_000],
    ['nothing for long', '0', '01:02:03', 3_723_000],
    ['nothing, and nobody knows for how long', '0', undefined, 0],
    ['nothing, for a time nobody can read', '0', 'soon', 0],
    ['nobody knows what', undefined, '00:00:05', 0],
  ])('with %s of the quota left waits as long as it must', async (_, remaining, resetsAfter, waited) => {
    const { pacer, clock, elapsed } = aPacer();

    pacer.spent('14', '00:00:05', clock());
    pacer.spent(remaining, resetsAfter, clock());
    await pacer.quota();

    expect(elapsed()).toBe(waited);
  });

  it.each<[string, number]>([
    ['1', 0],
    ['0', 5_000],
  ])('uses a small quota up: with %s left waits %i ms', async (remaining, waited) => {
    const { pacer, clock, elapsed } = aPacer();

    pacer.spent('2', '00:00:05', clock());
    pacer.spent(remaining, '00:00:05', clock());
    await pacer.quota();

    expect(elapsed()).toBe(waited);
  });

  it('believes the first word of when a window ends, as later ones were rounded up', async () => {
    const { pacer, clock, elapsed } = aPacer();

    pacer.spent('2', '00:00:05', clock());
    clock.pass(1_300);
    pacer.spent('1', '00:00:04', clock());
    clock.pass(1_300);
    pacer.spent('0', '00:00:03', clock());
    await pacer.quota();

    expect(elapsed()).toBe(5_000);
  });

  it('counts a window from the middle of a query’s way, as its answer was long under way', async () => {
    const { pacer, clock, elapsed } = aPacer();
    const sentAt = clock();
    clock.pass(300);

    pacer.spent('0', '00:00:05', sentAt);
    await pacer.quota();

    expect(elapsed()).toBe(5_150);
  });

  it('counts a window from no earlier than shortly before the answer, however long the query took', async () => {
    const { pacer, clock, elapsed } = aPacer();
    const sentAt = clock();
    clock.pass(8_000);

    pacer.spent('0', '00:00:05', sentAt);
    await pacer.quota();

    expect(elapsed()).toBe(8_000 - 250 + 5_000);
  });

  it('takes a quota that is fuller than before for a new window', async () => {
    const { pacer, clock, elapsed } = aPacer();

    pacer.spent('1', '00:00:01', clock());
    clock.pass(900);
    pacer.spent('2', '00:00:05', clock());
    pacer.spent('0', '00:00:05', clock());
    await pacer.quota();

    expect(elapsed()).toBe(5_900);
  });

  it('does not open before the quota is full again', async () => {
    const { pacer, clock, elapsed } = aPacer();
    pacer.spent('0', '00:00:05', clock());
    pacer.arrival();

    await pacer.opening();

    expect(elapsed()).toBe(5_000);
  });
});
