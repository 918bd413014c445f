import { reverifySinceOf } from './agreement-news.ts';
import { isSeen } from './coverage.ts';
import { dporAfterMove, type Dpor } from './dpor.ts';
import { latest, type Gap } from './gap.ts';
import { closedLately, endedGaps, gapsAfter } from './gaps-after.ts';
import { arrivedIn, departuresAfter, earnedElsewhere, gapsWithArrived, movesIn } from './move.ts';
import type { AssessmentRules } from './pass-rules.ts';
import { isWhole, showsAll, showsOnlyRefusals, type Reading } from './reading.ts';
import { keyOf, type Scope } from './scope.ts';
import { scopesAfter, type ScopesAfter, type Ways } from './scopes-after.ts';
import { changeOf } from './tenant-change.ts';
import { dporsTold } from './told-change.ts';
import type { Phase, ScopeRecord, TenantRecord, TenantChange } from './tenant-record.ts';
import { isByHand, observedKinds, observedKindsOf, type ObservedKind } from './tenant.ts';
import { isScopeWatched } from './watch.ts';

export interface Look {
  readonly at: Date;
  readonly causeId: string;
  /** What the observer saw through the delegations; null where it did not look or could not: what it covers stands. */
  readonly readings: readonly Reading[] | null;
  /** What our service principal saw in the customer's tenant, in the same way. */
  readonly inTenant?: readonly Reading[] | null;
  /** Ways of access that were refused before they could show anything. */
  readonly refused?: readonly ObservedKind[];
  /** When a sweep saw the tenant well after its own last good look (ISO instant); null or absent otherwise. */
  readonly sweptAt?: string | null;
}

export interface Assessment {
  readonly record: TenantRecord;
  /** What is to be committed as history; null when nothing changed that people should know. */
  readonly change: TenantChange | null;
  readonly closedGaps: readonly Gap[];
  /** Keys of scopes that are no longer kept. */
  readonly droppedScopes: readonly string[];
  /** Whether everything there was to see was seen. */
  readonly complete: boolean;
}

/**
 * Compares what a look has shown with what the ledger holds. Pure and total; the same code for a single pass and for
 * the sweep. An unreadable scope keeps its last verdict, and an incomplete look at a tenant that was never covered
 * changes nothing, unless one way of access showed all it covers: a broken one does not hide the other. Nor does one that
 * is refused and has never shown anything make the other grow old.
 */
export function assess(before: TenantRecord, look: Look, rules: AssessmentRules): Assessment {
  const expected = observedKindsOf(before.registration);
  const readings = { lighthouse: look.readings, 'service-principal': look.inTenant ?? null };
  if (observedKinds.every((kind) => !readings[kind])) return unchanged(before, false);
  const complete = observedKinds.every((kind) =>
    readings[kind] ? isWhole(readings[kind]) : !expected.includes(kind),
  );
  const firstSight = before.phase !== 'covered' && observedKinds.some((kind) => showsAll(readings[kind]));
  const isGood = complete || firstSight || isGoodBesideRefused(before, { expected, readings }, look.refused);
  // The age of a record counts from the first sight on, also where one way of access has never been read well.
  const lastGood = isGood ? look.at.toISOString() : before.lastGood;
  if (!complete && before.phase !== 'covered' && !firstSight)
    return unchanged({ ...before, lastGood }, complete);

  const seenAt = latest(before.lastGood, look.sweptAt);
  const shown = observedKinds.flatMap((kind) => readings[kind] ?? []);
  const arrived = arrivedIn(before, shown);
  const watchedSince = before.phase === 'excluded' ? look.at.toISOString() : before.watchedSince;
  const watched = {
    ...before,
    watchedSince,
    scopes: before.scopes.filter((scope) => isScopeWatched(rules.watchRules, scope)),
  };
  const { scopes: judged, unread } = scopesAfter(watched, { readings, expected, at: look.at, seenAt }, rules);
  const scopes = earnedElsewhere(judged, arrived);
  if (isUnseenByHand(before, scopes)) return unchanged(before, complete);
  const counts = complete || firstSight;
  const phase = counts ? phaseAfter(before, { scopes, readings }, look.at, rules) : before.phase;
  if (phase === 'awaiting') return unchanged({ ...before, phase, lastGood }, complete);

  const moved = movesIn(shown);
  const openGaps = gapsWithArrived(before.openGaps, arrived, look.at);
  const gaps = gapsAfter(
    { ...before, watchedSince, openGaps },
    { scopes, unread },
    { at: look.at, seenAt, rules },
    new Map(moved.map(({ scope, to }) => [scope.subscriptionId, to])),
  );
  const kept = new Set(scopes.map(({ scope }) => keyOf(scope)));
  const droppedScopes = before.scopes.map(({ scope }) => keyOf(scope)).filter((key) => !kept.has(key));
  const closedGaps = closedLately([...before.closedGaps, ...gaps.closed], look.at);
  const departures = departuresAfter({ ...before, watchedSince }, shown, {
    at: look.at,
    seenAt,
    ended: gaps.closed,
  });
  const arrivals = before.arrivals.filter((arrival) => !arrived.includes(arrival));
  const dpor = dporAfterMoves(before, moved, look.at);
  const record = {
    ...before,
    phase,
    watchedSince,
    scopes,
    openGaps: gaps.open,
    closedGaps,
    departures,
    arrivals,
    dpor,
    lastGood,
  };
  const moves = [
    ...moved.map(({ scope: { subscriptionId }, to }) => ({ subscriptionId, to })),
    ...arrived.map(({ subscriptionId, from }) => ({ subscriptionId, from })),
  ];
  if (!differs(before, record) && gaps.closed.length === 0 && moves.length === 0)
    return unchanged(record, complete);

  const version = before.version + 1;
  const told = dporsTold(before.dpor, dpor);
  return {
    record: { ...record, version },
    change: {
      ...changeOf(before, { ...record, version }, gaps, look, moves),
      ...(told.length > 0 ? { told } : {}),
    },
    closedGaps: gaps.closed,
    droppedScopes,
    complete,
  };
}

/**
 * Closes the record of a tenant that is no longer ours, or that the settings exclude: gaps end, history stays, and of
 * an excluded one its scopes.
 * `sweptAt` as in a look.
 */
export function closeRecord(
  before: TenantRecord,
  { at, causeId, sweptAt }: Pick<Look, 'at' | 'causeId' | 'sweptAt'>,
  phase: 'closed' | 'excluded' = 'closed',
): Assessment {
  if (before.phase === phase) return unchanged(before, true);
  const seenAt = latest(before.lastGood, sweptAt);
  const as = phase === 'closed' ? 'offboarded' : 'excluded';
  const closed = endedGaps(before, { as }, { at, seenAt });
  const record: TenantRecord = {
    ...before,
    phase,
    openGaps: [],
    closedGaps: closedLately([...before.closedGaps, ...closed], at),
    // What was delegated and attested before is no measure of what a customer who comes back delegates.
    ...(phase === 'closed' ? { scopes: [], attestations: [] } : {}),
    // Whether it is delegated still, the next sweep tells.
    stillDelegatedSince: null,
    version: before.version + 1,
  };
  const change = changeOf(before, record, { closed }, { at, causeId });
  const droppedScopes = phase === 'closed' ? before.scopes.map(({ scope }) => keyOf(scope)) : [];
  return { record, change, closedGaps: closed, droppedScopes, complete: true };
}

/** Where people link by hand a delegation is a find: that there is none says nothing, until there was one. */
function isUnseenByHand(before: TenantRecord, scopes: readonly ScopeRecord[]): boolean {
  return isByHand(before.registration) && !wasFound(before) && !scopes.some(({ verdict }) => isSeen(verdict));
}

/** Whether anything was delegated before: then it is lost where nothing is seen now, and not merely on its way. */
function wasFound({ phase, scopes }: TenantRecord): boolean {
  if (phase === 'excluded') return scopes.some(({ verdict }) => verdict !== 'not-visible');
  return phase === 'covered' || phase === 'not-delegated';
}

/** What a proven move makes void of the partners of record of the tenant that was left. */
function dporAfterMoves(
  { dpor }: TenantRecord,
  moved: readonly { readonly scope: Scope }[],
  at: Date,
): readonly Dpor[] {
  const left = new Set(moved.map(({ scope }) => scope.subscriptionId));
  const step = { at: at.toISOString(), by: 'the look that proved the move' };
  return dpor.map((one) => (left.has(one.subscriptionId) ? dporAfterMove(one, step) : one));
}

function unchanged(record: TenantRecord, complete: boolean): Assessment {
  return { record, change: null, closedGaps: [], droppedScopes: [], complete };
}

/**
 * Whether a look saw all that is counted, though a way of access was refused that has never shown anything: that one has
 * nothing to grow old. A tenant that has never been read well stays so, and one way at least was read whole.
 */
function isGoodBesideRefused(
  before: TenantRecord,
  { expected, readings }: Pick<Ways, 'expected' | 'readings'>,
  refused: Look['refused'] = [],
): boolean {
  const isRead = (kind: ObservedKind) => readings[kind] !== null && isWhole(readings[kind]);
  const isRefused = (kind: ObservedKind) =>
    readings[kind] ? showsOnlyRefusals(readings[kind]) : refused.includes(kind);
  const isCounted = (kind: ObservedKind) =>
    before.scopes.some(({ verdict, coveredBy }) => verdict !== 'not-visible' && coveredBy.includes(kind));
  return (
    before.lastGood !== null &&
    expected.some(isRead) &&
    expected.every((kind) => isRead(kind) || (isRefused(kind) && !isCounted(kind)))
  );
}

function phaseAfter(
  before: TenantRecord,
  { scopes, readings }: Pick<ScopesAfter, 'scopes'> & Pick<Ways, 'readings'>,
  at: Date,
  rules: AssessmentRules,
): Phase {
  if (scopes.some(({ verdict }) => isSeen(verdict))) return 'covered';
  const excluded = observedKinds.some((kind) =>
    readings[kind]?.some((reading) => reading.kind === 'excluded'),
  );
  if (excluded && scopes.length === 0) return 'excluded';
  if (wasFound(before)) return 'not-delegated';
  const expectedBy = Date.parse(before.registration.announcedAt) + rules.expectDelegationWithinMs;
  return at.getTime() < expectedBy ? 'awaiting' : 'not-delegated';
}

/** Whether anything differs that people should hear of; a fresher look at the same state does not, nor another order. */
function differs(before: TenantRecord, after: TenantRecord): boolean {
  return signature(before) !== signature(after);
}

function signature({ registration, phase, scopes, openGaps }: TenantRecord): string {
  const seen = scopes.map((s) =>
    [
      keyOf(s.scope),
      s.verdict,
      s.inherited,
      s.coveredBy.join(),
      s.agreement,
      s.agreementSource,
      s.countsFor,
      s.principal,
      reverifySinceOf(registration, s),
      JSON.stringify(s.offers),
      s.roleIds.join(),
      s.conditional,
      s.endsAt,
    ].join('|'),
  );
  const open = openGaps.map(({ scope, reason, acceptance }) =>
    [keyOf(scope), reason, acceptance?.until, acceptance?.reopenedAt].join('|'),
  );
  return JSON.stringify([phase, seen.sort(), open.sort()]);
}
