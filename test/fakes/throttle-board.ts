import type { Bucket, ThrottleBoard } from '../../src/lib/adapters/arm/bucket-gate.ts';

/** The throttle board in memory. */
export function makeFakeThrottleBoard(): ThrottleBoard {
  const closed = new Map<Bucket, Date>();
  return {
    notBefore: (bucket) => Promise.resolve(closed.get(bucket) ?? null),
    close(bucket, until) {
      closed.set(bucket, until);
      return Promise.resolve();
    },
  };
}
