import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { makeTimeline, playingOrder } from '../../../local/estates/timeline.ts';

describe('the order of a timeline', () => {
  it.each([
    [
      'of times, whatever the order in the file',
      [{ afterMs: 20 }, { afterMs: 0 }, { afterMs: 10 }],
      [1, 2, 0],
    ],
    ['of the file, where nothing has a time', [{}, {}, {}], [0, 1, 2]],
    ['with times counted from the step above that waits', [{ afterMs: 90 }, {}, { afterMs: 5 }], [0, 1, 2]],
    [
      'with times below a step that waits in their order',
      [{}, { afterMs: 9 }, { afterMs: 5 }, {}],
      [0, 2, 1, 3],
    ],
  ])('is that %s', (_, steps, order) => {
    expect(playingOrder(steps)).toEqual(order);
  });
});

describe('a timeline', () => {
  const failing = (error: unknown) => {
    throw error;
  };

  it('plays a step without a time when all before it has settled', async () => {
    const happened: string[] = [];
    const timeline = makeTimeline({
      steps: [{ afterMs: 0 }, {}, { afterMs: 0 }],
      play: (at) => void happened.push(`step ${at}`),
      settle: () => Promise.resolve(void happened.push('settled')),
      onError: failing,
    });

    timeline.start();
    timeline.start();

    await vi.waitFor(() => expect(timeline.pending()).toBe(0));
    expect(happened).toEqual(['step 0', 'settled', 'step 1', 'step 2']);
  });

  it('counts a step as pending until it has been played', async () => {
    const playing = Promise.withResolvers<undefined>();
    const timeline = makeTimeline({
      steps: [{ afterMs: 0 }],
      play: () => playing.promise,
      settle: () => Promise.resolve(),
      onError: failing,
    });
    timeline.start();
    await sleep(10);
    const meanwhile = timeline.pending();

    playing.resolve(undefined);

    expect(meanwhile).toBe(1);
    await vi.waitFor(() => expect(timeline.pending()).toBe(0));
  });

  it('ends at a step that cannot be played, and says so', async () => {
    const errors: unknown[] = [];
    const timeline = makeTimeline({
      steps: [{}, {}],
      play: () => Promise.reject(new Error('no estate')),
      settle: () => Promise.resolve(),
      onError: (error) => errors.push(error),
    });

    timeline.start();

    await vi.waitFor(() => expect(errors).toEqual([new Error('no estate')]));
    expect(timeline.pending()).toBe(2);
  });

  it('plays nothing more once it is stopped, and that is no error', async () => {
    const errors: unknown[] = [];
    const timeline = makeTimeline({
      steps: [{ afterMs: 20 }],
      play: () => failing(new Error('played')),
      settle: () => Promise.resolve(),
      onError: (error) => errors.push(error),
    });
    timeline.start();

    timeline.stop();
    await sleep(40);

    expect([timeline.pending(), errors]).toEqual([1, []]);
  });
});
