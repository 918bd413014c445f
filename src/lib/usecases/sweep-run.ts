import { restsOn } from '../domain/blast-radius.ts';
import type { Log } from '../domain/log.ts';
import type {
  Clock,
  EstateIndex,
  FollowUps,
  FoundTenants,
  LinkLedger,
  Outbox,
  Queues,
  SweepLedger,
  SweepLists,
  TenantLedger,
  TenantList,
} from '../domain/ports.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import type { Principal } from '../domain/principal.ts';
import { linkRequestId, type ReconcileRequest } from '../domain/request.ts';
import { noTenants, type Suspect, type SweepRecord, type SweptTenants } from '../domain/sweep-record.ts';
import { ask } from './ask.ts';

export interface SweepTenantsDeps {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly sweepLists: SweepLists;
  readonly followUps: FollowUps;
  readonly found: FoundTenants;
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
  /** When the sweep began, also where it begins anew. */
  readonly at: Date;
  readonly walk: number;
  /** The last sweep that finished before this one. */
  readonly lastSweep: SweepRecord | null;
  readonly principalsAsked: Set<string>;
  /** Tenants whose bad news waits for the brake's word, with the earning scopes each would lose. */
  readonly suspects: Suspect[];
  leaseRenewedAt: number;
  earningBefore: number;
  counts: SweptTenants;
  calls: SweepRecord['calls'];
}

export function beginSweepRun(
  deps: SweepTenantsDeps,
  { sweepId, startedAt, walks }: SweepRecord,
  lastSweep: SweepRecord | null,
): SweepRun {
  return {
    deps,
    sweepId,
    at: new Date(startedAt),
    walk: walks,
    lastSweep,
    principalsAsked: new Set(),
    suspects: [],
    leaseRenewedAt: deps.clock().getTime(),
    earningBefore: 0,
    counts: noTenants,
    calls: { graphQueries: 0, subscriptionPages: 0 },
  };
}

/**
 * Whether the sweep may go on: renews the lease when a third of it has passed. False when another sweep has it, or this
 * one was delivered again and walks elsewhere, because the message's lock was lost.
 */
export async function mayGoOn(run: SweepRun): Promise<boolean> {
  const now = run.deps.clock().getTime();
  if (now - run.leaseRenewedAt < run.deps.leaseMs / 3) return true;
  run.leaseRenewedAt = now;
  return stillOurs(run);
}

/** As `mayGoOn`, asked of the ledger at once. */
export async function stillOurs({ deps, sweepId, walk }: SweepRun): Promise<boolean> {
  const now = deps.clock();
  if ((await deps.sweeps.read(sweepId))?.walks !== walk) return false;
  return deps.sweeps.lease(sweepId, new Date(now.getTime() + deps.leaseMs), now);
}

/**
 * Links first: one bad link is worse than any tenant's trouble. The link at home is wanted only while a tenant rests on
 * it, whether or not anybody has looked at it before; an order that has not been carried out is, wherever its link is.
 */
export async function askForLinks(run: SweepRun): Promise<void> {
  const { links, passRules } = run.deps;
  for (const principal of await restedOn(run)) await askForLink(run, principal);
  for await (const link of links.all()) {
    if (!link.order) continue;
    const principal = passRules.principals.find(({ objectId }) => objectId === link.objectId);
    if (principal) await askForLink(run, principal);
    else await followUp(run, 'link', linkRequestId(link));
  }
}

/** The principals on whose link at home a tenant rests; looks through the list until there is one for each. */
async function restedOn({ deps }: SweepRun): Promise<readonly Principal[]> {
  const { principals } = deps.passRules;
  const found = new Set<Principal>();
  for await (const { summary } of deps.list.all()) {
    const principal = principalFor(deps.passRules, summary.registration);
    if (principal && restsOn(summary, { principal, tenantId: principal.homeTenantId }, deps.passRules)) {
      found.add(principal);
    }
    if (found.size === principals.length) break;
  }
  return [...found];
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

/** No request is copied so often. */
const COPIES = 1_000_000;

/** What asking for a pass on behalf of a sweep needs. */
export interface Asking {
  readonly deps: Pick<SweepTenantsDeps, 'followUps' | 'queues' | 'clock'>;
  readonly sweepId: string;
  readonly walk: number;
}

/**
 * Asks for a pass and writes down that the sweep waits for it; the row first, so that none is forgotten. Each walk of a
 * sweep counts its copies from elsewhere: the queue may fold what an earlier walk has asked for and has had, and then
 * the sweep would wait in vain.
 */
export async function followUp(
  { deps, sweepId, walk }: Asking,
  subject: ReconcileRequest['subject'],
  id: string,
): Promise<void> {
  await deps.followUps.add(sweepId, id);
  await ask(deps.queues, {
    subject,
    id,
    cause: { kind: 'sweep', id: sweepId },
    attempt: 0,
    hop: walk * COPIES,
    since: deps.clock().toISOString(),
  });
}

export function count(run: SweepRun, what: keyof SweptTenants): void {
  run.counts = { ...run.counts, [what]: run.counts[what] + 1 };
}
