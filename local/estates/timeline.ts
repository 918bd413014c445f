/** An estate's timeline: the order of its steps, and playing them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from './estate.ts';

export interface Timeline {
  /** Begins to play; later calls change nothing. */
  start(): void;
  /** How many steps have not been played yet. */
  pending(): number;
  stop(): void;
}

interface TimelineOptions {
  readonly steps: readonly Pick<Step, 'afterMs'>[];
  /** Plays the step at this place of the file. */
  readonly play: (at: number) => Promise<void> | void;
  /** Resolves when what came before has settled. */
  readonly settle: () => Promise<void>;
  /** A step could not be played; those after it are not. */
  readonly onError: (error: unknown) => void;
}

/** Steps that count their time from the same moment, in the order of their times. */
interface Stretch {
  /** Whether it begins when all before it has settled; else with the timeline. */
  readonly waits: boolean;
  readonly steps: readonly { readonly at: number; readonly afterMs: number }[];
}

export function makeTimeline({ steps, play, settle, onError }: TimelineOptions): Timeline {
  const stopping = new AbortController();
  let pending = steps.length;
  let started = false;

  const run = async () => {
    for (const stretch of stretchesOf(steps)) {
      if (stretch.waits) await settle();
      const began = performance.now();
      for (const { at, afterMs } of stretch.steps) {
        const { signal } = stopping;
        await sleep(Math.max(0, began + afterMs - performance.now()), undefined, { signal });
        await play(at);
        pending -= 1;
      }
    }
  };

  return {
    start() {
      if (started) return;
      started = true;
      run().catch((error: unknown) => {
        if (!stopping.signal.aborted) onError(error);
      });
    },
    pending: () => pending,
    stop: () => stopping.abort(),
  };
}

/** The places of the steps in the order in which they are played. */
export function playingOrder(steps: readonly Pick<Step, 'afterMs'>[]): number[] {
  return stretchesOf(steps).flatMap((stretch) => stretch.steps.map(({ at }) => at));
}

/** A step without a time begins a stretch of its own, and is the first of it. */
function stretchesOf(steps: readonly Pick<Step, 'afterMs'>[]): Stretch[] {
  const begins = [0, ...steps.flatMap(({ afterMs }, at) => (afterMs === undefined && at > 0 ? [at] : []))];
  return begins.map((from, index) => {
    const own = steps.slice(from, begins[index + 1]);
    return {
      waits: own[0]?.afterMs === undefined && own.length > 0,
      steps: own
        .map(({ afterMs = 0 }, place) => ({ at: from + place, afterMs }))
        .sort((a, b) => a.afterMs - b.afterMs),
    };
  });
}
