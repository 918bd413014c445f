import type { Verdict } from './coverage.ts';
import type { Gap } from './gap.ts';
import type { LinkChange, LinkRecord } from './link.ts';
import type { ObserverChange } from './observer-sight.ts';
import { scopeKey } from './scope.ts';
import type { SweepRecord } from './sweep-record.ts';
import type { EndDifference, ScopeDifference, TenantChange, TenantRecord, Told } from './tenant-record.ts';
import { summaryOf, type TenantSummary } from './tenant-summary.ts';

/**
 * One committed thing that people are to hear of, with all that can be said of it. It is made with the commit and never
 * changes afterwards: its id is that of the CloudEvent, and the same however often it is told.
 */
export type Announcement =
  TenantAnnouncement | LinkAnnouncement | ObserverAnnouncement | SweepAnnouncement | MessageAnnouncement;

interface Announced {
  /** Stable, of letters, digits, `-` and `~`. */
  readonly id: string;
  /** When it came about (ISO instant); its UTC day is where it is kept. */
  readonly at: string;
}

/** The UTC day under which an announcement is kept. */
export function dayOf({ at }: Announcement): string {
  return at.slice(0, 10);
}

/** The first few of a list, and how many there are. */
export interface Listed<T> {
  readonly total: number;
  readonly listed: readonly T[];
}

export interface TenantAnnouncement extends Announced {
  readonly kind: 'tenant';
  readonly causeId: string;
  readonly version: number;
  readonly before: TenantSummary;
  readonly after: TenantSummary;
  readonly scopes: Listed<ScopeDifference>;
  readonly gapsOpened: Listed<{ readonly scope: string; readonly reason: Verdict | null }>;
  readonly gapsClosed: Listed<{
    readonly scope: string;
    readonly reason: Verdict;
    readonly openedAt: string;
  }>;
  /** End dates of earning scopes; absent where none is another one. */
  readonly endings?: Listed<EndDifference>;
  /** What people told, or what follows from it; absent where the commit is an observation of ours. */
  readonly told?: Listed<Told>;
}

export interface LinkAnnouncement extends Announced {
  readonly kind: 'link';
  readonly tenantId: string;
  readonly objectId: string;
  readonly principal: string;
  readonly change: LinkChange;
  /** Why Azure was not believed, or did not answer, in people's words; null where the look was good. */
  readonly trouble: string | null;
}

export interface ObserverAnnouncement extends Announced {
  readonly kind: 'observer';
  readonly change: ObserverChange;
}

export interface SweepAnnouncement extends Announced {
  readonly kind: 'sweep';
  readonly sweep: SweepRecord;
}

export interface MessageAnnouncement extends Announced {
  readonly kind: 'message';
  readonly queue: string;
  readonly messageId: string;
  readonly reason: string;
  readonly attempts: number;
}

/** So many scopes and gaps of one tenant are named; a person looks further on its page. */
const LISTED = 20;

/** What is told of one commit of a tenant. */
export function tenantAnnouncement(
  before: TenantRecord,
  record: TenantRecord,
  change: TenantChange,
  closedGaps: readonly Gap[],
): TenantAnnouncement {
  const open = new Map(record.openGaps.map((gap) => [scopeKey({ id: gap.scope }), gap.reason]));
  return {
    kind: 'tenant',
    id: `tenant~${record.registration.tenantId}~${change.version}`,
    at: change.at,
    causeId: change.causeId,
    version: change.version,
    before: briefly(before),
    after: briefly(record),
    scopes: listed(change.scopes),
    gapsOpened: listed(
      [...change.gapsOpened, ...change.gapsReopened].map((scope) => ({
        scope,
        reason: open.get(scopeKey({ id: scope })) ?? null,
      })),
    ),
    gapsClosed: listed(closedGaps.map(({ scope, reason, openedAt }) => ({ scope, reason, openedAt }))),
    ...(change.endings ? { endings: listed(change.endings) } : {}),
    ...(change.told ? { told: listed(change.told) } : {}),
  };
}

/** A tenant's summary without what could be long and tells people nothing. */
function briefly(record: TenantRecord): TenantSummary {
  const summary = summaryOf(record);
  const { agreements: _told, ...registration } = summary.registration;
  const { subscriptionIds: _expected, ...facts } = registration.facts;
  return {
    ...summary,
    atRisk: [],
    registration: { ...registration, facts, factTimes: {}, withheld: [] },
  };
}

function listed<T>(all: readonly T[]): Listed<T> {
  return { total: all.length, listed: all.slice(0, LISTED) };
}

export function linkAnnouncement(record: LinkRecord, change: LinkChange): LinkAnnouncement {
  const { tenantId, objectId, principal, failure } = record;
  const id = `link~${tenantId}~${objectId}~${change.version}`;
  return {
    kind: 'link',
    id,
    at: change.at,
    tenantId,
    objectId,
    principal,
    change,
    trouble: failure?.message ?? null,
  };
}

/** That the observer is refused, or no longer. */
export function observerAnnouncement(change: ObserverChange): ObserverAnnouncement {
  return { kind: 'observer', id: `observer~${change.version}`, at: change.at, change };
}

/** What a sweep tells at its end; announced before the sweep is on record as finished, so that a crash loses nothing. */
export function sweepAnnouncement(finished: SweepRecord): SweepAnnouncement {
  const at = finished.finishedAt ?? finished.startedAt;
  return { kind: 'sweep', id: `sweep~${finished.sweepId}`, at, sweep: finished };
}

/** `digest` names the message's bytes: ids of messages are the senders', and may be missing or used twice. */
export function messageAnnouncement(
  message: Omit<MessageAnnouncement, 'kind' | 'id' | 'at'> & {
    readonly parkedAt: string;
    readonly body: Uint8Array;
  },
  digest: (text: string) => string,
): MessageAnnouncement {
  const { queue, messageId, reason, attempts, parkedAt, body } = message;
  const id = `message~${digest(JSON.stringify([queue, messageId, [...body]]))}`;
  return { kind: 'message', id, at: parkedAt, queue, messageId, reason, attempts };
}
