import { Failure } from '../../domain/failure.ts';

/** A quota bucket as ARM keeps it: whose calls, to which tenant or subscription, of which sort. Entra's tokens are the last. */
export type Bucket = string;

export function bucketOf(
  objectId: string,
  target: string,
  sort: 'reads' | 'writes' | 'graph' | 'tokens',
): Bucket {
  return `${objectId}~${target}~${sort}`;
}

/** Where other workers see that a bucket is closed for a while. */
export interface ThrottleBoard {
  notBefore(bucket: Bucket): Promise<Date | null>;
  close(bucket: Bucket, until: Date): Promise<void>;
}

/**
 * Lets one call at a time into a bucket, and none while the bucket is closed. One at a time, because several under way
 * when a 429 comes back would arrive before its Retry-After has passed, which only prolongs it.
 */
export interface BucketGate {
  /** Throws `throttled` without calling when the bucket is closed. */
  run<T>(bucket: Bucket, call: () => Promise<T>): Promise<T>;
}

/** A bucket that has just served a call and asks for a short pause is worth waiting for: a copy would begin anew. */
const SERVED_LATELY_MS = 10_000;
const SHORT_PAUSE_MS = 2_000;
/** Of so many buckets it is remembered that they served; forgetting costs no more than a copy. */
const BUCKETS_KEPT = 5_000;
/** Timers may fire a moment early; the bucket must not. */
const MARGIN_MS = 20;

/** How long what the board said is believed: it is a table row, and asking for it is a round trip. */
const BOARD_TTL_MS = 5_000;

/** `onBoard` tells which buckets several workers share and are worth a look at the board. */
export function makeBucketGate(
  board: ThrottleBoard,
  onBoard: (bucket: Bucket) => boolean,
  clock: () => Date,
  sleep: (ms: number) => Promise<void>,
): BucketGate {
  const tails = new Map<Bucket, Promise<unknown>>();
  const closedUntil = new Map<Bucket, Date>();
  const askedAt = new Map<Bucket, number>();
  const servedAt = new Map<Bucket, number>();

  /** How long to wait for a bucket that is closed; null when that is too long to wait for. */
  function pauseOf(bucket: Bucket, until: Date): number | null {
    const now = clock().getTime();
    const pause = until.getTime() - now;
    const progressing = now - (servedAt.get(bucket) ?? 0) < SERVED_LATELY_MS;
    return !onBoard(bucket) && progressing && pause <= SHORT_PAUSE_MS ? Math.max(0, pause) : null;
  }

  async function enter<T>(bucket: Bucket, call: () => Promise<T>): Promise<T> {
    await askBoard(bucket);
    const until = closedUntil.get(bucket);
    if (until && until > clock()) {
      const pause = pauseOf(bucket, until);
      if (pause === null) {
        throw new Failure('throttled', 'Azure has asked to wait before it is called again.', {
          retryAt: until,
        });
      }
      await sleep(pause + MARGIN_MS);
    }
    closedUntil.delete(bucket);
    try {
      const value = await call();
      if (servedAt.size >= BUCKETS_KEPT) servedAt.clear();
      servedAt.set(bucket, clock().getTime());
      return value;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'throttled' || !error.retryAt) throw error;
      closedUntil.set(bucket, error.retryAt);
      if (onBoard(bucket)) await board.close(bucket, error.retryAt);
      if (pauseOf(bucket, error.retryAt) === null) throw error;
      return await enter(bucket, call);
    }
  }

  async function askBoard(bucket: Bucket): Promise<void> {
    const now = clock().getTime();
    if (!onBoard(bucket) || now - (askedAt.get(bucket) ?? 0) < BOARD_TTL_MS) return;
    askedAt.set(bucket, now);
    const until = await board.notBefore(bucket);
    const known = closedUntil.get(bucket);
    if (until && (!known || until > known)) closedUntil.set(bucket, until);
  }

  return {
    run(bucket, call) {
      const before = tails.get(bucket) ?? Promise.resolve();
      const mine = before.then(
        () => enter(bucket, call),
        // Whoever waited behind a call that got no answer is not sent after it: the answer would be the same, later.
        (error: unknown) => {
          if (error instanceof Failure && error.kind === 'unavailable') throw error;
          return enter(bucket, call);
        },
      );
      tails.set(bucket, mine);
      const forget = () => {
        if (tails.get(bucket) === mine) tails.delete(bucket);
      };
      mine.then(forget, forget);
      return mine;
    },
  };
}
