import { closeRecord, type Assessment } from '../domain/assessment.ts';
import { Failure, isConflict } from '../domain/failure.ts';
import { latest } from '../domain/gap.ts';
import { seenAgain } from '../domain/found-tenant.ts';
import type { IndexedSubscription } from '../domain/indexed-subscription.ts';
import type { Versioned } from '../domain/ports.ts';
import { principalFor, rulesFor } from '../domain/pass-rules.ts';
import {
  compareWithIndex,
  delegatedToUs,
  indexReadings,
  type SweepPlan,
  type SweptTenant,
} from '../domain/sweep.ts';
import { isSeenBySweeps, sweptAt, type SweptTenants } from '../domain/sweep-record.ts';
import { applyTelling } from '../domain/tenant.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { askForLink, count, followUp, type SweepRun } from './sweep-run.ts';

type Indexed = readonly IndexedSubscription[];

type Came = Pick<SweptTenant, 'tenantId' | 'listed' | 'indexed'>;

/** Carries out what is planned for one tenant, and counts what became of it. */
export async function carryOutPlan(
  run: SweepRun,
  plan: Exclude<SweepPlan, { do: 'nothing' }>,
  came: Came,
): Promise<void> {
  count(run, await orAsk(run, came.tenantId, () => carryOut(run, plan, came)));
}

async function carryOut(
  run: SweepRun,
  plan: Exclude<SweepPlan, { do: 'nothing' }>,
  { tenantId, listed, indexed }: Came,
): Promise<keyof SweptTenants> {
  switch (plan.do) {
    case 'ask':
      if (listed && isSeenBySweeps(listed)) await noteLeft(run, await run.deps.ledger.read(tenantId));
      await followUp(run, 'tenant', tenantId);
      return 'asked';
    case 'exclude':
      return exclude(run, tenantId);
    case 'adopt':
      return adopt(run, tenantId, indexed);
    case 'note-delegated':
      return noteDelegated(run, tenantId, plan.delegated);
    case 'compare':
      return compare(run, tenantId, indexed);
  }
}

/** Somebody wrote the tenant while we were about to: a pass looks at it anew, and the sweep goes on. */
async function orAsk(
  run: SweepRun,
  tenantId: string,
  write: () => Promise<keyof SweptTenants>,
): Promise<keyof SweptTenants> {
  try {
    return await write();
  } catch (error) {
    if (!isConflict(error)) throw error;
    await followUp(run, 'tenant', tenantId);
    return 'asked';
  }
}

/**
 * A customer nobody announced: registered by the sweep itself, or put up for decision. What an operator has dismissed is
 * left alone. One that is on record after all is only missing in the list, which comes a moment later.
 */
async function adopt(run: SweepRun, tenantId: string, indexed: Indexed): Promise<keyof SweptTenants> {
  const { deps } = run;
  const known = await deps.ledger.read(tenantId);
  if (known) return known.record.registration.offboardedAt ? 'closed' : compare(run, tenantId, indexed);
  const before = await deps.found.read(tenantId);
  if (deps.adopt === 'review' || before?.record.dismissed) {
    const delegated = delegatedToUs(indexed, deps.passRules.managingTenantId);
    const found = seenAgain(before?.record ?? null, tenantId, delegated, run.at);
    await deps.found.write(found, before?.etag ?? null);
    return found.dismissed ? 'dismissed' : 'found';
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
  if (before) await deps.found.remove(tenantId);
  await compare(run, tenantId, indexed);
  return 'adopted';
}

/** Offboarded, and yet delegated to us, or not any more: told on its row, never taken for a reason to have it back. */
async function noteDelegated(
  run: SweepRun,
  tenantId: string,
  delegated: boolean,
): Promise<keyof SweptTenants> {
  const known = await run.deps.ledger.read(tenantId);
  if (!known?.record.registration.offboardedAt) throw overtaken();
  const stillDelegatedSince = delegated ? run.at.toISOString() : null;
  await run.deps.ledger.note(known, { ...known.record, stillDelegatedSince });
  return delegated ? 'closedButDelegated' : 'closed';
}

const overtaken = () => new Failure('conflict', 'The tenant was onboarded again while the sweep went by.');

/**
 * Compares the tenant with what the index shows. Improvements are committed; bad news goes to a pass that proves it, or,
 * where earning scopes would be lost, before the brake first.
 */
async function compare(run: SweepRun, tenantId: string, indexed: Indexed): Promise<keyof SweptTenants> {
  const { deps } = run;
  const known = await deps.ledger.read(tenantId);
  const principal = known && principalFor(deps.passRules, known.record.registration);
  if (!known || !principal) {
    await followUp(run, 'tenant', tenantId);
    return 'asked';
  }
  await askForLink(run, principal);
  const rules = { ...rulesFor(deps.passRules, principal), indexLagAllowanceMs: deps.indexLagAllowanceMs };
  const look = { at: run.at, causeId: run.sweepId, sweptAt: sweptAt(known.record, run.lastSweep) };
  const readings = indexReadings(indexed, rules);
  const comparison = compareWithIndex(known.record, readings, rules, look);
  if (comparison.do === 'ask') {
    await noteLeft(run, known);
    if (comparison.worsening > 0) run.suspects.push({ tenantId, worsening: comparison.worsening });
    else await followUp(run, 'tenant', tenantId);
    return 'asked';
  }
  const kind = await write(run, known, comparison.assessment);
  return kind === 'assessed' ? 'assessed' : 'steady';
}

/**
 * Notes on a tenant's row that this sweep is no good look at it, and when the last one was: a steady sweep writes no row,
 * and from now on this one is the last. What the pass it is left to has seen well is younger; where that never comes to
 * its end, the tenant grows old. What somebody else has written meanwhile comes from a later look.
 */
async function noteLeft(
  { deps, sweepId, lastSweep }: SweepRun,
  known: Versioned<TenantRecord> | null,
): Promise<void> {
  if (!known || !isSeenBySweeps(known.record)) return;
  const lastGood = latest(known.record.lastGood, sweptAt(known.record, lastSweep));
  try {
    await deps.ledger.note(known, { ...known.record, lastGood, heldBy: sweepId });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

async function write(
  run: SweepRun,
  known: Versioned<TenantRecord>,
  assessment: Assessment,
): Promise<'assessed' | 'unchanged'> {
  const kind = assessment.change ? 'assessed' : 'unchanged';
  const record = { ...assessment.record, failure: null, lastOutcome: kind } as const;
  if (assessment.change) await run.deps.ledger.commit(known, { ...assessment, record });
  else await run.deps.ledger.note(known, record);
  return kind;
}

/** A tenant that the settings have excluded: its gaps close, and nothing is asked for it. */
async function exclude(run: SweepRun, tenantId: string): Promise<keyof SweptTenants> {
  const known = await run.deps.ledger.read(tenantId);
  if (!known) return 'excluded';
  const look = { at: run.at, causeId: run.sweepId, sweptAt: sweptAt(known.record, run.lastSweep) };
  await write(run, known, closeRecord(known.record, look, 'excluded'));
  return 'excluded';
}
