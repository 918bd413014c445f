import { latest } from './gap.ts';
import type { TenantRecord } from './tenant-record.ts';

/** When a new tenant is looked at again without a further cause. All durations are milliseconds. */
export interface SecondLooks {
  /** The first pause; each next one is twice as long. */
  readonly firstPauseMs: number;
  /** After this long the nightly sweep does the looking. */
  readonly forMs: number;
  /** When waiting for a delegation ends; where that is soon enough, the last look is made right then. */
  readonly expectDelegationWithinMs: number;
}

/** Past the end of the waiting time, so that the look that ends it falls behind it on every clock. */
const MARGIN_MS = 50;

/** The next look at a tenant that is new and not yet wholly visible; null when no further look is owed. Pure. */
export function secondLookAt(record: TenantRecord, policy: SecondLooks, now: Date): Date | null {
  if (!isExpectingMore(record)) return null;
  const announced = Date.parse(waitingSince(record));
  const elapsed = now.getTime() - announced;
  const last = Math.min(policy.forMs, policy.expectDelegationWithinMs + MARGIN_MS);
  if (elapsed >= last) return null;
  let offset = policy.firstPauseMs;
  while (offset <= elapsed) offset *= 2;
  return new Date(announced + Math.min(offset, last));
}

/** A subscription that left is looked at again like a new tenant, until its new tenant is on record. */
function waitingSince({ registration, departures }: TenantRecord): string {
  const waiting = departures.flatMap(({ handOver }) => handOver?.at ?? []);
  return latest(registration.announcedAt, ...waiting) ?? registration.announcedAt;
}

function isExpectingMore({ phase, failure, scopes, departures }: TenantRecord): boolean {
  if (departures.some(({ handOver }) => handOver !== null)) return true;
  if (phase === 'awaiting' || failure?.kind === 'denied') return true;
  return (
    phase === 'covered' &&
    scopes.some(({ verdict }) => verdict === 'not-visible' || verdict === 'delegation-not-ready')
  );
}
