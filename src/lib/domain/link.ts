import type { FailureNote } from './failure.ts';
import type { Outcome, RefusalReason } from './outcome.ts';
import type { Principal } from './principal.ts';

/**
 * Whose link it is: a principal as it is in one tenant. In its home tenant that is the principal itself; in a customer's
 * tenant it is the service principal our application has there, with an object id of its own.
 */
export interface LinkIdentity {
  readonly tenantId: string;
  readonly objectId: string;
  readonly principal: Principal;
}

/** The identity whose one link serves every Lighthouse customer. */
export function homeIdentity(principal: Principal): LinkIdentity {
  return { tenantId: principal.homeTenantId, objectId: principal.objectId, principal };
}

/** A link as ARM reports it. */
export interface ObservedLink {
  readonly partnerId: string;
  /** The name Microsoft resolves the ID to; may be absent. */
  readonly partnerName: string | null;
  readonly tenantId: string;
  readonly objectId: string;
  /** `Active`, or what Azure may add; anything else is not a link. */
  readonly state: string;
  readonly version: number;
  /** When the link was last written (ISO instant). `createdTime` survives deletes, so it tells nothing about this link. */
  readonly updatedAt: string | null;
}

/** What we want of a link. `held` is set before an unlink or restore, so that the next pass does not undo it. */
export type DesiredLink =
  | { readonly kind: 'wanted'; readonly partnerId: string }
  | { readonly kind: 'held'; readonly by: string; readonly why: string; readonly until: string | null };

/** What a look at a link showed; `null` means: not linked. */
export type LinkReading = ObservedLink | null;

export type LinkState = 'unknown' | 'linked' | 'unlinked' | 'linked-elsewhere';

/** One link's row in the ledger. */
export interface LinkRecord {
  readonly tenantId: string;
  readonly objectId: string;
  readonly principal: string;
  readonly desired: DesiredLink;
  readonly observed: LinkReading;
  /** The last good read (ISO instant); null while never read well, and then `observed` says nothing. */
  readonly readAt: string | null;
  readonly failure: FailureNote | null;
  readonly lastOutcome: Outcome['kind'] | null;
  /** Rises with every committed change. */
  readonly version: number;
  /** Rises with every look that came to an end, good or bad. */
  readonly looks: number;
  /** A look is already on its way for this instant (a scheduled copy). */
  readonly nextLookAt: string | null;
  /** Since when the link has been wrong, as far as we know (ISO instant). */
  readonly gapSince: string | null;
  readonly lease: { readonly owner: string; readonly until: string } | null;
}

/** One committed difference of a link. */
export interface LinkChange {
  readonly version: number;
  readonly at: string;
  readonly causeId: string;
  readonly from: LinkState;
  readonly to: LinkState;
  readonly partnerId: string | null;
}

export function newLinkRecord(
  link: { readonly tenantId: string; readonly objectId: string; readonly principal: string },
  wantedPartnerId: string,
): LinkRecord {
  return {
    ...link,
    desired: { kind: 'wanted', partnerId: wantedPartnerId },
    observed: null,
    readAt: null,
    failure: null,
    lastOutcome: null,
    version: 0,
    looks: 0,
    nextLookAt: null,
    gapSince: null,
    lease: null,
  };
}

/** How a reading stands against the wanted partner ID. */
export function standing(reading: LinkReading, wantedPartnerId: string): Exclude<LinkState, 'unknown'> {
  if (!reading || reading.state.toLowerCase() !== 'active') return 'unlinked';
  return reading.partnerId === wantedPartnerId ? 'linked' : 'linked-elsewhere';
}

export function linkStateOf(record: LinkRecord | null, wantedPartnerId: string): LinkState {
  return record?.readAt ? standing(record.observed, wantedPartnerId) : 'unknown';
}

/** What a tenant's state needs to know of a link. */
export interface LinkStanding {
  readonly state: LinkState;
  readonly failure: FailureNote | null;
  /** When the link was last read well (ISO instant). */
  readonly readAt: string | null;
}

/** `record` is null for a link that was never looked at. */
export function linkStandingOf(record: LinkRecord | null, wantedPartnerId: string): LinkStanding {
  return {
    state: linkStateOf(record, wantedPartnerId),
    failure: record?.failure ?? null,
    readAt: record?.readAt ?? null,
  };
}

export interface LinkRules {
  readonly mode: 'observe' | 'enforce';
  /** What to do when the identity is linked to another partner ID. */
  readonly whenLinkedElsewhere: 'refuse' | 'replace';
}

export type LinkDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'create'; readonly partnerId: string }
  | { readonly do: 'replace'; readonly partnerId: string }
  | { readonly do: 'refuse'; readonly reason: RefusalReason }
  /** What `enforce` would do. */
  | { readonly do: 'say'; readonly outcome: 'would-link' | 'would-relink' };

/** Decides what to do about a link, from a fresh reading. Pure and total; never delete-then-create. */
export function decideLink(reading: LinkReading, desired: DesiredLink, rules: LinkRules): LinkDecision {
  if (desired.kind === 'held') return { do: 'nothing' };
  const { partnerId } = desired;
  const observing = rules.mode === 'observe';
  switch (standing(reading, partnerId)) {
    case 'linked':
      return { do: 'nothing' };
    case 'unlinked':
      return observing ? { do: 'say', outcome: 'would-link' } : { do: 'create', partnerId };
    case 'linked-elsewhere':
      if (rules.whenLinkedElsewhere === 'refuse') return { do: 'refuse', reason: 'linked-elsewhere' };
      return observing ? { do: 'say', outcome: 'would-relink' } : { do: 'replace', partnerId };
  }
}
