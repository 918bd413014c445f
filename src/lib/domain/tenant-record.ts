import type { Verdict } from './coverage.ts';
import type { FailureNote } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { CountsFor } from './subscription.ts';
import type { ObservedKind, Registration } from './tenant.ts';

/** One scope's row: the verdict and what a person needs to understand it. */
export interface ScopeRecord {
  readonly scope: string;
  readonly subscriptionId: string;
  readonly displayName: string | null;
  readonly verdict: Verdict;
  readonly inherited: boolean;
  /** The ways of access that show this verdict; another way may show the scope too, and less of it. */
  readonly coveredBy: readonly ObservedKind[];
  readonly countsFor: CountsFor;
  readonly principal: string;
  /** The roles the verdict rests on (bare GUIDs). */
  readonly roleIds: readonly string[];
  /** True where each of those roles is restricted by a condition. */
  readonly conditional: boolean;
  readonly quotaId: string | null;
  readonly marketplace: boolean;
  /** Since when the verdict has stood (ISO instant). */
  readonly since: string;
  /** The last direct read, which goes before the index for a while (ISO instant); null where only the index spoke. */
  readonly directAt: string | null;
}

/** A scope not earning, from the first look that showed it to the look that showed it repaired. */
export interface Gap {
  readonly scope: string;
  readonly reason: Verdict;
  /** The first look that showed it (ISO instant). */
  readonly openedAt: string;
  /** The last good look before it; null for a scope that has never earned. */
  readonly lastEarningAt: string | null;
  /** The look that showed it repaired; null while open. */
  readonly closedAt: string | null;
}

/**
 * How far the looks at a tenant have come: never looked well, announced and nothing visible yet, nothing visible after
 * the time a delegation may take, something to judge, or no longer ours.
 */
export type Phase = 'unobserved' | 'awaiting' | 'not-delegated' | 'covered' | 'closed';

/** What the ledger holds of one tenant. */
export interface TenantRecord {
  readonly registration: Registration;
  /** The object a principal's application was in this tenant when it was first used well; null until then. */
  readonly pinned: { readonly principal: string; readonly objectId: string } | null;
  readonly phase: Phase;
  readonly scopes: readonly ScopeRecord[];
  readonly openGaps: readonly Gap[];
  /** The last look that saw everything there was to see (ISO instant). */
  readonly lastGood: string | null;
  readonly failure: FailureNote | null;
  readonly lastOutcome: Outcome['kind'] | null;
  /** Rises with every committed change; 0 while nothing has been told to anybody. */
  readonly version: number;
}

export function newTenantRecord(registration: Registration): TenantRecord {
  return {
    registration,
    pinned: null,
    phase: 'unobserved',
    scopes: [],
    openGaps: [],
    lastGood: null,
    failure: null,
    lastOutcome: null,
    version: 0,
  };
}

/** The record as far as one way of access covers it. */
export function coveredThrough(record: TenantRecord, kind: ObservedKind): TenantRecord {
  return { ...record, scopes: record.scopes.filter(({ coveredBy }) => coveredBy.includes(kind)) };
}

/**
 * The object a principal's application must be in the tenant: as the onboarding event says, else as pinned at first use.
 * Null before that: then any object is good.
 */
export function expectedObjectId(
  { registration, pinned }: Pick<TenantRecord, 'registration' | 'pinned'>,
  principal: string,
): string | null {
  const told = registration.facts.servicePrincipalObjectId;
  return told ?? (pinned?.principal === principal ? pinned.objectId : null);
}

/** One committed difference: the history entry, and what notices are made from. */
export interface TenantChange {
  readonly version: number;
  readonly at: string;
  readonly causeId: string;
  readonly phase: { readonly from: Phase; readonly to: Phase };
  readonly scopes: readonly {
    readonly scope: string;
    readonly from: Verdict | null;
    readonly to: Verdict | null;
  }[];
  readonly gapsOpened: readonly string[];
  readonly gapsClosed: readonly string[];
}
