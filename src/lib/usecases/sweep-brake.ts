import { isMassWorsening } from '../domain/sweep.ts';
import { followUp, type SweepRun } from './sweep-run.ts';

/**
 * Hands the suspects to passes that prove their bad news; too many at once are held back, unless the last sweep had to
 * hold back too: two sweeps that agree are believed. Gives the earning scopes that are held.
 */
export async function releaseSuspects(run: SweepRun): Promise<number> {
  const worsening = run.suspects.reduce((sum, suspect) => sum + suspect.worsening, 0);
  if (isMassWorsening(worsening, run.earningBefore) && !run.lastSweep?.heldScopes) {
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
