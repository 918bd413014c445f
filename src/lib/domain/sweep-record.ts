import { observedKindsOf } from './tenant.ts';
import type { TenantSummary } from './tenant-summary.ts';

/** What became of each tenant a sweep came by. */
export type SweptTenants = Readonly<
  Record<
    | 'steady'
    | 'assessed'
    | 'adopted'
    | 'found'
    | 'asked'
    | 'held'
    | 'closed'
    | 'closedButDelegated'
    | 'notOurs'
    | 'byHand',
    number
  >
>;

export const noTenants: SweptTenants = {
  steady: 0,
  assessed: 0,
  adopted: 0,
  found: 0,
  asked: 0,
  held: 0,
  closed: 0,
  closedButDelegated: 0,
  notOurs: 0,
  byHand: 0,
};

/** One sweep on record. */
export interface SweepRecord {
  readonly sweepId: string;
  readonly status: 'running' | 'following-up' | 'finished' | 'skipped';
  readonly startedAt: string;
  readonly assessedAt: string | null;
  readonly finishedAt: string | null;
  readonly tenants: SweptTenants;
  /** The tenant up to which the estate could be read; null when it was read to its end. */
  readonly coveredUpTo: string | null;
  readonly partial: boolean;
  /** True for the first one that finished: its findings are a baseline, not news. */
  readonly baseline: boolean;
  /** Earning scopes whose loss is held back, because too many would be lost at once. */
  readonly heldScopes: number;
  /** Follow-ups still open when the sweep ended. */
  readonly openFollowUps: number;
  /** Tenants by state, counted when the sweep ended. */
  readonly states: Readonly<Record<string, number>>;
}

/**
 * When a sweep last saw a tenant well: the start of the last finished one that covered it. A steady sweep writes no
 * tenant rows, so its row alone would look older than what is known. Null when no such sweep tells anything.
 */
export function sweptAt(
  tenant: Pick<TenantSummary, 'registration' | 'failure' | 'lastGood'>,
  last: SweepRecord | null,
): string | null {
  if (!last || tenant.failure || tenant.lastGood === null) return null;
  // The index shows nothing of our own roles in a tenant: only its pass does, which writes its row.
  if (observedKindsOf(tenant.registration).includes('service-principal')) return null;
  const { tenantId } = tenant.registration;
  const covered = !last.partial || (last.coveredUpTo !== null && tenantId <= last.coveredUpTo);
  return covered && tenant.lastGood < last.startedAt ? last.startedAt : null;
}
