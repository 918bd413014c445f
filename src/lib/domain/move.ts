import type { Arrival, Departure } from './departure.ts';
import { isHarmless, latest, type Gap } from './gap.ts';
import type { Reading } from './reading.ts';
import { keyOf, scopeOf } from './scope.ts';
import { isByHand } from './tenant.ts';
import { atRiskSince, type ScopeRecord, type TenantRecord } from './tenant-record.ts';

type Moved = Extract<Reading, { kind: 'moved' }>;

/**
 * The subscriptions we were told to expect in a tenant, without those that have left it since. Where only people have
 * access, a pass expects to see none of them.
 */
export function expectedSubscriptions({
  registration,
  departures,
}: Pick<TenantRecord, 'registration' | 'departures'>): readonly string[] {
  if (isByHand(registration)) return [];
  const toldAt = registration.factTimes.subscriptionIds ?? '';
  const since = departures.filter(({ at }) => at >= toldAt);
  const left = new Set(since.map(({ subscriptionId }) => subscriptionId));
  return (registration.facts.subscriptionIds ?? []).filter((id) => !left.has(id));
}

/** The readings that prove a move, one a subscription. */
export function movesIn(readings: readonly Reading[]): readonly Moved[] {
  const moved = readings.filter((reading) => reading.kind === 'moved');
  return [...new Map(moved.map((reading) => [reading.scope.subscriptionId, reading])).values()];
}

/** The departures of a tenant after a look: those it proved are added, those it shows back again are forgotten. */
export function departuresAfter(
  before: TenantRecord,
  readings: readonly Reading[],
  {
    at,
    seenAt,
    ended,
  }: { readonly at: Date; readonly seenAt: string | null; readonly ended: readonly Gap[] },
): readonly Departure[] {
  const back = subscriptionsShown(readings);
  const now = movesIn(readings).map(({ scope: { subscriptionId }, to }): Departure => {
    const gaps = ended
      .filter(({ scope }) => scopeOf(scope)?.subscriptionId === subscriptionId)
      .map((gap) => ({ ...gap, closedAt: null, ending: null }));
    const earned = before.scopes
      .filter((scope) => scope.subscriptionId === subscriptionId)
      .flatMap((scope) => {
        const lastEarningAt = earnedUntil(scope, seenAt, atRiskSince(before));
        return lastEarningAt === null ? [] : { scope: scope.scope, lastEarningAt };
      });
    const from = before.registration.tenantId;
    const handOver = { subscriptionId, from, at: at.toISOString(), earned, gaps };
    return { subscriptionId, to, at: at.toISOString(), handOver };
  });
  const replaced = new Set([...back, ...now.map(({ subscriptionId }) => subscriptionId)]);
  return [...before.departures.filter(({ subscriptionId }) => !replaced.has(subscriptionId)), ...now];
}

function earnedUntil(scope: ScopeRecord, seenAt: string | null, since: string): string | null {
  if (scope.verdict !== 'earning' && scope.lastEarningAt === null) return null;
  return isHarmless(scope.verdict)
    ? latest(seenAt, scope.since, scope.directAt, scope.lastEarningAt, since)
    : latest(scope.lastEarningAt, since);
}

/**
 * What has arrived and is shown by this look: only then is it known to be here. What waits to be handed over arrives where
 * it left, when its subscription is back first.
 */
export function arrivedIn(
  { arrivals, departures }: Pick<TenantRecord, 'arrivals' | 'departures'>,
  readings: readonly Reading[],
): readonly Arrival[] {
  const shown = subscriptionsShown(readings);
  const returning = departures.flatMap(({ handOver, to }) => (handOver ? [{ ...handOver, from: to }] : []));
  return [...arrivals, ...returning].filter(({ subscriptionId }) => shown.has(subscriptionId));
}

/** Adds what a scope has earned elsewhere to scopes that do not earn here. */
export function earnedElsewhere(
  scopes: readonly ScopeRecord[],
  arrived: readonly Arrival[],
): readonly ScopeRecord[] {
  const earned = earnedBy(arrived);
  return scopes.map((scope) =>
    scope.verdict === 'earning'
      ? scope
      : { ...scope, lastEarningAt: scope.lastEarningAt ?? earned.get(keyOf(scope.scope)) ?? null },
  );
}

/**
 * The open gaps of a tenant with those that arrived: of a scope that has one in both, one that began where it began. So
 * it makes no difference whether the old tenant's pass was first, or the new one's.
 */
export function gapsWithArrived(open: readonly Gap[], arrived: readonly Arrival[], at: Date): readonly Gap[] {
  const earned = earnedBy(arrived);
  const incoming = new Map(arrived.flatMap(({ gaps }) => gaps).map((gap) => [keyOf(gap.scope), gap]));
  const own = new Set(open.map(({ scope }) => keyOf(scope)));
  const merged = open.map((gap): Gap => {
    const other = incoming.get(keyOf(gap.scope));
    const lastEarningAt = gap.lastEarningAt ?? earned.get(keyOf(gap.scope)) ?? null;
    if (!other) return lostSince({ ...gap, lastEarningAt });
    return lostSince({
      ...gap,
      firstBadAt: other.firstBadAt < gap.firstBadAt ? other.firstBadAt : gap.firstBadAt,
      lastEarningAt: other.lastEarningAt,
      acceptance: gap.acceptance ?? other.acceptance,
    });
  });
  const added = [...incoming.values()]
    .filter(({ scope }) => !own.has(keyOf(scope)))
    .map((gap) => ({ ...gap, openedAt: at.toISOString() }));
  return [...merged, ...added];
}

/** A gap with what another tenant knows of it: what was seen bad was lost by then, whatever was still believed there. */
function lostSince(gap: Gap): Gap {
  const isLater = gap.lastEarningAt !== null && gap.lastEarningAt > gap.firstBadAt;
  return isLater ? { ...gap, lastEarningAt: gap.firstBadAt } : gap;
}

function earnedBy(arrived: readonly Arrival[]): ReadonlyMap<string, string> {
  return new Map(arrived.flatMap(({ earned }) => earned).map((one) => [keyOf(one.scope), one.lastEarningAt]));
}

function subscriptionsShown(readings: readonly Reading[]): ReadonlySet<string> {
  return new Set(
    readings.flatMap((reading) =>
      reading.kind === 'delegations' || reading.kind === 'role-assignments'
        ? reading.scope.subscriptionId
        : [],
    ),
  );
}
