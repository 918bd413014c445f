import { sweepAnnouncement } from '../domain/announcement.ts';
import { addDays, daysAtRisk, RISK_DAYS, type DaysAtRisk } from '../domain/days-at-risk.ts';
import { mergeJoin } from '../domain/merge-join.ts';
import { standingOn } from '../domain/standing.ts';
import { addNews, noNews, type SweepNews, type TenantAt } from '../domain/sweep-news.ts';
import { earlierBeside, isBaselinePending, sweptAt, type SweepRecord } from '../domain/sweep-record.ts';
import type { SweepRequest } from '../domain/sweep.ts';
import { linksOnRecord } from '../domain/tenant-state.ts';
import { askSweep } from './ask-sweep.ts';
import type { SweepTenantsDeps } from './sweep-run.ts';

export async function askToFinish(deps: SweepTenantsDeps, request: SweepRequest): Promise<void> {
  const { sweepId, hop } = request;
  const at = new Date(deps.clock().getTime() + deps.finishPauseMs);
  const step = { do: 'finish', attempt: 0, hop: hop + 1, since: at.toISOString() } as const;
  await askSweep(deps.queues, { ...step, sweepId, at: request.at }, at);
}

/** So many open follow-ups are counted; more are as good as many. */
const COUNTED = 1_000;

/** Writes the summary when the follow-ups have ended or the limit has passed; else looks again later. */
export async function finishSweep(
  deps: SweepTenantsDeps,
  request: SweepRequest,
): Promise<SweepRecord['status']> {
  const assessed = await deps.sweeps.read(request.sweepId);
  if (!assessed) return 'skipped';
  if (assessed.status !== 'following-up') return assessed.status;
  const now = deps.clock();
  const open = await deps.followUps.open(assessed.sweepId, COUNTED);
  if (
    open > 0 &&
    now.getTime() - Date.parse(assessed.assessedAt ?? assessed.startedAt) < deps.finishLimitMs
  ) {
    await deps.sweeps.lease(assessed.sweepId, new Date(now.getTime() + deps.leaseMs), now);
    await askToFinish(deps, request);
    return 'following-up';
  }
  const last = await deps.sweeps.lastFinished();
  const record: SweepRecord = { ...assessed, earlier: earlierBeside(assessed, last) };
  const stock = await takeStock(deps, record, last, now);
  // The states are there before the record that names them; what a crash leaves is written over.
  if (stock.changed) await deps.sweepLists.write('states', record.sweepId, stock.tenants);
  const finished: SweepRecord = {
    ...record,
    status: 'finished',
    finishedAt: now.toISOString(),
    openFollowUps: open,
    baseline: last === null || isBaselinePending(last),
    states: stock.states,
    reasons: stock.reasons,
    daysAtRisk: stock.daysAtRisk,
    news: last?.statesKeptBy ? stock.news : null,
    statesKeptBy: stock.changed ? record.sweepId : (last?.statesKeptBy ?? null),
  };
  // Before it is on record: a sweep that has finished is not looked at again.
  await deps.outbox.announce([sweepAnnouncement(finished)]);
  await deps.sweeps.write(finished);
  if (last) await forget(deps, last, finished);
  deps.log.info('sweep.finished', {
    sweepId: record.sweepId,
    durationMs: now.getTime() - Date.parse(record.startedAt),
    openFollowUps: open,
    baseline: finished.baseline,
    daysAtRiskCertain: stock.daysAtRisk.certain,
    daysAtRiskPossible: stock.daysAtRisk.possible,
    openGaps: stock.openGaps,
    ...stock.states,
  });
  return 'finished';
}

/** The long lists of the sweep before are of no more use. */
async function forget({ sweepLists }: SweepTenantsDeps, last: SweepRecord, now: SweepRecord): Promise<void> {
  if (last.heldScopes > 0) await sweepLists.drop('held', last.sweepId);
  if (last.statesKeptBy !== null && last.statesKeptBy !== now.statesKeptBy) {
    await sweepLists.drop('states', last.statesKeptBy);
  }
}

/** Tenants as they stand with this sweep, and what differs from the last one. */
interface Stock {
  readonly states: Record<string, number>;
  readonly reasons: Record<string, Record<string, number>>;
  readonly daysAtRisk: DaysAtRisk;
  /** Over all tenants, those that are accepted among them. */
  readonly openGaps: number;
  readonly news: SweepNews;
  /** Each tenant's state, and whether any differs from what the last sweep left. */
  readonly tenants: readonly TenantAt[];
  readonly changed: boolean;
}

async function takeStock(
  deps: SweepTenantsDeps,
  sweep: SweepRecord,
  last: SweepRecord | null,
  now: Date,
): Promise<Stock> {
  const links = await linksOnRecord(deps.links.all());
  const basis = { ...deps.passRules, links, sweep, now, staleAfterMs: deps.staleAfterMs };
  const joined = mergeJoin(
    { items: deps.list.all(), keyOf: ({ summary }) => summary.registration.tenantId },
    { items: statesBefore(deps, last), keyOf: ({ tenantId }) => tenantId },
  );
  const states: Stock['states'] = {};
  const reasons: Stock['reasons'] = {};
  const tenants: TenantAt[] = [];
  let atRisk: DaysAtRisk = { certain: 0, possible: 0, neverEarned: 0 };
  let news = noNews;
  let openGaps = 0;
  let changed = last === null;
  for await (const { key: tenantId, left: listed, right: before } of joined) {
    if (!listed) {
      changed = true;
      continue;
    }
    const { summary } = listed;
    const { state, reason } = standingOn(basis, summary);
    const window = { days: RISK_DAYS, now, sweptAt: sweptAt(summary, sweep) };
    atRisk = addDays(atRisk, daysAtRisk(summary, window));
    states[state] = (states[state] ?? 0) + 1;
    openGaps += summary.openGaps;
    if (reason !== null) {
      const ofState = (reasons[state] ??= {});
      ofState[reason] = (ofState[reason] ?? 0) + 1;
    }
    news = addNews(news, { tenantId, state }, before?.state ?? null);
    changed ||= before?.state !== state;
    tenants.push({ tenantId, state });
  }
  return { states, reasons, daysAtRisk: atRisk, openGaps, news, tenants, changed };
}

async function* statesBefore(
  { sweepLists }: SweepTenantsDeps,
  last: SweepRecord | null,
): AsyncGenerator<TenantAt> {
  if (last?.statesKeptBy) yield* sweepLists.read('states', last.statesKeptBy);
}
