import { isConflict } from '../domain/failure.ts';
import { latest } from '../domain/gap.ts';
import { isMassWorsening } from '../domain/sweep.ts';
import { sweptAt } from '../domain/sweep-record.ts';
import { makeCrew } from './crew.ts';
import { followUp, type SweepRun } from './sweep-run.ts';

/** So many rows are written at a time. */
const TENANTS_AT_ONCE = 16;

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
    const crew = makeCrew(TENANTS_AT_ONCE);
    for (const tenantId of held) await crew.start(() => noteHeld(run, tenantId));
    await crew.end();
    run.counts = { ...run.counts, asked: run.counts.asked - held.length, held: held.length };
    deps.log.warn('sweep.held', { sweepId, scopes: worsening, tenants: held.length });
  }
  const waiting = new Set(held);
  for (const { tenantId } of run.suspects) {
    if (!waiting.has(tenantId)) await followUp(run, 'tenant', tenantId);
  }
  return held.length > 0 ? worsening : 0;
}

/**
 * Notes on a tenant's row that this sweep is no good look at it, and when the last one was: a steady sweep writes no row,
 * and from now on this one is the last. What somebody else has written meanwhile comes from a later look.
 */
async function noteHeld({ deps, sweepId, lastSweep }: SweepRun, tenantId: string): Promise<void> {
  const known = await deps.ledger.read(tenantId);
  if (!known) return;
  const lastGood = latest(known.record.lastGood, sweptAt(known.record, lastSweep));
  try {
    await deps.ledger.note(known, { ...known.record, lastGood, heldBy: sweepId });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

async function heldByLastSweep({ deps, lastSweep: last }: SweepRun): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  if (!last?.heldScopes) return held;
  for await (const tenantId of deps.sweepLists.read('held', last.sweepId)) held.add(tenantId);
  return held;
}
