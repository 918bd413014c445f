import type { Agreement, AgreementSource, CountsFor } from './agreement.ts';
import type { Asked } from './asked.ts';
import type { Attestation } from './attestation.ts';
import type { Verdict } from './coverage.ts';
import type { Plan } from './delegation.ts';
import type { Dpor, DporStatus } from './dpor.ts';
import type { FailureNote } from './failure.ts';
import { latest, type Acceptance, type Gap } from './gap.ts';
import type { Arrival, Departure } from './departure.ts';
import { sameId } from './guid.ts';
import type { Outcome } from './outcome.ts';
import type { Principal } from './principal.ts';
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
  /** The subscription's agreement as it was told; `unknown` where only its offer hints at one, or nothing does. */
  readonly agreement: Agreement;
  readonly agreementSource: AgreementSource;
  readonly countsFor: CountsFor;
  readonly principal: string;
  /** The roles the verdict rests on (bare GUIDs). */
  readonly roleIds: readonly string[];
  /** True where each of those roles is restricted by a condition. */
  readonly conditional: boolean;
  /** When the last role that makes it earn ends (ISO instant); null where one is permanent, or it does not earn. */
  readonly endsAt: string | null;
  readonly quotaId: string | null;
  /** The offers that delegate it to us; none where a role in the customer's own tenant covers it. */
  readonly offers: readonly Offer[];
  /** Whether all of those are from the marketplace, so that only a new version of a plan changes what they grant. */
  readonly marketplace: boolean;
  /** Since when the verdict has stood (ISO instant). */
  readonly since: string;
  /** The last direct read, which goes before the index for a while (ISO instant); null where only the index spoke. */
  readonly directAt: string | null;
  /** The last direct read that showed it earning and is on record (ISO instant); null before the first. */
  readonly provenAt: string | null;
  /**
   * Of a scope that has earned and does not now: the last look at which nothing was lost (ISO instant). Null while it
   * earns, and for one that has never earned.
   */
  readonly lastEarningAt: string | null;
}

/** A Lighthouse offer a scope is delegated by. */
export interface Offer {
  readonly name: string | null;
  /** Null for an offer that is not from the marketplace. */
  readonly plan: Plan | null;
}

/**
 * How far the looks at a tenant have come: never looked well, announced and nothing visible yet, nothing visible after
 * the time a delegation may take, something to judge, only what the settings exclude, or no longer ours.
 */
export type Phase = 'unobserved' | 'awaiting' | 'not-delegated' | 'covered' | 'excluded' | 'closed';

/** The object a principal's application was in a tenant when it was first used well there. */
export interface Pin {
  /** What the settings called the principal. */
  readonly principal: string;
  /** Absent on rows of earlier versions, which know the application by the principal's name. */
  readonly applicationId?: string;
  readonly objectId: string;
}

/** What the ledger holds of one tenant. */
export interface TenantRecord {
  readonly registration: Registration;
  /** Null until an application of ours was first used well in this tenant. */
  readonly pinned: Pin | null;
  readonly phase: Phase;
  /** The look that found it watched again after it was excluded (ISO instant); null where it never was. */
  readonly watchedSince: string | null;
  readonly scopes: readonly ScopeRecord[];
  readonly openGaps: readonly Gap[];
  /** Gaps that ended within the last 31 days: what sums of days at risk need; older ones stay in the ledger. */
  readonly closedGaps: readonly Gap[];
  /** What people have shown of links that no pass can read; the newest of each person. */
  readonly attestations: readonly Attestation[];
  /** Partners of record, one entry a subscription that anything was told of. */
  readonly dpor: readonly Dpor[];
  /** Subscriptions that have moved to other tenants. */
  readonly departures: readonly Departure[];
  /** What has followed subscriptions here from other tenants, until a look shows them. */
  readonly arrivals: readonly Arrival[];
  /** The last sweep that left it to a pass, or held back what was to be left to one: so it was no good look itself. */
  readonly heldBy: string | null;
  /** The last look that saw everything there was to see, beside what has always been refused (ISO instant). */
  readonly lastGood: string | null;
  readonly failure: FailureNote | null;
  readonly lastOutcome: Outcome['kind'] | null;
  /** The last looks operators asked for, newest first, and what came of them. */
  readonly asked: readonly Asked[];
  /** The sweep that first saw it delegated to us although it was offboarded (ISO instant); else null. */
  readonly stillDelegatedSince: string | null;
  /** Rises with every committed change; 0 while nothing has been told to anybody. */
  readonly version: number;
}

export function newTenantRecord(registration: Registration): TenantRecord {
  return {
    registration,
    pinned: null,
    phase: 'unobserved',
    watchedSince: null,
    scopes: [],
    openGaps: [],
    closedGaps: [],
    attestations: [],
    dpor: [],
    departures: [],
    arrivals: [],
    heldBy: null,
    lastGood: null,
    failure: null,
    lastOutcome: null,
    asked: [],
    stillDelegatedSince: null,
    version: 0,
  };
}

/** Since when anything can be lost (ISO instant): nothing is before a tenant is announced, or while it is excluded. */
export function atRiskSince({
  registration: { announcedAt },
  watchedSince,
}: Pick<TenantRecord, 'registration' | 'watchedSince'>): string {
  return latest(announcedAt, watchedSince) ?? announcedAt;
}

/** The record as far as one way of access covers it. */
export function coveredThrough(record: TenantRecord, kind: ObservedKind): TenantRecord {
  return { ...record, scopes: record.scopes.filter(({ coveredBy }) => coveredBy.includes(kind)) };
}

/**
 * The object a principal's application must be in the tenant: as the onboarding event says, else as pinned at first use,
 * whatever the settings called the principal then. Null before that: then any object is good.
 */
export function expectedObjectId(
  { registration, pinned }: Pick<TenantRecord, 'registration' | 'pinned'>,
  principal: Pick<Principal, 'name' | 'applicationId'>,
): string | null {
  const told = registration.facts.servicePrincipalObjectId;
  return told ?? (pinned && isPinOf(pinned, principal) ? pinned.objectId : null);
}

/** Whether a pin is of a principal's application. */
export function isPinOf(
  pin: Pin,
  { name, applicationId }: Pick<Principal, 'name' | 'applicationId'>,
): boolean {
  return pin.applicationId === undefined ? pin.principal === name : sameId(pin.applicationId, applicationId);
}

/** How one scope's verdict differs; null where the scope was not on record, or is no longer. */
export interface ScopeDifference {
  readonly scope: string;
  readonly from: Verdict | null;
  readonly to: Verdict | null;
}

/** How the end date of an earning scope differs (ISO instants); null where it has none. */
export interface EndDifference {
  readonly scope: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What people have told, or what follows from it, as far as it is not an observation of ours. */
export type Told = {
  /** Whose token it came with (object id); absent where nobody sent it, and on rows of earlier versions. */
  readonly sentBy?: string;
} & (
  | {
      readonly what: 'attestation';
      readonly objectId: string;
      readonly partnerId: string;
      readonly by: string;
      readonly at: string;
      readonly expiresAt: string;
    }
  | {
      readonly what: 'dpor';
      readonly subscriptionId: string;
      readonly from: DporStatus;
      readonly to: DporStatus;
      readonly by: string;
      readonly at: string;
    }
);

/** One committed difference: the history entry, and what notices are made from. */
export interface TenantChange {
  readonly version: number;
  readonly at: string;
  readonly causeId: string;
  readonly phase: { readonly from: Phase; readonly to: Phase };
  readonly scopes: readonly ScopeDifference[];
  readonly gapsOpened: readonly string[];
  readonly gapsClosed: readonly string[];
  /** Gaps an operator has accepted, and how. */
  readonly gapsAccepted: readonly AcceptedGap[];
  /** Scopes whose gap is no longer accepted, because the time for that has passed. */
  readonly gapsReopened: readonly string[];
  /** Subscriptions that left for another tenant or came from one; absent where none did. */
  readonly moves?: readonly SubscriptionMove[];
  /** Earning scopes that have an end date now, or another one, or none any more; absent where there are none. */
  readonly endings?: readonly EndDifference[];
  /** Absent where nothing was told. */
  readonly told?: readonly Told[];
  /** Subscriptions whose agreement is another one than at the last look; absent where there are none. */
  readonly agreementChanges?: readonly {
    readonly subscriptionId: string;
    readonly from: Agreement;
    readonly to: Agreement;
  }[];
  /** Scopes that were to be verified anew after a change of agreement, and are proven now; absent where there are none. */
  readonly reverified?: readonly string[];
  /** How many more there were, by list, where history does not name all; absent where it does. */
  readonly leftOut?: Readonly<Record<string, number>>;
}

/** Where the history of a moved subscription goes on, or where it is found. */
export type SubscriptionMove =
  | { readonly subscriptionId: string; readonly to: string }
  | { readonly subscriptionId: string; readonly from: string };

export type AcceptedGap = Pick<Acceptance, 'by' | 'why' | 'until' | 'ticket'> & { readonly scope: string };
