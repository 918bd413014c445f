import { assess } from '../domain/assessment.ts';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { IndexedTenant } from '../domain/indexed-subscription.ts';
import type {
  Clock,
  EstateIndex,
  FollowUps,
  LinkLedger,
  ListedTenant,
  Queues,
  SweepLedger,
  TenantLedger,
  TenantList,
} from '../domain/ports.ts';
import { principalFor, rulesFor, type PassRules } from '../domain/pass-rules.ts';
import type { Principal } from '../domain/principal.ts';
import { linkRequestId, type ReconcileRequest } from '../domain/request.ts';
import {
  compareWithIndex,
  indexReadings,
  isMassWorsening,
  noTenants,
  planSweep,
  sweepRequest,
  sweptAt,
  type SweepRecord,
  type SweepRequest,
  type SweptTenants,
} from '../domain/sweep.ts';
import { applyTelling } from '../domain/tenant.ts';
import { newTenantRecord } from '../domain/tenant-record.ts';
import { linksBehind, linksOnRecord, standingOf } from '../domain/tenant-state.ts';
import { signatureOf, type TenantSummary } from '../domain/tenant-summary.ts';
import { ask } from './ask.ts';
import { park, type Unprocessed } from './park.ts';
import { readRequest } from './read-request.ts';

export interface SweepTenantsDeps {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly followUps: FollowUps;
  readonly index: EstateIndex;
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

export type SweepTenants = (message: Unprocessed) => Promise<SweepRecord['status'] | 'parked'>;

/**
 * One look at the whole estate. Starting: links first, then the estate as the index shows it, merge-joined with the list
 * of tenants in constant memory; what did not change costs nothing, improvements are committed, bad news is handed to
 * passes that prove it. Finishing: when those passes have ended, or the limit has passed, the summary is written.
 * Delivered again after a crash, it takes over its own lease and begins anew; a second sweep meanwhile is skipped.
 * Throws `Failure` when the ledger or a queue cannot be written.
 */
export function makeSweepTenants(deps: SweepTenantsDeps): SweepTenants {
  return async (message) => {
    const request = readRequest(message.body, sweepRequest);
    if (!request) {
      await park(deps.queues, message, 'The message is not a request for a sweep.');
      return 'parked';
    }
    return request.do === 'start' ? start(deps, request) : finish(deps, request);
  };
}

async function start(deps: SweepTenantsDeps, request: SweepRequest): Promise<SweepRecord['status']> {
  const { sweepId } = request;
  const now = deps.clock();
  const known = await deps.sweeps.read(sweepId);
  if (known && known.status !== 'running') return known.status;
  const begun: SweepRecord = known ?? beginning(sweepId, now);
  if (!(await deps.sweeps.lease(sweepId, new Date(now.getTime() + deps.leaseMs), now))) {
    await deps.sweeps.write({ ...begun, status: 'skipped' });
    deps.log.warn('sweep.skipped', { sweepId });
    return 'skipped';
  }
  await deps.sweeps.write(begun);
  const run = beginRun(deps, sweepId, new Date(begun.startedAt));
  await askForLinks(run);
  const coveredUpTo = await walk(run);
  const held = await releaseSuspects(run);
  await deps.sweeps.write({
    ...begun,
    status: 'following-up',
    assessedAt: deps.clock().toISOString(),
    tenants: run.counts,
    coveredUpTo: coveredUpTo.lastTenant,
    partial: coveredUpTo.partial,
    heldScopes: held,
  });
  await askToFinish(deps, request);
  deps.log.info('sweep.assessed', { sweepId, ...run.counts, partial: coveredUpTo.partial, heldScopes: held });
  return 'following-up';
}

/** What one sweep gathers while it walks; a value of its invocation. */
interface Run {
  readonly deps: SweepTenantsDeps;
  readonly sweepId: string;
  readonly at: Date;
  readonly principalsAsked: Set<string>;
  /** Tenants whose bad news waits for the brake's word, with the earning scopes each would lose. */
  readonly suspects: { readonly tenantId: string; readonly worsening: number }[];
  earningBefore: number;
  counts: SweptTenants;
}

function beginRun(deps: SweepTenantsDeps, sweepId: string, at: Date): Run {
  return { deps, sweepId, at, principalsAsked: new Set(), suspects: [], earningBefore: 0, counts: noTenants };
}

function beginning(sweepId: string, now: Date): SweepRecord {
  return {
    sweepId,
    status: 'running',
    startedAt: now.toISOString(),
    assessedAt: null,
    finishedAt: null,
    tenants: noTenants,
    coveredUpTo: null,
    partial: false,
    baseline: false,
    heldScopes: 0,
    openFollowUps: 0,
    states: {},
  };
}

/** Links first: one bad link is worse than any tenant's trouble. */
async function askForLinks(run: Run): Promise<void> {
  for await (const link of run.deps.links.all()) {
    const principal = run.deps.passRules.principals.find(({ objectId }) => objectId === link.objectId);
    if (principal) await askForLink(run, principal);
  }
}

async function askForLink(run: Run, principal: Principal): Promise<void> {
  if (run.principalsAsked.has(principal.name)) return;
  run.principalsAsked.add(principal.name);
  await followUp(
    run,
    'link',
    linkRequestId({ tenantId: principal.homeTenantId, objectId: principal.objectId }),
  );
}

/** Walks estate and list side by side; where the estate cannot be read further, the rest of the list is left alone. */
async function walk(run: Run): Promise<{ lastTenant: string | null; partial: boolean }> {
  const estate = run.deps.index.tenants()[Symbol.asyncIterator]();
  const list = run.deps.list.all()[Symbol.asyncIterator]();
  let lastTenant: string | null = null;
  let listed = await list.next();
  let found = await nextOf(estate);
  while (found !== 'end' || !listed.done) {
    if (found instanceof Failure) {
      run.deps.log.warn('sweep.partial', { sweepId: run.sweepId, message: found.message });
      return { lastTenant, partial: true };
    }
    const indexed = found === 'end' ? null : found;
    const known = listed.done ? null : listed.value;
    const ids = [indexed?.tenantId, known?.summary.registration.tenantId].filter((id) => id !== undefined);
    const tenantId = ids.sort()[0] ?? '';
    const isFound = indexed?.tenantId === tenantId;
    const isListed = known?.summary.registration.tenantId === tenantId;
    await sweepTenant(run, tenantId, isListed ? known : null, isFound ? indexed : null);
    lastTenant = tenantId;
    if (isFound) found = await nextOf(estate);
    if (isListed) listed = await list.next();
  }
  return { lastTenant: null, partial: false };
}

/** The estate's next tenant; a failure ends the walk, but not the sweep. */
async function nextOf(estate: AsyncIterator<IndexedTenant>): Promise<IndexedTenant | 'end' | Failure> {
  try {
    const next = await estate.next();
    return next.done ? 'end' : next.value;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

async function sweepTenant(
  run: Run,
  tenantId: string,
  known: ListedTenant | null,
  found: IndexedTenant | null,
): Promise<void> {
  const { deps } = run;
  const indexed = found?.subscriptions ?? [];
  run.earningBefore += known?.summary.verdicts.earning ?? 0;
  const sameDigest = known !== null && known.digest === digestOfIndex(run, known.summary, indexed);
  const plan = planSweep(
    { listed: known?.summary ?? null, sameDigest, indexed },
    deps.passRules.managingTenantId,
  );
  switch (plan.do) {
    case 'nothing':
      count(run, plan.count);
      return;
    case 'ask':
      count(run, 'asked');
      await followUp(run, 'tenant', tenantId);
      return;
    case 'adopt':
      await adopt(run, tenantId, indexed);
      return;
    case 'compare':
      await compare(run, tenantId, indexed);
  }
}

function digestOfIndex(
  run: Run,
  summary: TenantSummary,
  indexed: IndexedTenant['subscriptions'],
): string | null {
  const principal = principalFor(run.deps.passRules, summary.registration.facts.principal);
  if (!principal) return null;
  const rules = rulesFor(run.deps.passRules, principal);
  const readings = indexReadings(indexed, rules.managingTenantId);
  const look = { at: run.at, causeId: run.sweepId, readings };
  return run.deps.digest(
    signatureOf(assess(newTenantRecord(summary.registration), look, rules).record.scopes),
  );
}

/** A customer nobody announced: registered by the sweep itself, or put up for decision. */
async function adopt(run: Run, tenantId: string, indexed: IndexedTenant['subscriptions']): Promise<void> {
  const { deps } = run;
  if (deps.adopt === 'review') {
    count(run, 'found');
    return;
  }
  const registration = applyTelling(null, {
    tenantId,
    facts: {},
    presence: 'onboarded',
    at: run.at,
    heardAt: run.at,
    source: 'sweep',
    trusted: true,
  });
  await deps.ledger.register(registration, null);
  count(run, 'adopted');
  await compare(run, tenantId, indexed);
}

async function compare(run: Run, tenantId: string, indexed: IndexedTenant['subscriptions']): Promise<void> {
  const { deps } = run;
  const known = await deps.ledger.read(tenantId);
  const principal = principalFor(deps.passRules, known?.record.registration.facts.principal);
  if (!known || !principal) {
    await followUp(run, 'tenant', tenantId);
    return;
  }
  await askForLink(run, principal);
  const rules = { ...rulesFor(deps.passRules, principal), indexLagAllowanceMs: deps.indexLagAllowanceMs };
  const look = { at: run.at, causeId: run.sweepId };
  const comparison = compareWithIndex(
    known.record,
    indexReadings(indexed, rules.managingTenantId),
    rules,
    look,
  );
  if (comparison.do === 'ask') {
    if (comparison.worsening > 0) run.suspects.push({ tenantId, worsening: comparison.worsening });
    else await followUp(run, 'tenant', tenantId);
    count(run, 'asked');
    return;
  }
  const { assessment } = comparison;
  const kind = assessment.change ? ('assessed' as const) : ('unchanged' as const);
  const record = { ...assessment.record, failure: null, lastOutcome: kind };
  if (assessment.change) await deps.ledger.commit(known, { ...assessment, record });
  else await deps.ledger.note(known, record);
  count(run, kind === 'assessed' ? 'assessed' : 'steady');
}

/**
 * Hands the suspects to passes that prove their bad news; too many at once are held back, unless the last sweep had to
 * hold back too: two sweeps that agree are believed. Gives the earning scopes that are held.
 */
async function releaseSuspects(run: Run): Promise<number> {
  const worsening = run.suspects.reduce((sum, suspect) => sum + suspect.worsening, 0);
  const last = await run.deps.sweeps.lastFinished();
  if (isMassWorsening(worsening, run.earningBefore) && !last?.heldScopes) {
    run.counts = { ...run.counts, asked: run.counts.asked - run.suspects.length, held: run.suspects.length };
    run.deps.log.warn('sweep.held', {
      sweepId: run.sweepId,
      scopes: worsening,
      tenants: run.suspects.length,
    });
    return worsening;
  }
  for (const { tenantId } of run.suspects) await followUp(run, 'tenant', tenantId);
  return 0;
}

/** Asks for a pass and writes down that the sweep waits for it; the row first, so that none is forgotten. */
async function followUp(run: Run, subject: ReconcileRequest['subject'], id: string): Promise<void> {
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

function count(run: Run, what: keyof SweptTenants): void {
  run.counts = { ...run.counts, [what]: run.counts[what] + 1 };
}

async function askToFinish(deps: SweepTenantsDeps, request: SweepRequest): Promise<void> {
  const next: SweepRequest = { ...request, do: 'finish', hop: request.hop + 1 };
  const at = new Date(deps.clock().getTime() + deps.finishPauseMs);
  await deps.queues.send('sweeps', {
    messageId: `${next.sweepId}~finish~${next.hop}`,
    body: new TextEncoder().encode(JSON.stringify(next)),
    at,
  });
}

/** So many open follow-ups are counted; more are as good as many. */
const COUNTED = 1_000;

async function finish(deps: SweepTenantsDeps, request: SweepRequest): Promise<SweepRecord['status']> {
  const record = await deps.sweeps.read(request.sweepId);
  if (record?.status !== 'following-up') return record?.status ?? 'skipped';
  const now = deps.clock();
  const open = await deps.followUps.open(record.sweepId, COUNTED);
  if (open > 0 && now.getTime() - Date.parse(record.assessedAt ?? record.startedAt) < deps.finishLimitMs) {
    await deps.sweeps.lease(record.sweepId, new Date(now.getTime() + deps.leaseMs), now);
    await askToFinish(deps, request);
    return 'following-up';
  }
  const baseline = (await deps.sweeps.lastFinished()) === null;
  const states = await countStates(deps, record, now);
  const finished: SweepRecord = {
    ...record,
    status: 'finished',
    finishedAt: now.toISOString(),
    openFollowUps: open,
    baseline,
    states,
  };
  await deps.sweeps.write(finished);
  await deps.sweeps.release(record.sweepId);
  deps.log.info('sweep.finished', { sweepId: record.sweepId, openFollowUps: open, baseline, ...states });
  return 'finished';
}

/** Counts tenants by state, as they stand with this sweep. */
async function countStates(
  deps: SweepTenantsDeps,
  record: SweepRecord,
  now: Date,
): Promise<Record<string, number>> {
  const links = await linksOnRecord(deps.links.all());
  const states: Record<string, number> = {};
  for await (const { summary } of deps.list.all()) {
    const principal = principalFor(deps.passRules, summary.registration.facts.principal);
    const { state } = standingOf(summary, {
      links: linksBehind(summary, principal ?? undefined, links),
      sweptAt: sweptAt(summary, record),
      now,
      staleAfterMs: deps.staleAfterMs,
    });
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}
