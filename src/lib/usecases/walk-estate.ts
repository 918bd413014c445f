import { assess } from '../domain/assessment.ts';
import { Failure } from '../domain/failure.ts';
import type { IndexedTenant } from '../domain/indexed-subscription.ts';
import type { ListedTenant } from '../domain/ports.ts';
import { sweptAt } from '../domain/sweep-record.ts';
import { principalFor, rulesFor } from '../domain/pass-rules.ts';
import { compareWithIndex, indexReadings, planSweep } from '../domain/sweep.ts';
import { applyTelling } from '../domain/tenant.ts';
import { newTenantRecord } from '../domain/tenant-record.ts';
import { signatureOf, type TenantSummary } from '../domain/tenant-summary.ts';
import { askForLink, count, followUp, type SweepRun } from './sweep-run.ts';

/** Walks estate and list side by side; where the estate cannot be read further, the rest of the list is left alone. */
export async function walkEstate(run: SweepRun): Promise<{ lastTenant: string | null; partial: boolean }> {
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
  run: SweepRun,
  tenantId: string,
  known: ListedTenant | null,
  found: IndexedTenant | null,
): Promise<void> {
  const { deps } = run;
  const indexed = found?.subscriptions ?? [];
  run.earningBefore += known?.summary.verdicts.earning ?? 0;
  const sameDigest = known !== null && known.digest === digestOfIndex(run, known.summary, indexed);
  const plan = planSweep(
    { listed: known?.summary ?? null, sameDigest, indexed, at: run.at },
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
  run: SweepRun,
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
async function adopt(
  run: SweepRun,
  tenantId: string,
  indexed: IndexedTenant['subscriptions'],
): Promise<void> {
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

async function compare(
  run: SweepRun,
  tenantId: string,
  indexed: IndexedTenant['subscriptions'],
): Promise<void> {
  const { deps } = run;
  const known = await deps.ledger.read(tenantId);
  const principal = principalFor(deps.passRules, known?.record.registration.facts.principal);
  if (!known || !principal) {
    await followUp(run, 'tenant', tenantId);
    return;
  }
  await askForLink(run, principal);
  const rules = { ...rulesFor(deps.passRules, principal), indexLagAllowanceMs: deps.indexLagAllowanceMs };
  const look = { at: run.at, causeId: run.sweepId, sweptAt: sweptAt(known.record, run.lastSweep) };
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
