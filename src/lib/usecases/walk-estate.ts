import { Failure } from '../domain/failure.ts';
import type { IndexedTenant } from '../domain/indexed-subscription.ts';
import { mergeJoin } from '../domain/merge-join.ts';
import type { ListedTenant } from '../domain/ports.ts';
import { principalFor, rulesFor, type PassRules } from '../domain/pass-rules.ts';
import { indexReadings, planSweep, type SweepPlan } from '../domain/sweep.ts';
import { scopesAfter } from '../domain/scopes-after.ts';
import { newTenantRecord } from '../domain/tenant-record.ts';
import { signatureOf, type TenantSummary } from '../domain/tenant-summary.ts';
import { observedKindsOf } from '../domain/tenant.ts';
import { isWhollyExcluded } from '../domain/watch.ts';
import { makeCrew } from './crew.ts';
import { carryOutPlan } from './sweep-tenant.ts';
import { count, mayGoOn, type SweepRun } from './sweep-run.ts';

/** How far a walk came. */
export type Walked =
  | { readonly kind: 'whole' }
  /** The estate could not be read further than this tenant; the rest of the list is left alone. */
  | { readonly kind: 'partial'; readonly lastTenant: string | null }
  /** Somebody else sweeps now: nothing more is to be written. */
  | { readonly kind: 'superseded' };

/** So many tenants are written or asked for at a time; those that are as on record cost nothing and are passed by. */
const TENANTS_AT_ONCE = 16;

/** Walks estate and list side by side, in the order of tenant ids. Throws when ledger or queue cannot be written. */
export async function walkEstate(run: SweepRun): Promise<Walked> {
  const { deps } = run;
  const troubles: Failure[] = [];
  const estate = untilFailure(
    deps.index.tenants((call) => (run.calls = { ...run.calls, [call]: run.calls[call] + 1 })),
    (failure) => troubles.push(failure),
  );
  const joined = mergeJoin<ListedTenant, IndexedTenant>(
    { items: deps.list.all(), keyOf: ({ summary }) => summary.registration.tenantId },
    { items: estate, keyOf: ({ tenantId }) => tenantId },
  );
  const crew = makeCrew(TENANTS_AT_ONCE);
  let lastTenant: string | null = null;
  try {
    for await (const { key: tenantId, left: known, right: found } of joined) {
      if (troubles.length > 0) break;
      if (!(await mayGoOn(run))) return { kind: 'superseded' };
      const indexed = found?.subscriptions ?? [];
      const listed = known?.summary ?? null;
      const plan = planFor(run, tenantId, known, indexed);
      if (plan.do === 'nothing') count(run, plan.count);
      else await crew.start(() => carryOutPlan(run, plan, { tenantId, listed, indexed }));
      lastTenant = tenantId;
    }
  } finally {
    await crew.end();
  }
  const [trouble] = troubles;
  if (!trouble) return { kind: 'whole' };
  deps.log.warn('sweep.partial', { sweepId: run.sweepId, message: trouble.message });
  return { kind: 'partial', lastTenant };
}

/** A failure ends the estate, but not the sweep. */
async function* untilFailure(
  estate: AsyncIterable<IndexedTenant>,
  onFailure: (failure: Failure) => unknown,
): AsyncGenerator<IndexedTenant> {
  try {
    yield* estate;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    onFailure(error);
  }
}

function planFor(
  run: SweepRun,
  tenantId: string,
  known: ListedTenant | null,
  indexed: IndexedTenant['subscriptions'],
): SweepPlan {
  run.earningBefore += known ? earningIn(known.summary, run.deps.passRules) : 0;
  const sameDigest = known !== null && known.digest === digestOfIndex(run, known.summary, indexed);
  const listed = known?.summary ?? null;
  return planSweep({ tenantId, listed, sameDigest, indexed, at: run.at }, run.deps.passRules);
}

/** The scopes that a tenant could lose: a record that is closed or excluded keeps some, and loses none. */
function earningIn({ verdicts, phase, registration }: TenantSummary, { watchRules }: PassRules): number {
  const isClosed = phase === 'closed' || registration.offboardedAt !== null;
  return isClosed || isWhollyExcluded(watchRules, { registration, phase }) ? 0 : (verdicts.earning ?? 0);
}

function digestOfIndex(
  run: SweepRun,
  summary: TenantSummary,
  indexed: IndexedTenant['subscriptions'],
): string | null {
  const principal = principalFor(run.deps.passRules, summary.registration);
  if (!principal) return null;
  const rules = rulesFor(run.deps.passRules, principal);
  const shown = newTenantRecord(summary.registration);
  const readings = { lighthouse: indexReadings(indexed, rules), 'service-principal': null };
  // The judging alone of what a whole assessment does: most tenants are as they were, and this is done for each.
  const ways = { readings, expected: observedKindsOf(summary.registration), at: run.at, seenAt: null };
  return run.deps.digest(signatureOf(scopesAfter(shown, ways, rules).scopes));
}
