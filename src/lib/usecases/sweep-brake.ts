import { isMassWorsening } from '../domain/sweep.ts';
import type { Suspect } from '../domain/sweep-record.ts';
import { followUp, type SweepRun } from './sweep-run.ts';
import type { Walked } from './walk-estate.ts';

/**
 * Hands the suspects to passes that prove their bad news. Too many at once are held back and kept by name, until an
 * operator confirms them or the next sweep agrees: those that the last sweep held too are believed. What that one held
 * and this one did not come to, it holds on. Gives the earning scopes that are held.
 */
export async function releaseSuspects(run: SweepRun, walked: Walked): Promise<number> {
  const { deps, sweepId } = run;
  const before = await heldByLastSweep(run);
  const known = new Set(before.map(({ tenantId }) => tenantId));
  const fresh = run.suspects.filter(({ tenantId }) => !known.has(tenantId));
  const held = isMassWorsening(lossOf(fresh), run.earningBefore) ? fresh : [];
  if (held.length > 0) {
    run.counts = { ...run.counts, asked: run.counts.asked - held.length, held: held.length };
    deps.log.warn('sweep.held', { sweepId, scopes: lossOf(held), tenants: held.length });
  }
  const left = run.lastSweep?.confirmed ? [] : before.filter(({ tenantId }) => isBeyond(walked, tenantId));
  const kept = [...held, ...left];
  if (kept.length > 0) await deps.sweepLists.write('held', sweepId, kept);
  const waiting = new Set(held);
  for (const suspect of run.suspects) {
    if (!waiting.has(suspect)) await followUp(run, 'tenant', suspect.tenantId);
  }
  return lossOf(kept);
}

function lossOf(suspects: readonly Suspect[]): number {
  return suspects.reduce((sum, { worsening }) => sum + worsening, 0);
}

/** Whether a walk ended before it came to a tenant. */
function isBeyond(walked: Walked, tenantId: string): boolean {
  return walked.kind === 'partial' && (walked.lastTenant === null || tenantId > walked.lastTenant);
}

async function heldByLastSweep({ deps, lastSweep: last }: SweepRun): Promise<readonly Suspect[]> {
  const held: Suspect[] = [];
  if (!last?.heldScopes) return held;
  for await (const suspect of deps.sweepLists.read('held', last.sweepId)) held.push(suspect);
  return held;
}
