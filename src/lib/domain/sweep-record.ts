import type { DaysAtRisk } from './days-at-risk.ts';
import type { SweepNews } from './sweep-news.ts';
import { observedKindsOf } from './tenant.ts';
import type { TenantSummary } from './tenant-summary.ts';

/** What became of each tenant a sweep came by; each is counted once. */
export type SweptTenants = Readonly<
  Record<
    /** As on record. */
    | 'steady'
    /** Changed for the better, by the index's word. */
    | 'assessed'
    /** Delegated to us and announced by nobody: registered, put up for decision, or dismissed by an operator. */
    | 'adopted'
    | 'found'
    | 'dismissed'
    /** Left to a pass that proves it. */
    | 'asked'
    /** Bad news that waits, because there is too much of it at once. */
    | 'held'
    | 'closed'
    | 'closedButDelegated'
    /** Our own tenant, and tenants that show for other reasons than a delegation to us: never adopted. */
    | 'own'
    | 'projected'
    /** Only access that no pass can look at. */
    | 'byHand'
    /** Excluded by the settings, wholly or in all that is delegated to us. */
    | 'excluded',
    number
  >
>;

export const noTenants: SweptTenants = {
  steady: 0,
  assessed: 0,
  adopted: 0,
  found: 0,
  dismissed: 0,
  asked: 0,
  held: 0,
  closed: 0,
  closedButDelegated: 0,
  own: 0,
  projected: 0,
  byHand: 0,
  excluded: 0,
};

/** What it takes to go through the estate: queries of the index, and pages of the list of subscriptions. */
export type EstateCall = 'graphQueries' | 'subscriptionPages';

/** How far one sweep could read the estate. */
export interface Coverage {
  /** Null in rows of earlier versions. */
  readonly sweepId: string | null;
  /** The last tenant it came to; null where it read the estate to its end. */
  readonly upTo: string | null;
  /** When it began (ISO instant). */
  readonly startedAt: string;
}

/** A tenant whose bad news a sweep holds back, with the earning scopes it would lose. */
export interface Suspect {
  readonly tenantId: string;
  readonly worsening: number;
}

/** A suspect as it is stored; rows of earlier versions name the tenant alone, which would lose one scope at least. */
export function storedSuspectOf(stored: Suspect | string): Suspect {
  return typeof stored === 'string' ? { tenantId: stored, worsening: 1 } : stored;
}

/** An operator's word that what a sweep holds back is true. */
export interface Confirmation {
  readonly by: string;
  /** ISO instant. */
  readonly at: string;
  readonly tenants: number;
}

/** One sweep on record. */
export interface SweepRecord {
  readonly sweepId: string;
  readonly status: 'running' | 'following-up' | 'finished' | 'skipped';
  readonly startedAt: string;
  readonly assessedAt: string | null;
  readonly finishedAt: string | null;
  /** How often the walk through the estate was begun: more than once after a crash. */
  readonly walks: number;
  readonly tenants: SweptTenants;
  /** Calls to ARM that the sweep made itself, in the walk that came to its end; its passes make their own. */
  readonly calls: Readonly<Record<EstateCall, number>>;
  /** The tenant up to which the estate could be read; null when it was read to its end. */
  readonly coveredUpTo: string | null;
  readonly partial: boolean;
  /** Earlier sweeps that still count where this one did not come, the newest and nearest first. */
  readonly earlier: readonly Coverage[];
  /** True until one has come to the end of the estate: what it finds is a baseline, not news. */
  readonly baseline: boolean;
  /** Earning scopes whose loss is held back, because too many would be lost at once. */
  readonly heldScopes: number;
  /** The operator who confirmed what was held; null while nobody has. */
  readonly confirmed: Confirmation | null;
  /** Follow-ups still open when the sweep ended. */
  readonly openFollowUps: number;
  /** Tenants by state, counted when the sweep ended. */
  readonly states: Readonly<Record<string, number>>;
  /** The same by state and then by reason, where a state has one. */
  readonly reasons: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Scope-days at risk of the last 30 days, of all tenants; null while the sweep is under way. */
  readonly daysAtRisk: DaysAtRisk | null;
  /** What differs from the last finished sweep; null for the baseline and while the sweep is under way. */
  readonly news: SweepNews | null;
  /** The sweep under whose name the tenants' states are kept; an earlier one where nothing has changed since. */
  readonly statesKeptBy: string | null;
}

export function newSweepRecord(sweepId: string, startedAt: string): SweepRecord {
  return {
    sweepId,
    status: 'running',
    startedAt,
    assessedAt: null,
    finishedAt: null,
    walks: 0,
    tenants: noTenants,
    calls: { graphQueries: 0, subscriptionPages: 0 },
    coveredUpTo: null,
    partial: false,
    earlier: [],
    baseline: false,
    heldScopes: 0,
    confirmed: null,
    openFollowUps: 0,
    states: {},
    reasons: {},
    daysAtRisk: null,
    news: null,
    statesKeptBy: null,
  };
}

const NAMELESS = { sweepId: null };

/** A sweep as it is stored; rows of earlier versions lack what was added since. */
export function storedSweepOf(
  stored: Pick<SweepRecord, 'sweepId' | 'startedAt'> & Partial<SweepRecord>,
): SweepRecord {
  const tenants = { ...noTenants, ...stored.tenants };
  const earlier = (stored.earlier ?? []).map((coverage): Coverage => ({ ...NAMELESS, ...coverage }));
  return { ...newSweepRecord(stored.sweepId, stored.startedAt), ...stored, tenants, earlier };
}

/** A sweep's id, made from the instant it was asked for. */
export function sweepIdAt(at: Date): string {
  return `sweep-${at.toISOString().replace(/[^0-9]/g, '')}`;
}

/** Whether the cause of a look was a sweep. */
export function isSweepId(causeId: string): boolean {
  return /^sweep-\d+$/.test(causeId);
}

/** Whether a baseline is still to come: no sweep up to this one has read the estate to its end. */
export function isBaselinePending({ baseline, partial }: SweepRecord): boolean {
  return baseline && partial;
}

/** Whether a sweep could read nothing of the estate. */
export function isBlind({ partial, coveredUpTo }: SweepRecord): boolean {
  return partial && coveredUpTo === null;
}

/** So many earlier sweeps are kept: those that came furthest, because behind the last of them nothing is known. */
const EARLIER = 10;

/** What still counts of earlier sweeps beside one that has come to its end: those that came further than it did. */
export function earlierBeside(
  sweep: Pick<SweepRecord, 'partial' | 'coveredUpTo'>,
  last: SweepRecord | null,
): readonly Coverage[] {
  if (!last || !sweep.partial) return [];
  const near = sweep.coveredUpTo ?? '';
  return coveragesOf(last)
    .filter(({ upTo }) => upTo === null || upTo > near)
    .slice(-EARLIER);
}

/** How far a sweep and those before it came; each further than the newer ones before it. */
function coveragesOf(sweep: SweepRecord): readonly Coverage[] {
  const { sweepId, partial, coveredUpTo, startedAt, earlier } = sweep;
  if (!partial) return [{ sweepId, upTo: null, startedAt }];
  return coveredUpTo === null ? earlier : [{ sweepId, upTo: coveredUpTo, startedAt }, ...earlier];
}

/** Whether sweeps say anything of how a tenant is, beside its own passes. */
export function isSeenBySweeps({
  registration,
  failure,
  lastGood,
}: Pick<TenantSummary, 'registration' | 'failure' | 'lastGood'>): boolean {
  if (failure || lastGood === null) return false;
  // The index shows nothing of our own roles in a tenant: only its pass does, which writes its row.
  return !observedKindsOf(registration).includes('service-principal');
}

/**
 * When a sweep last saw a tenant well: the start of the last finished one that covered it. A steady sweep writes no
 * tenant rows, so its row alone would look older than what is known. Null when no such sweep tells anything, or not of a
 * tenant whose last look failed: whoever notes the failure writes down what was known before.
 */
export function sweptAt(
  tenant: Pick<TenantSummary, 'registration' | 'failure' | 'lastGood' | 'heldBy'>,
  last: SweepRecord | null,
): string | null {
  if (!last || !isSeenBySweeps(tenant) || tenant.lastGood === null) return null;
  const { tenantId } = tenant.registration;
  const covered = coveragesOf(last).find(({ upTo }) => upTo === null || tenantId <= upTo);
  // It left the tenant to a pass: until that has looked well, what was known before grows old.
  if (!covered || (tenant.heldBy !== null && tenant.heldBy === covered.sweepId)) return null;
  return tenant.lastGood < covered.startedAt ? covered.startedAt : null;
}
