import { sweepAnnouncement } from '../domain/announcement.ts';
import { standingOn } from '../domain/standing.ts';
import type { SweepRecord } from '../domain/sweep-record.ts';
import type { SweepRequest } from '../domain/sweep.ts';
import { linksOnRecord } from '../domain/tenant-state.ts';
import type { SweepTenantsDeps } from './sweep-run.ts';

export async function askToFinish(deps: SweepTenantsDeps, request: SweepRequest): Promise<void> {
  const next: SweepRequest = { ...request, do: 'finish', hop: request.hop + 1 };
  const at = new Date(deps.clock().getTime() + deps.finishPauseMs);
  await deps.queues.send('sweeps', {
    messageId: `${next.sweepId}~finish~${next.hop}`,
    body: new TextEncoder().encode(JSON.stringify(next)),
    at,
  });
}

/** So many open follow-ups are counted; more are as good as many. */
const COUNTED = 1_000;

export async function finishSweep(
  deps: SweepTenantsDeps,
  request: SweepRequest,
): Promise<SweepRecord['status']> {
  const record = await deps.sweeps.read(request.sweepId);
  if (record?.status !== 'following-up') return record?.status ?? 'skipped';
  const now = deps.clock();
  const open = await deps.followUps.open(record.sweepId, COUNTED);
  if (open > 0 && now.getTime() - Date.parse(record.assessedAt ?? record.startedAt) < deps.finishLimitMs) {
    await deps.sweeps.lease(record.sweepId, new Date(now.getTime() + deps.leaseMs), now);
    await askToFinish(deps, request);
    return 'following-up';
  }
  const baseline = (await deps.sweeps.lastFinished()) === null;
  const states = await countStates(deps, record, now);
  const finished: SweepRecord = {
    ...record,
    status: 'finished',
    finishedAt: now.toISOString(),
    openFollowUps: open,
    baseline,
    states,
  };
  // Before it is on record: a sweep that has finished is not looked at again.
  await deps.outbox.announce([sweepAnnouncement(finished)]);
  await deps.sweeps.write(finished);
  await deps.sweeps.release(record.sweepId);
  deps.log.info('sweep.finished', { sweepId: record.sweepId, openFollowUps: open, baseline, ...states });
  return 'finished';
}

/** Counts tenants by state, as they stand with this sweep. */
async function countStates(
  deps: SweepTenantsDeps,
  sweep: SweepRecord,
  now: Date,
): Promise<Record<string, number>> {
  const links = await linksOnRecord(deps.links.all());
  const { principals } = deps.passRules;
  const basis = { links, sweep, principals, now, staleAfterMs: deps.staleAfterMs };
  const states: Record<string, number> = {};
  for await (const { summary } of deps.list.all()) {
    const { state } = standingOn(basis, summary);
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}
