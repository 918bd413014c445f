import type { Announcement } from './announcement.ts';
import type { Delegation } from './delegation.ts';
import type { DelegationLogEntry } from './delegation-log.ts';
import type { FoundTenant } from './found-tenant.ts';
import type { Gap } from './gap.ts';
import type { IndexedSubscription, IndexedTenant } from './indexed-subscription.ts';
import type { LinkChange, LinkIdentity, LinkReading, LinkRecord } from './link.ts';
import type { NoticeRoute } from './notice-route.ts';
import type { NoticeWindow, Urgency } from './notice-window.ts';
import type { Notice } from './notice.ts';
import type { ObserverSight } from './observer-sight.ts';
import type { Principal } from './principal.ts';
import type { RoleDecision } from './role-decision.ts';
import type { ListedRole, RoleSchedule } from './role-assignment.ts';
import type { Scope } from './scope.ts';
import type { SubscriptionFacts } from './subscription.ts';
import type { TenantAt } from './sweep-news.ts';
import type { Confirmation, EstateCall, Suspect, SweepRecord } from './sweep-record.ts';
import type { TenantChange, TenantRecord } from './tenant-record.ts';
import type { TenantSummary } from './tenant-summary.ts';
import type { Registration } from './tenant.ts';

/** Everything the use cases need of the outside world. Every method may throw `Failure`; its kind decides the rest. */

export type Clock = () => Date;

/** What ARM said to a write of a link: an answer of the business, not trouble. */
export type LinkWriteResult = 'written' | 'partner-id-invalid';

/** One identity's link in one tenant. Every call first proves that the token is the expected identity's. */
export interface PartnerLinks {
  /**
   * The link of an identity; null when it has none.
   * Throws `denied` when the token is not that identity's, or it may not read.
   */
  read(identity: LinkIdentity): Promise<LinkReading>;
  /** Makes the link. A refusal of the partner ID is a result; anything else that fails is judged by a fresh read. */
  create(identity: LinkIdentity, partnerId: string): Promise<LinkWriteResult>;
  /** Changes the link to another partner ID in one step. */
  replace(identity: LinkIdentity, partnerId: string): Promise<LinkWriteResult>;
  /** Removes the link to the partner ID it has now; that there is none any more is no trouble. */
  remove(identity: LinkIdentity, currentPartnerId: string): Promise<LinkWriteResult>;
}

/** The index of everything the observer sees (Resource Graph): quick, complete, and up to 15 minutes behind. */
export interface EstateIndex {
  /** Says that a look-up will follow; call the result when it has, or will not, so that nobody waits for it in vain. */
  coming(): () => void;
  /** All subscriptions of one customer tenant. Look-ups of concurrent passes are joined into one query. */
  find(tenantId: string): Promise<readonly IndexedSubscription[]>;
  /**
   * Everything the observer sees, tenant by tenant in the order of tenant ids, page by page. Waits
   * where the index asks to wait; throws `Failure` when a page cannot be had: what came before it was good. `onCall` is
   * told of every call, repeated ones too.
   */
  tenants(onCall?: (call: EstateCall) => void): AsyncIterable<IndexedTenant>;
}

/** What a direct read answers. `no-access` is 401, 403 or 404: it proves nothing by itself. */
export type Access<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | {
      readonly kind: 'no-access';
      readonly status: number;
      /** The subscription's tenant, where Azure says that it is another than the token's. */
      readonly ownerTenantId?: string;
    };

/** Direct reads through the delegations, by the observer. */
export interface Estate {
  /** All delegations at a scope and below it, to whomever. */
  delegations(scope: Scope): Promise<Access<readonly Delegation[]>>;
  subscription(subscriptionId: string): Promise<Access<SubscriptionFacts>>;
  /** Every subscription the observer sees, from all pages of a listing that began after this call. */
  subscriptions(): Promise<ReadonlyMap<string, SubscriptionFacts>>;
}

/**
 * What our own service principal sees in a customer's tenant. Every token is proven to be of that tenant and of our
 * application; with an identity, of that object too.
 */
export interface TenantEstate {
  /**
   * The object our application is in the tenant, as its token says; a token kept from before is asked for anew when it
   * is not of the `expected` object. Throws `denied` where Entra gives no token: the application is unknown there, not
   * consented to, disabled, or its credential is wrong.
   */
  objectIdOf(principal: Principal, tenantId: string, expected: string | null): Promise<string>;
  /** Every subscription the identity sees, from all pages. */
  subscriptions(identity: LinkIdentity): Promise<ReadonlyMap<string, SubscriptionFacts>>;
  /** The roles the identity holds, itself or through a group, above a scope, at it and below it. */
  roleAssignments(identity: LinkIdentity, scope: Scope): Promise<Access<readonly ListedRole[]>>;
  /**
   * How those roles came about and when they end, of the same places. A tenant without the licence for that is
   * `unlicensed`: no role has an end there.
   */
  roleSchedules(
    identity: LinkIdentity,
    scope: Scope,
  ): Promise<Access<readonly RoleSchedule[]> | { readonly kind: 'unlicensed' }>;
  /** The resource groups of a subscription that the identity sees. */
  resourceGroups(identity: LinkIdentity, subscriptionId: string): Promise<Access<readonly Scope[]>>;
}

/** The managing tenant's activity log, as far as it is about delegations. */
export interface DelegationLog {
  /** Everything that ended well between two instants, from all pages. Throws `denied` where it may not be read. */
  entries(from: Date, to: Date): Promise<readonly DelegationLogEntry[]>;
}

/** What the delegation log has been read for, and the last word it had on each scope. */
export interface DelegationWatch {
  /** Up to when the log was read (ISO instant); null before the first time. */
  place(): Promise<string | null>;
  moveTo(upTo: string): Promise<void>;
  /** Notes what an entry says, unless a later one is noted; true while a look is owed for it. */
  note(entry: DelegationLogEntry): Promise<boolean>;
  /** The look an entry causes has been asked for. */
  asked(entry: DelegationLogEntry): Promise<void>;
  /** Scopes of a tenant (by key) whose last word is a removal, with when it happened (ISO instant). */
  removals(tenantId: string): Promise<ReadonlyMap<string, string>>;
}

/** A record with the tag that its next write must match. */
export interface Versioned<T> {
  readonly record: T;
  readonly etag: string | null;
  /** Commits that broke off before their end: bookkeeping of the store, handed back to it with the next write. */
  readonly brokenOff?: readonly string[];
  /** What was committed and is still to be told: the next write tells it. */
  readonly unannounced?: readonly Announcement[];
}

/** What a pass commits in one step. */
export interface TenantCommit {
  readonly record: TenantRecord;
  readonly change: TenantChange | null;
  readonly closedGaps: readonly Gap[];
  readonly droppedScopes: readonly string[];
}

/**
 * Tells people of what was committed. The ledgers call it after a commit and take note of what they have told, so that a
 * crash in between loses nothing; what is announced again, by its id, is told once. Throws `Failure` when table or queue
 * cannot be written.
 */
export interface Outbox {
  announce(announcements: readonly Announcement[]): Promise<void>;
}

/** An announcement on record, and how far telling people of it has come. */
export interface Entry {
  readonly announcement: Announcement;
  readonly window: NoticeWindow;
  /** Null until its window has been gone through. */
  readonly urgency: Urgency | null;
}

/** Entries by the UTC days they came about and by the windows they are told in; every bound but `until` is inclusive. */
export interface EntrySelection {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly from: NoticeWindow;
  /** Exclusive. */
  readonly until: NoticeWindow;
}

/** Table `Changes`: what people are to hear of, each once by its id, under the UTC day on which it came about. */
export interface Announcements {
  /** Enters an announcement for a window; where it is on record already, that entry stands. */
  enter(announcement: Announcement, window: NoticeWindow): Promise<Versioned<Entry>>;
  /** Writes where an entry is told, or how urgent it is; throws `conflict` when somebody else has written since. */
  update(known: Versioned<Entry>, entry: Entry): Promise<Versioned<Entry>>;
  select(selection: EntrySelection): AsyncIterable<Versioned<Entry>>;
  /** Up to which window the day's digest has been asked for; null before the first. */
  digestedUntil(): Promise<NoticeWindow | null>;
  digested(until: NoticeWindow): Promise<void>;
}

/** One notice as a route gets it: what is told together, under an id that is the same for every try. */
export interface Digest {
  /** Letters, digits and `-`. */
  readonly id: string;
  readonly urgency: Exclude<Urgency, 'silent'>;
  /** At least one, the oldest first. */
  readonly notices: readonly Notice[];
}

/** Where notices go. A sink that does not take one, or is not to be reached, is a `Failure`. */
export interface NoticeSink {
  /**
   * Sends the notices of a digest from one on, and says how many have arrived by then: a sink may take less at a time than
   * there is to tell. What a notice says may differ from try to try, and with it how many fit.
   */
  send(route: NoticeRoute, digest: Digest, from: number): Promise<{ readonly sent: number }>;
}

/** The ledger of tenants. Writes throw `conflict` when somebody else has written since the read. */
export interface TenantLedger {
  /** Null when the tenant was never registered. */
  read(tenantId: string): Promise<Versioned<TenantRecord> | null>;
  /** Writes what we have been told; creates the record where there is none. */
  register(registration: Registration, known: Versioned<TenantRecord> | null): Promise<void>;
  /** Writes record, scopes, gaps and change as one; afterwards the list projection. */
  commit(known: Versioned<TenantRecord>, commit: TenantCommit): Promise<void>;
  /** Writes what changed beside the state (failure, outcome, age), without a new version. */
  note(known: Versioned<TenantRecord>, record: TenantRecord): Promise<void>;
  /** Every tenant on record, in no particular order. */
  all(): AsyncIterable<TenantRecord>;
  /** A tenant's changes, newest first: the first so many before a version; null for the newest. */
  history(tenantId: string, before: number | null, size: number): Promise<readonly TenantChange[]>;
}

/** A tenant in the list, with the digest of what is seen of it. */
export interface ListedTenant {
  readonly summary: TenantSummary;
  readonly digest: string;
}

/** A tenant with roles that are in no table. */
export interface TenantWithUnknownRoles {
  readonly tenantId: string;
  readonly displayName: string | null;
  readonly unknownRoles: TenantSummary['unknownRoles'];
}

/** The list of all tenants, in the order of tenant ids. It may be a moment behind the ledger. */
export interface TenantList {
  all(): AsyncIterable<ListedTenant>;
  /** Those with roles that are in no table, in the order of their ids; the others are not read. */
  withUnknownRoles(): AsyncIterable<TenantWithUnknownRoles>;
  /** The first so many of a range: tenants whose ids begin with `prefix` and come after `after`. */
  page(range: TenantRange): Promise<readonly ListedTenant[]>;
}

export interface TenantRange {
  /** Lower case; empty for all. */
  readonly prefix: string;
  /** A tenant id; null to begin at the beginning. */
  readonly after: string | null;
  readonly size: number;
}

/** Sweeps on record, and the one lease they share. */
export interface SweepLedger {
  /**
   * Takes the lease for a sweep, or renews it; false while another one holds it, and then nothing is written. A record is
   * written in the same step. A lease that has most of its time left is not written again by itself.
   */
  lease(sweepId: string, until: Date, now: Date, record?: SweepRecord): Promise<boolean>;
  /**
   * Writes a sweep's record; a confirmation that is on record stays. One that has finished gives its lease back in the same
   * step; of those, the one that began last is the last one.
   */
  write(record: SweepRecord): Promise<void>;
  /** Puts a confirmation on a sweep's record, whatever becomes of the rest meanwhile; the first one stays. */
  confirm(sweepId: string, confirmation: Confirmation): Promise<void>;
  read(sweepId: string): Promise<SweepRecord | null>;
  /** Sweeps, newest first: the first so many before one; null for the newest. */
  recent(before: string | null, size: number): Promise<readonly SweepRecord[]>;
  /** The last sweep that came to its end; null before the first. */
  lastFinished(): Promise<SweepRecord | null>;
}

/** What the long lists beside a sweep's record hold. */
export interface SweepListItems {
  /** Tenants whose bad news the sweep holds back. */
  readonly held: Suspect;
  /** Every tenant's state as the sweep left it, in the order of ids. */
  readonly states: TenantAt;
}

/** Long lists that belong to a sweep, kept beside its record. */
export interface SweepLists {
  /** Writes a list, in place of one that was there. */
  write<K extends keyof SweepListItems>(
    list: K,
    sweepId: string,
    items: readonly SweepListItems[K][],
  ): Promise<void>;
  /** The items in the order they were written; nothing where there is no such list. */
  read<K extends keyof SweepListItems>(list: K, sweepId: string): AsyncIterable<SweepListItems[K]>;
  drop(list: keyof SweepListItems, sweepId: string): Promise<void>;
}

/** Whether the observer sees; one row. */
export interface ObserverSights {
  read(): Promise<{ readonly record: ObserverSight; readonly etag: string } | null>;
  /** Writes over what was read; creates where nothing was. Throws `conflict` when somebody else has written since. */
  write(sight: ObserverSight, etag: string | null): Promise<void>;
}

/** Customers found without having been announced. Writes throw `conflict` when somebody else has written since. */
export interface FoundTenants {
  read(tenantId: string): Promise<{ readonly record: FoundTenant; readonly etag: string } | null>;
  /** Writes over what was read; creates where nothing was. */
  write(record: FoundTenant, etag: string | null): Promise<void>;
  remove(tenantId: string): Promise<void>;
  /** In the order of tenant ids. */
  all(): AsyncIterable<FoundTenant>;
}

/** What operators have decided about roles: one decision a role, the last one. There are few. */
export interface RoleDecisions {
  all(): Promise<readonly RoleDecision[]>;
  /** Writes a decision over an earlier one of the same role. */
  write(decision: RoleDecision): Promise<void>;
}

/** Looks a sweep has asked for and that have not come to their end. */
export interface FollowUps {
  add(sweepId: string, requestId: string): Promise<void>;
  done(sweepId: string, requestId: string): Promise<void>;
  /** How many are open; counts no further than `atMost`. */
  open(sweepId: string, atMost: number): Promise<number>;
}

export interface LinkKey {
  readonly tenantId: string;
  readonly objectId: string;
}

/** The ledger of links. Writes throw `conflict` when somebody else has written since the read. */
export interface LinkLedger {
  read(tenantId: string, objectId: string): Promise<Versioned<LinkRecord> | null>;
  /**
   * Takes the lease, or places an order, by writing the row (creating it when `known` has no tag); gives the tag the next
   * write needs.
   */
  claim(known: Versioned<LinkRecord>, record: LinkRecord): Promise<Versioned<LinkRecord>>;
  /** Writes the row, with its change in the same step. */
  write(claimed: Versioned<LinkRecord>, record: LinkRecord, change: LinkChange | null): Promise<void>;
  all(): AsyncIterable<LinkRecord>;
  /** The first so many after one, by tenant and object. */
  page(after: LinkKey | null, size: number): Promise<readonly LinkRecord[]>;
}

/** A message we cannot process, kept whole. */
export interface ParkedMessage {
  /** The queue it came from. */
  readonly queue: string;
  readonly messageId: string;
  readonly reason: string;
  readonly body: Uint8Array;
  /** How often it was delivered or tried. */
  readonly attempts: number;
  /** When it was first enqueued (ISO instant), however often it was sent again; null where nobody told. */
  readonly enqueuedAt: string | null;
  /** ISO instant. */
  readonly parkedAt: string;
  /** The ids it was sent under before, oldest first: each redrive adds one. */
  readonly lineage: readonly string[];
}

/** A parked message as lists show it: the beginning of its body at the most. */
export interface ParkedPreview extends Omit<ParkedMessage, 'body'> {
  readonly id: string;
  /** Bytes of the whole body. */
  readonly size: number;
  readonly beginning: Uint8Array;
}

/** Who discarded a message, and why. */
export interface Discarding {
  readonly by: string;
  readonly why: string;
  /** ISO instant. */
  readonly at: string;
}

export interface ParkedMessages {
  /** Keeps a message; keeping it again changes nothing. */
  keep(message: ParkedMessage): Promise<void>;
  all(): AsyncIterable<ParkedMessage>;
  /** The first so many after one (by its id), in an order that stays. */
  page(after: string | null, size: number): Promise<readonly ParkedPreview[]>;
  /** Null when it is not, or no longer, there. */
  read(id: string): Promise<ParkedMessage | null>;
  /** Forgets a message that was sent again. */
  remove(id: string): Promise<void>;
  /** Takes a message away and keeps it beside the others, with who did so and why; false when it was not there. */
  discard(id: string, discarding: Discarding): Promise<boolean>;
}

export interface OutgoingMessage {
  readonly messageId: string;
  readonly body: Uint8Array;
  /** When it becomes visible; at once when absent. */
  readonly at?: Date;
  readonly properties?: Readonly<Record<string, string | number>>;
}

/** Every queue, by the name the design gives it; settings say what it is called. */
export type QueueName = 'onboarding' | 'reconcile' | 'sweeps' | 'notices' | 'parked';

/** The queues we send to. A message sent twice under one id within the folding window is one message. */
export interface Queues {
  /** Throws `Failure`: `rejected` when the message is larger than the queue takes, `unavailable` for all other trouble. */
  send(queue: QueueName, message: OutgoingMessage): Promise<void>;
  /** Opens a way to a queue and sends nothing; throws `Failure` when it is not there or may not be sent to. */
  reach(queue: QueueName): Promise<void>;
}
