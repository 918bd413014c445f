import { isMassWorsening } from '../domain/sweep.ts';
import { followUp, type SweepRun } from './sweep-run.ts';

/**
 * Hands the suspects to passes that prove their bad news. Too many at once are held back and kept by name, until an
 * operator confirms them or the next sweep agrees: those that the last sweep held too are believed. Gives the earning
 * scopes that are held.
 */
export async function releaseSuspects(run: SweepRun): Promise<number> {
  const { deps, sweepId } = run;
  const believed = run.suspects.length > 0 ? await heldByLastSweep(run) : new Set<string>();
  const fresh = run.suspects.filter(({ tenantId }) => !believed.has(tenantId));
  const worsening = fresh.reduce((sum, suspect) => sum + suspect.worsening, 0);
  const held = isMassWorsening(worsening, run.earningBefore) ? fresh.map(({ tenantId }) => tenantId) : [];
  if (held.length > 0) {
    await deps.sweepLists.write('held', sweepId, held);
    run.counts = { ...run.counts, asked: run.counts.asked - held.length, held: held.length };
    deps.log.warn('sweep.held', { sweepId, scopes: worsening, tenants: held.length });
  }
  const waiting = new Set(held);
  for (const { tenantId } of run.suspects) {
    if (!waiting.has(tenantId)) await followUp(run, 'tenant', tenantId);
  }
  return held.length > 0 ? worsening : 0;
}

async function heldByLastSweep({ deps, lastSweep: last }: SweepRun): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  if (!last?.heldScopes) return held;
  for await (const tenantId of deps.sweepLists.read('held', last.sweepId)) held.add(tenantId);
  return held;
}
