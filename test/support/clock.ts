/** A clock that stands still until a test moves it. */
export interface HandClock {
  (): Date;
  /** Moves the clock on. */
  pass(ms: number): void;
  set(instant: string): void;
}

export function aClock(instant = '2026-03-10T12:00:00.000Z'): HandClock {
  let now = Date.parse(instant);
  return Object.assign(() => new Date(now), {
    pass(ms: number) {
      now += ms;
    },
    set(to: string) {
      now = Date.parse(to);
    },
  });
}

/** A sleep that takes no time: it moves the clock on. */
export function sleepBy(clock: HandClock) {
  return async (ms: number): Promise<void> => {
    clock.pass(ms);
    return Promise.resolve();
  };
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
