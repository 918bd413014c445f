import type { FollowUps, SweepLedger } from '../../src/lib/domain/ports.ts';
import type { SweepRecord } from '../../src/lib/domain/sweep-record.ts';

/** Sweeps in memory, with their one lease. */
export function makeFakeSweepLedger(): SweepLedger {
  const sweeps = new Map<string, SweepRecord>();
  let held: { owner: string; until: Date } | null = null;
  let last: SweepRecord | null = null;
  return {
    async lease(sweepId, until, now) {
      const free = !held || held.owner === sweepId || held.until <= now;
      if (free) held = { owner: sweepId, until };
      return Promise.resolve(free);
    },
    async release(sweepId) {
      if (held?.owner === sweepId) held = null;
      return Promise.resolve();
    },
    async write(record) {
      sweeps.set(record.sweepId, record);
      if (record.status === 'finished') last = record;
      return Promise.resolve();
    },
    read: async (sweepId) => Promise.resolve(sweeps.get(sweepId) ?? null),
    lastFinished: async () => Promise.resolve(last),
  };
}

/** Follow-ups in memory. */
export function makeFakeFollowUps(): FollowUps {
  const open = new Set<string>();
  const keyOf = (sweepId: string, requestId: string) => `${sweepId} ${requestId}`;
  return {
    async add(sweepId, requestId) {
      open.add(keyOf(sweepId, requestId));
      return Promise.resolve();
    },
    async done(sweepId, requestId) {
      open.delete(keyOf(sweepId, requestId));
      return Promise.resolve();
    },
    async open(sweepId, atMost) {
      const found = [...open].filter((key) => key.startsWith(`${sweepId} `)).length;
      return Promise.resolve(Math.min(found, atMost));
    },
  };
}
