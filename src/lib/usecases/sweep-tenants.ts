import { sweepRequest, type SweepRequest } from '../domain/sweep.ts';
import { noTenants, type SweepRecord } from '../domain/sweep-record.ts';
import { askToFinish, finishSweep } from './finish-sweep.ts';
import { park, type Unprocessed } from './park.ts';
import { readRequest } from './read-request.ts';
import { releaseSuspects } from './sweep-brake.ts';
import { askForLinks, beginSweepRun, type SweepTenantsDeps } from './sweep-run.ts';
import { walkEstate } from './walk-estate.ts';

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
    return request.do === 'start' ? start(deps, request) : finishSweep(deps, request);
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
  const last = await deps.sweeps.lastFinished();
  const run = beginSweepRun(deps, sweepId, new Date(begun.startedAt), last);
  await askForLinks(run);
  const coveredUpTo = await walkEstate(run);
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
