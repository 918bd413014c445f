import type { FollowUps, SweepLedger, SweepLists } from '../../src/lib/domain/ports.ts';
import type { SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** Sweeps in memory, with their one lease. */
export function makeFakeSweepLedger(): SweepLedger & Trouble {
  const sweeps = new Map<string, SweepRecord>();
  let held: { owner: string; until: Date } | null = null;
  let last: SweepRecord | null = null;
  const trouble = aTrouble();
  return {
    ...trouble,
    async lease(sweepId, until, now, record) {
      const free = !held || held.owner === sweepId || held.until <= now;
      if (!free) return Promise.resolve(false);
      if (record) trouble.meet('write');
      held = { owner: sweepId, until };
      if (record) sweeps.set(sweepId, record);
      return Promise.resolve(true);
    },
    async write(given) {
      trouble.meet('write');
      const record = { ...given, confirmed: given.confirmed ?? sweeps.get(given.sweepId)?.confirmed ?? null };
      sweeps.set(record.sweepId, record);
      if (record.status !== 'finished') return Promise.resolve();
      if ((last?.startedAt ?? '') <= record.startedAt) last = record;
      if (held?.owner === record.sweepId) held = null;
      return Promise.resolve();
    },
    async confirm(sweepId, confirmation) {
      trouble.meet('confirm');
      const known = sweeps.get(sweepId);
      if (known) sweeps.set(sweepId, { ...known, confirmed: known.confirmed ?? confirmation });
      return Promise.resolve();
    },
    read: async (sweepId) => Promise.resolve(sweeps.get(sweepId) ?? null),
    async recent(before, size) {
      const all = [...sweeps.values()].sort((a, b) => (a.sweepId < b.sweepId ? 1 : -1));
      const older = all.filter(({ sweepId }) => before === null || sweepId < before);
      return Promise.resolve(older.slice(0, size));
    },
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

/** The long lists beside sweeps' records, in memory. */
export function makeFakeSweepLists(): SweepLists {
  const lists = new Map<string, readonly unknown[]>();
  return {
    async write(list, sweepId, items) {
      lists.set(`${list} ${sweepId}`, structuredClone(items));
      return Promise.resolve();
    },
    async *read(list, sweepId) {
      yield* await Promise.resolve((lists.get(`${list} ${sweepId}`) ?? []) as never[]);
    },
    async drop(list, sweepId) {
      lists.delete(`${list} ${sweepId}`);
      return Promise.resolve();
    },
  };
}
