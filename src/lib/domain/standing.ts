import { principalFor, type PassRules } from './pass-rules.ts';
import { sweptAt, type SweepRecord } from './sweep-record.ts';
import { linksBehind, standingOf, type LinksOnRecord, type TenantStanding } from './tenant-state.ts';
import type { TenantSummary } from './tenant-summary.ts';

/** What tenants' standings rest on beside their own rows: read once, and good for a list of any length. */
export interface StandingBasis extends Pick<PassRules, 'principals' | 'principalRules' | 'watchRules'> {
  readonly links: LinksOnRecord;
  /** The last finished sweep; null before the first. */
  readonly sweep: SweepRecord | null;
  readonly now: Date;
  /** How long a good look counts (milliseconds). */
  readonly staleAfterMs: number;
}

/** The one place where row, links and sweep come together to a tenant's standing. */
export function standingOn(basis: StandingBasis, summary: TenantSummary): TenantStanding {
  const principal = principalFor(basis, summary.registration) ?? undefined;
  return standingOf(summary, {
    links: linksBehind(summary, principal, basis.links),
    wantedPartnerId: principal?.wantedPartnerId ?? null,
    sweptAt: sweptAt(summary, basis.sweep),
    now: basis.now,
    staleAfterMs: basis.staleAfterMs,
    watchRules: basis.watchRules,
  });
}
