/** What sweeps tell: which one counts, and what differs from the day before. */
import type { Sweep } from './contract.ts';

const DAY_MS = 86_400_000;

/** The newest sweep that came to its end. */
export function lastFinished(sweeps: readonly Sweep[]): Sweep | null {
  return sweeps.find(({ status }) => status === 'finished') ?? null;
}

/**
 * The finished sweep to hold the newest one against: the newest that began at least most of a day before it, else the
 * oldest there is; null where there is no other.
 */
export function dayBefore(sweeps: readonly Sweep[], last: Sweep): Sweep | null {
  const earlier = sweeps.filter((one) => one.status === 'finished' && one.startedAt < last.startedAt);
  const since = Date.parse(last.startedAt) - DAY_MS * 0.8;
  return earlier.find(({ startedAt }) => Date.parse(startedAt) <= since) ?? earlier.at(-1) ?? null;
}

/** How many tenants a sweep found set up to earn, be it by a person's word. */
export function earningIn({ states }: Pick<Sweep, 'states'>): number {
  return (states['earning'] ?? 0) + (states['attested'] ?? 0);
}

/** Finished sweeps, oldest first, for a line over time. */
export function overTime(sweeps: readonly Sweep[]): readonly Sweep[] {
  return sweeps.filter(({ status }) => status === 'finished').toReversed();
}
