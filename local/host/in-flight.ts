/** Counts what is running, so that a stop can wait for it. */
import { within } from './time-limit.ts';

interface InFlight {
  size(): number;
  /** Follows one piece of work and gives its promise back. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves to true when nothing runs any more, to false after `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>;
}

export function makeInFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  return {
    size: () => running.size,
    track: async (work) => {
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    drain: async (timeoutMs) => {
      await within(timeoutMs, untilEmpty(running));
      return running.size === 0;
    },
  };
}

/** Work may start while others end, so the set is looked at again each time. */
async function untilEmpty(running: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}
