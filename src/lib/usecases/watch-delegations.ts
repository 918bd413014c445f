import { looksFor, rangeToRead, type DelegationLogEntry } from '../domain/delegation-log.ts';
import type { Log } from '../domain/log.ts';
import type { Clock, DelegationLog, DelegationWatch, Queues } from '../domain/ports.ts';
import { scopeKey } from '../domain/scope.ts';
import { ask } from './ask.ts';

export interface WatchDelegationsDeps {
  readonly log: Log;
  readonly delegationLog: DelegationLog;
  readonly watch: DelegationWatch;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly digest: (text: string) => string;
  /** How far each look goes back before the last: entries come late (milliseconds). */
  readonly overlapMs: number;
}

/** Gives how many looks were asked for. */
export type WatchDelegations = () => Promise<number>;

/**
 * Reads what has come to the managing tenant's activity log since the last look, and asks for a look at each tenant it
 * names. What the log said of a scope is noted first: a removal is evidence for the pass, never more. The place is kept
 * last, so that a look that broke off is made again; what a pass was asked for is not asked for again. Throws `Failure` when
 * log, table or queue fail: the next look begins where the last good one ended.
 */
export function makeWatchDelegations(deps: WatchDelegationsDeps): WatchDelegations {
  return async () => {
    const { from, to } = rangeToRead(await deps.watch.place(), deps.overlapMs, deps.clock());
    const entries = await deps.delegationLog.entries(from, to);
    const owed: DelegationLogEntry[] = [];
    for (const entry of entries.toSorted((a, b) => a.at.localeCompare(b.at))) {
      if (await deps.watch.note(entry)) owed.push(entry);
    }
    const looks = looksFor(owed);
    for (const { tenantId, correlationId } of looks) {
      await ask(deps.queues, {
        subject: 'tenant',
        id: tenantId,
        cause: { kind: 'delegation-log', id: deps.digest(`${tenantId}|${correlationId}`) },
        attempt: 0,
        hop: 0,
        since: deps.clock().toISOString(),
      });
    }
    for (const entry of newestOf(owed)) await deps.watch.asked(entry);
    await deps.watch.moveTo(to.toISOString());
    deps.log.info('delegations.watched', { entries: entries.length, looks: looks.length });
    return looks.length;
  };
}

/** Of several entries about one scope the last one, which is what stands on record. */
function newestOf(entries: readonly DelegationLogEntry[]): DelegationLogEntry[] {
  return [
    ...new Map(
      entries.map((entry) => [`${entry.tenantId}|${scopeKey({ id: entry.scope })}`, entry]),
    ).values(),
  ];
}
