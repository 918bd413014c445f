import type { Asked } from './asked.ts';
import { partnerIdBehind, type DesiredLink, type LinkOrder, type LinkWill } from './desired-link.ts';
import type { FailureNote } from './failure.ts';
import type { Outcome, RefusalReason, WouldBe } from './outcome.ts';
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

/** What a look at a link showed; `null` means: not linked. */
export type LinkReading = ObservedLink | null;

export type LinkState = 'unknown' | 'linked' | 'unlinked' | 'linked-elsewhere';

/** One link's row in the ledger. */
export interface LinkRecord extends LinkWill {
  readonly tenantId: string;
  readonly objectId: string;
  readonly principal: string;
  readonly observed: LinkReading;
  /** The last good read (ISO instant); null while never read well, and then `observed` says nothing. */
  readonly readAt: string | null;
  readonly failure: FailureNote | null;
  /** Since when we are refused and cannot look (ISO instant): told once, however often and whatever else fails meanwhile. */
  readonly blindSince: string | null;
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
  /** The last orders about the link, newest first, and what came of them. */
  readonly asked: readonly Asked[];
}

/** One committed difference of a link. */
export interface LinkChange {
  readonly version: number;
  readonly at: string;
  readonly causeId: string;
  readonly from: LinkState;
  readonly to: LinkState;
  readonly partnerId: string | null;
  /** There where looking was refused for the first time, or worked again after that. */
  readonly sight?: 'lost' | 'regained';
  /** The order that was carried out with it: what, by whom and why. */
  readonly order?: Pick<LinkOrder, 'verb' | 'by' | 'why'>;
}

export function newLinkRecord(
  link: { readonly tenantId: string; readonly objectId: string; readonly principal: string },
  wantedPartnerId: string,
): LinkRecord {
  return {
    ...link,
    desired: { kind: 'wanted', partnerId: wantedPartnerId },
    order: null,
    observed: null,
    readAt: null,
    failure: null,
    blindSince: null,
    lastOutcome: null,
    version: 0,
    looks: 0,
    nextLookAt: null,
    gapSince: null,
    lease: null,
    asked: [],
  };
}

/** The partner ID a reading shows; null when it shows no link that counts. */
export function currentPartnerId(reading: LinkReading): string | null {
  return reading?.state.toLowerCase() === 'active' ? reading.partnerId : null;
}

/** How a reading stands against the wanted partner ID. */
export function standing(reading: LinkReading, wantedPartnerId: string): Exclude<LinkState, 'unknown'> {
  const current = currentPartnerId(reading);
  if (current === null) return 'unlinked';
  return current === wantedPartnerId ? 'linked' : 'linked-elsewhere';
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
  /** There while somebody holds the link; `until` is an ISO instant, or null for as long as they like. */
  readonly held?: { readonly until: string | null };
}

/** `record` is null for a link that was never looked at; `configured` is the partner ID of the settings. */
export function linkStandingOf(record: LinkRecord | null, configured: string): LinkStanding {
  const wanted = record ? partnerIdBehind(record.desired, configured) : configured;
  return {
    state: linkStateOf(record, wanted),
    failure: record?.failure ?? null,
    readAt: record?.readAt ?? null,
    ...(record?.desired.kind === 'held' ? { held: { until: record.desired.until } } : {}),
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
  /** Removes the link to the partner ID it has now. */
  | { readonly do: 'remove'; readonly partnerId: string }
  | { readonly do: 'refuse'; readonly reason: RefusalReason }
  /** What `enforce` would do. */
  | { readonly do: 'say'; readonly outcome: WouldBe };

/**
 * Decides what to do about a link, from a fresh reading. Pure and total; never delete-then-create. Only an order removes
 * a link, and only an order or policy replaces one; an order is refused when the link is not as its giver saw it.
 */
export function decideLink(
  reading: LinkReading,
  desired: DesiredLink,
  rules: LinkRules,
  order: LinkOrder | null = null,
): LinkDecision {
  const current = currentPartnerId(reading);
  const target = desired.kind === 'held' ? null : desired.partnerId;
  // As it shall be: also what an order has done already, before its pass broke off.
  if (current === target) return { do: 'nothing' };
  if (order && current !== order.expectedCurrentPartnerId) return { do: 'refuse', reason: 'current-differs' };
  if (target === null) return order && current !== null ? removing(current, rules) : { do: 'nothing' };
  if (current === null) return perform({ do: 'create', partnerId: target }, 'would-link', rules);
  if (!order && rules.whenLinkedElsewhere === 'refuse') return { do: 'refuse', reason: 'linked-elsewhere' };
  return perform({ do: 'replace', partnerId: target }, 'would-relink', rules);
}

function removing(partnerId: string, rules: LinkRules): LinkDecision {
  return perform({ do: 'remove', partnerId }, 'would-unlink', rules);
}

function perform(decision: LinkDecision, saying: WouldBe, { mode }: LinkRules): LinkDecision {
  return mode === 'observe' ? { do: 'say', outcome: saying } : decision;
}
