import { reverifySinceOf } from '../domain/agreement-news.ts';
import type { FailureNote } from '../domain/failure.ts';
import type { LinkRecord } from '../domain/link.ts';
import type { Clock, LinkLedger, ParkedMessages, SweepLedger, TenantLedger } from '../domain/ports.ts';
import type { PassRules } from '../domain/pass-rules.ts';
import { standingOn, type StandingBasis } from '../domain/standing.ts';
import type { SweepRecord } from '../domain/sweep-record.ts';
import { linksOnRecord, type TenantStanding } from '../domain/tenant-state.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { summaryOf } from '../domain/tenant-summary.ts';

export interface ReportDeps extends Pick<PassRules, 'principals' | 'principalRules' | 'watchRules'> {
  readonly ledger: TenantLedger;
  readonly links: LinkLedger;
  readonly parked: ParkedMessages;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly staleAfterMs: number;
  readonly clock: Clock;
}

/** A tenant as the report shows it. */
export interface ReportedTenant extends TenantStanding {
  readonly tenantId: string;
  readonly displayName: string | null;
  readonly lastOutcome: string | null;
  readonly scopes: readonly {
    readonly scope: string;
    readonly verdict: string;
    readonly inherited: boolean;
    /** The subscription's agreement, and whether it was told or its offer only hints at what it counts for. */
    readonly agreement: string;
    readonly agreementSource: string;
    readonly countsFor: string;
    readonly principal: string;
    /** When the last role that makes it earn ends (ISO instant); null where one is permanent, or it does not earn. */
    readonly endsAt: string | null;
    readonly marketplace: boolean;
    /** Since when it has to be verified anew (ISO instant); null where it has not. */
    readonly reverifySince: string | null;
  }[];
  readonly openGaps: number;
  /** How many changes have been committed for it. */
  readonly changes: number;
}

/** A link as the report shows it. */
export interface ReportedLink {
  readonly principal: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly partnerId: string | null;
  readonly state: string | null;
  /** What is wanted of it. */
  readonly desired: LinkRecord['desired'];
  readonly lastOutcome: string | null;
  readonly failure: FailureNote | null;
  readonly changes: number;
}

/** Everything on record, as one document: what became of each tenant, each link and each parked message, and the last sweep. */
export interface Report {
  readonly tenants: readonly ReportedTenant[];
  readonly links: readonly ReportedLink[];
  readonly parked: readonly { readonly queue: string; readonly messageId: string; readonly reason: string }[];
  /** The last sweep that finished; null before the first. */
  readonly sweep: SweepRecord | null;
}

export type MakeReport = () => Promise<Report>;

/** Reads the whole ledger; meant for one machine's estates and for support, not for lists of a hundred thousand. */
export function makeReport(deps: ReportDeps): MakeReport {
  return async () => {
    const links = await linksOnRecord(deps.links.all());
    const { principals, principalRules, watchRules, staleAfterMs } = deps;
    const sweep = await deps.sweeps.lastFinished();
    const basis = { links, sweep, principals, principalRules, watchRules, now: deps.clock(), staleAfterMs };
    const tenants = (await collect(deps.ledger.all())).map((record) => tenantOf(record, basis));
    const parked = (await collect(deps.parked.all())).map(({ queue, messageId, reason }) => ({
      queue,
      messageId,
      reason,
    }));
    return {
      tenants: tenants.sort((a, b) => a.tenantId.localeCompare(b.tenantId)),
      links: [...links.values()].map(linkOf),
      parked,
      sweep,
    };
  };
}

function tenantOf(record: TenantRecord, basis: StandingBasis): ReportedTenant {
  const { registration } = record;
  return {
    tenantId: registration.tenantId,
    displayName: registration.facts.displayName ?? null,
    ...standingOn(basis, summaryOf(record)),
    lastOutcome: record.lastOutcome,
    scopes: record.scopes.map((scope) => ({
      scope: scope.scope,
      verdict: scope.verdict,
      inherited: scope.inherited,
      agreement: scope.agreement,
      agreementSource: scope.agreementSource,
      countsFor: scope.countsFor,
      principal: scope.principal,
      endsAt: scope.endsAt,
      marketplace: scope.marketplace,
      reverifySince: reverifySinceOf(registration, scope),
    })),
    openGaps: record.openGaps.length,
    changes: record.version,
  };
}

function linkOf(link: LinkRecord): ReportedLink {
  return {
    principal: link.principal,
    tenantId: link.tenantId,
    objectId: link.objectId,
    partnerId: link.observed?.partnerId ?? null,
    state: link.observed?.state ?? null,
    desired: link.desired,
    lastOutcome: link.lastOutcome,
    failure: link.failure,
    changes: link.version,
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
