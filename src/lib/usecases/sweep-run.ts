import { restsOn } from '../domain/blast-radius.ts';
import type { Log } from '../domain/log.ts';
import type {
  Clock,
  EstateIndex,
  FollowUps,
  LinkLedger,
  Outbox,
  Queues,
  SweepLedger,
  TenantLedger,
  TenantList,
} from '../domain/ports.ts';
import type { PassRules } from '../domain/pass-rules.ts';
import type { Principal } from '../domain/principal.ts';
import { linkRequestId, type ReconcileRequest } from '../domain/request.ts';
import { noTenants, type SweepRecord, type SweptTenants } from '../domain/sweep-record.ts';
import { ask } from './ask.ts';

export interface SweepTenantsDeps {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly followUps: FollowUps;
  readonly index: EstateIndex;
  readonly outbox: Outbox;
  readonly queues: Queues;
  readonly passRules: PassRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly digest: (text: string) => string;
  /** What to do with customers that are found without having been announced. */
  readonly adopt: 'auto' | 'review';
  readonly indexLagAllowanceMs: number;
  readonly staleAfterMs: number;
  readonly leaseMs: number;
  /** Pause between looks at the open follow-ups, and how long they are waited for. */
  readonly finishPauseMs: number;
  readonly finishLimitMs: number;
}

/** What one sweep gathers while it walks; a value of its invocation. */
export interface SweepRun {
  readonly deps: SweepTenantsDeps;
  readonly sweepId: string;
  readonly at: Date;
  /** The last sweep that finished before this one. */
  readonly lastSweep: SweepRecord | null;
  readonly principalsAsked: Set<string>;
  /** Tenants whose bad news waits for the brake's word, with the earning scopes each would lose. */
  readonly suspects: { readonly tenantId: string; readonly worsening: number }[];
  earningBefore: number;
  counts: SweptTenants;
}

export function beginSweepRun(
  deps: SweepTenantsDeps,
  sweepId: string,
  at: Date,
  lastSweep: SweepRecord | null,
): SweepRun {
  const found = { principalsAsked: new Set<string>(), suspects: [], earningBefore: 0, counts: noTenants };
  return { deps, sweepId, at, lastSweep, ...found };
}

/**
 * Links first: one bad link is worse than any tenant's trouble. The link at home is wanted only while a tenant rests on
 * it; an order that has not been carried out is, wherever its link is.
 */
export async function askForLinks(run: SweepRun): Promise<void> {
  const { links, passRules } = run.deps;
  for await (const link of links.all()) {
    const principal = passRules.principals.find(({ objectId }) => objectId === link.objectId);
    if (principal && (link.order || (await isRestedOn(run, principal)))) await askForLink(run, principal);
    else if (link.order) await followUp(run, 'link', linkRequestId(link));
  }
}

/** Looks through the list as far as the first tenant that rests on a principal's link at home. */
async function isRestedOn({ deps }: SweepRun, principal: Principal): Promise<boolean> {
  const link = { principal, tenantId: principal.homeTenantId };
  for await (const { summary } of deps.list.all()) {
    if (restsOn(summary, link, deps.passRules)) return true;
  }
  return false;
}

export async function askForLink(run: SweepRun, principal: Principal): Promise<void> {
  if (run.principalsAsked.has(principal.name)) return;
  run.principalsAsked.add(principal.name);
  await followUp(
    run,
    'link',
    linkRequestId({ tenantId: principal.homeTenantId, objectId: principal.objectId }),
  );
}

/** Asks for a pass and writes down that the sweep waits for it; the row first, so that none is forgotten. */
export async function followUp(
  run: SweepRun,
  subject: ReconcileRequest['subject'],
  id: string,
): Promise<void> {
  await run.deps.followUps.add(run.sweepId, id);
  await ask(run.deps.queues, {
    subject,
    id,
    cause: { kind: 'sweep', id: run.sweepId },
    attempt: 0,
    hop: 0,
    since: run.at.toISOString(),
  });
}

export function count(run: SweepRun, what: keyof SweptTenants): void {
  run.counts = { ...run.counts, [what]: run.counts[what] + 1 };
}
