/**
 * Decides when the next query may go out. A lonely look-up waits a blink; under load look-ups gather until no further
 * one arrives, so that a query serves everybody who is waiting; and the quota the service reports is never overdrawn.
 */
export interface Pacer {
  /** A look-up is on its way; the result is to be called, once or more, when it has come or will not come. */
  coming(): () => void;
  /** A look-up has arrived. */
  arrival(): void;
  /** Resolves when the next batch may be sent. */
  opening(): Promise<void>;
  /** Runs a batch that serves so many look-ups; the next opening waits for its end. */
  during<T>(lookUps: number, batch: () => Promise<T>): Promise<T>;
  /**
   * Takes note of the quota headers of a query that has just been answered: what remains, and when it is full again
   * (`hh:mm:ss`). `sentAt` is when the query was sent: the service has counted it somewhere on the way.
   */
  spent(remaining: string | undefined, resetsAfter: string | undefined, sentAt: Date): void;
  /** Resolves when the quota allows one more query. */
  quota(): Promise<void>;
}

/** A quiet spell this long means that everybody who will come soon has come. */
const QUIET_MS = 20;
const QUIET_UNDER_LOAD_MS = 200;
/** Nobody waits longer than this for others to come. */
const GATHER_MS = 3_000;
/** How often to see whether those on their way have come. */
const LOOK_MS = 20;
/** A batch within this time means load, if it was for several or others came meanwhile; one after the other does not. */
const LOAD_MS = 1_000;
/** Queries kept in hand, because other workers draw on the same quota; of a small quota no more than a fifth. */
const RESERVE = 2;
const RESERVE_SHARE = 0.2;
/** By how much two answers may differ in when the same window ends. */
const INEXACT_MS = 2_000;
/** At most so long before its answer came a query is taken to have been counted. */
const EARLIEST_MS = 250;

export function makePacer(clock: () => Date, sleep: (ms: number) => Promise<void>): Pacer {
  const onTheWay = new Set<symbol>();
  let lastArrival = 0;
  let lastBusyEnd = 0;
  let batch: Promise<unknown> = Promise.resolve();
  let notBefore = 0;
  let mostSeen = 0;
  /** What was last said of the quota: what remains until it is full again, and when that is. */
  let window = { left: 0, endsAt: 0 };
  const now = () => clock().getTime();

  const quota = async () => {
    const wait = notBefore - now();
    if (wait > 0) await sleep(wait);
  };

  return {
    coming() {
      const who = Symbol('look-up');
      onTheWay.add(who);
      return () => void onTheWay.delete(who);
    },
    arrival() {
      lastArrival = now();
    },
    async opening() {
      const from = now();
      const loaded = from - lastBusyEnd < LOAD_MS;
      await batch.catch(() => undefined);
      await quota();
      const quiet = loaded ? QUIET_UNDER_LOAD_MS : QUIET_MS;
      for (;;) {
        const rest = Math.min(lastArrival + quiet, from + GATHER_MS) - now();
        const others = onTheWay.size > 0 && now() < from + GATHER_MS;
        if (rest <= 0 && !others) return;
        await sleep(others ? LOOK_MS : rest);
      }
    },
    async during(lookUps, run) {
      const from = now();
      const running = run();
      batch = running;
      try {
        return await running;
      } finally {
        if (lookUps > 1 || onTheWay.size > 0 || lastArrival > from) lastBusyEnd = now();
      }
    },
    spent(remaining, resetsAfter, sentAt) {
      if (remaining === undefined) return;
      const left = Number(remaining);
      // Nobody knows when on its way it was counted: in the middle, but never long before its answer. Who asks too early is
      // refused with all who wait for the same query.
      const countedAt = now() - Math.min((now() - sentAt.getTime()) / 2, EARLIEST_MS);
      const endsAt = countedAt + millisecondsOf(resetsAfter);
      // Each answer rounds the time up to whole seconds: of one window the earliest word holds.
      const same = left < window.left && now() < window.endsAt && endsAt - window.endsAt < INEXACT_MS;
      window = { left, endsAt: same ? Math.min(window.endsAt, endsAt) : endsAt };
      mostSeen = Math.max(mostSeen, left + 1);
      if (left <= Math.min(RESERVE, mostSeen * RESERVE_SHARE)) notBefore = window.endsAt;
    },
    quota,
  };
}

function millisecondsOf(span: string | undefined): number {
  const [hours = 0, minutes = 0, seconds = 0] = (span ?? '').split(':').map(Number);
  const total = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return Number.isFinite(total) ? total : 0;
}
