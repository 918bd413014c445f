import type { Log } from '../domain/log.ts';
import type { Clock, FollowUps, Queues, SweepLedger, SweepLists } from '../domain/ports.ts';
import type { SweepRecord } from '../domain/sweep-record.ts';
import { followUp } from './sweep-run.ts';

export interface ConfirmSweepDeps {
  readonly sweeps: SweepLedger;
  readonly sweepLists: SweepLists;
  readonly followUps: FollowUps;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
}

/** What came of confirming: how many tenants were handed to passes, or why none was. */
export type Confirmed =
  | { readonly kind: 'confirmed'; readonly tenants: number }
  | {
      readonly kind: 'refused';
      readonly reason: 'unknown-sweep' | 'still-running' | 'holds-nothing' | 'superseded';
    };

export type ConfirmSweep = (sweepId: string, by: string) => Promise<Confirmed>;

/**
 * An operator believes the mass worsening that a sweep holds back: its suspects go to passes, which prove each loss as
 * any other. Asked for again, it does no more than once. A sweep that has been followed by another is refused: the later
 * one has believed or held by itself. Throws `Failure` when the ledger or the queue cannot be written.
 */
export function makeConfirmSweep(deps: ConfirmSweepDeps): ConfirmSweep {
  return async (sweepId, by) => {
    const record = await deps.sweeps.read(sweepId);
    if (!record) return { kind: 'refused', reason: 'unknown-sweep' };
    if (record.confirmed) return { kind: 'confirmed', tenants: record.confirmed.tenants };
    if (record.status === 'running') return { kind: 'refused', reason: 'still-running' };
    if (record.heldScopes === 0) return { kind: 'refused', reason: 'holds-nothing' };
    const last = await deps.sweeps.lastFinished();
    if (last && last.startedAt > record.startedAt) return { kind: 'refused', reason: 'superseded' };

    const at = deps.clock();
    const asking = { deps, sweepId, walk: walkOf(record, at) };
    let tenants = 0;
    for await (const { tenantId } of deps.sweepLists.read('held', sweepId)) {
      await followUp(asking, 'tenant', tenantId);
      tenants += 1;
    }
    await deps.sweeps.confirm(sweepId, { by, at: at.toISOString(), tenants });
    deps.log.info('sweep.confirmed', { sweepId, tenants });
    return { kind: 'confirmed', tenants };
  };
}

/**
 * Each time it is asked for, confirming counts its copies from elsewhere, as each walk of a sweep does: the queue would
 * fold what a try that broke off has asked for and has had, and the sweep would wait in vain.
 */
function walkOf({ walks, startedAt }: SweepRecord, at: Date): number {
  return walks + 1 + Math.floor((at.getTime() - Date.parse(startedAt)) / 1_000);
}
