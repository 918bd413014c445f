import type { SweepRequest } from '../domain/sweep.ts';
import { newSweepRecord, type SweepRecord } from '../domain/sweep-record.ts';
import { askToFinish, finishSweep } from './finish-sweep.ts';
import { releaseSuspects } from './sweep-brake.ts';
import { askForLinks, beginSweepRun, stillOurs, type SweepTenantsDeps } from './sweep-run.ts';
import { walkEstate } from './walk-estate.ts';

export type SweepTenants = (request: SweepRequest) => Promise<SweepRecord['status']>;

/**
 * One look at the whole estate. Starting: links first, then the estate as the index shows it, merge-joined with the list
 * of tenants, a page of each in memory; what did not change costs nothing, improvements are committed, bad news is handed to
 * passes that prove it. Finishing: when those passes have ended, or the limit has passed, the summary is written.
 * Asked for again after it broke off, it takes over its own lease and begins anew; a second sweep meanwhile is skipped.
 * Throws `Failure` when the ledger or a queue cannot be read or written.
 */
export function makeSweepTenants(deps: SweepTenantsDeps): SweepTenants {
  return (request) => (request.do === 'start' ? start(deps, request) : finishSweep(deps, request));
}

async function start(deps: SweepTenantsDeps, request: SweepRequest): Promise<SweepRecord['status']> {
  const { sweepId } = request;
  const now = deps.clock();
  const known = await deps.sweeps.read(sweepId);
  // Assessed, and ended before it could ask for its end: asked twice, the queue folds the second.
  if (known?.status === 'following-up') await askToFinish(deps, request);
  if (known && known.status !== 'running') return known.status;
  const before = known ?? newSweepRecord(sweepId, now.toISOString());
  const begun: SweepRecord = { ...before, walks: before.walks + 1 };
  if (!(await deps.sweeps.lease(sweepId, new Date(now.getTime() + deps.leaseMs), now, begun))) {
    await deps.sweeps.write({ ...before, status: 'skipped' });
    deps.log.warn('sweep.skipped', { sweepId });
    return 'skipped';
  }
  return assessEstate(deps, begun, request);
}

async function assessEstate(
  deps: SweepTenantsDeps,
  begun: SweepRecord,
  request: SweepRequest,
): Promise<SweepRecord['status']> {
  const { sweepId } = begun;
  const run = beginSweepRun(deps, begun, await deps.sweeps.lastFinished());
  await askForLinks(run);
  const walked = await walkEstate(run);
  if (walked.kind === 'superseded' || !(await stillOurs(run))) {
    deps.log.warn('sweep.superseded', { sweepId, walk: begun.walks });
    return 'running';
  }
  const heldScopes = await releaseSuspects(run, walked);
  const partial = walked.kind === 'partial';
  if (!partial) await forgetNotFound(deps, run.at);
  await deps.sweeps.write({
    ...begun,
    status: 'following-up',
    assessedAt: deps.clock().toISOString(),
    tenants: run.counts,
    calls: run.calls,
    coveredUpTo: partial ? walked.lastTenant : null,
    partial,
    heldScopes,
  });
  await askToFinish(deps, request);
  deps.log.info('sweep.assessed', { sweepId, ...run.counts, ...run.calls, partial, heldScopes });
  return 'following-up';
}

/**
 * What a whole sweep has not found again is delegated to us no more, or on record by now: nothing to decide. What an
 * operator has dismissed stays dismissed: the index may only have missed it.
 */
async function forgetNotFound({ found }: SweepTenantsDeps, at: Date): Promise<void> {
  for await (const { tenantId, lastSeenAt, dismissed } of found.all()) {
    if (!dismissed && Date.parse(lastSeenAt) < at.getTime()) await found.remove(tenantId);
  }
}
