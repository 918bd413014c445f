import { betterOf, isSeen } from './coverage.ts';
import { isHarmless, latest } from './gap.ts';
import { endOf, judgeAssigned, judgeReading, notVisible } from './judged-scopes.ts';
import type { AssessmentRules } from './pass-rules.ts';
import { inOrder, type Reading } from './reading.ts';
import { groupOf, isWithin, keyOf, scopeKey, subscriptionScope } from './scope.ts';
import { atRiskSince, coveredThrough, type ScopeRecord, type TenantRecord } from './tenant-record.ts';
import { observedKinds, type ObservedKind } from './tenant.ts';

/** What a look showed, by way of access. */
export interface Ways {
  readonly readings: Readonly<Record<ObservedKind, readonly Reading[] | null>>;
  readonly expected: readonly ObservedKind[];
  readonly at: Date;
  /** The last look before this one that saw the tenant well (ISO instant). */
  readonly seenAt: string | null;
}

export interface ScopesAfter {
  readonly scopes: readonly ScopeRecord[];
  /** Keys of scopes that could not be read: nothing about them may change, not even by the passing of time. */
  readonly unread: ReadonlySet<string>;
}

/**
 * Judges each way of access by itself; a scope that several of them reach is as good as its best coverage, and a resource
 * group as good as its subscription by any of them.
 */
export function scopesAfter(before: TenantRecord, ways: Ways, rules: AssessmentRules): ScopesAfter {
  const known = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const each = observedKinds.map((kind): ScopesAfter => {
    const part = coveredThrough(before, kind);
    const readings = ways.readings[kind];
    const { scopes, unread } = readings
      ? scopesThrough(part, readings, ways.at, rules)
      : unseen(ways.expected.includes(kind) ? part.scopes : []);
    return { scopes: scopes.map((scope) => ({ ...scope, coveredBy: [kind] })), unread };
  });
  const groups = each.flatMap(({ scopes }) => scopes).filter(isSeenGroup);
  const shown = [...each, ...each.map((way) => handedDown(way, groups))];
  const all = [...shown, standing(before, ways, shown)];
  const found = Map.groupBy(
    all.flatMap(({ scopes }) => scopes),
    ({ scope }) => keyOf(scope),
  );
  const read = new Set(
    all.flatMap(({ scopes, unread }) =>
      scopes.map(({ scope }) => keyOf(scope)).filter((key) => !unread.has(key)),
    ),
  );
  const since = atRiskSince(before);
  const scopes = [...found].flatMap(([key, [first, ...others]]) => {
    if (!first) return [];
    const earlier = known.get(key);
    const best = bestRecordOf([first, ...others], earlier);
    return read.has(key) ? { ...best, lastEarningAt: earnedUntil(best, earlier, ways, since) } : best;
  });
  return {
    scopes: withoutCovered(scopes).sort((a, b) => a.scope.localeCompare(b.scope)),
    unread: new Set([...found.keys()].filter((key) => !read.has(key))),
  };
}

function isSeenGroup({ scope, verdict }: ScopeRecord): boolean {
  return isSeen(verdict) && groupOf(scope) !== null;
}

function earnsWhole({ scope, verdict }: ScopeRecord): boolean {
  return verdict === 'earning' && groupOf(scope) === null;
}

/** What one way of access hands down from subscriptions that earn by it, to groups that only other ways show. */
function handedDown({ scopes, unread }: ScopesAfter, groups: readonly ScopeRecord[]): ScopesAfter {
  const own = new Set(groups.length > 0 ? scopes.map(({ scope }) => keyOf(scope)) : []);
  const below = Map.groupBy(
    groups.filter(({ scope }) => !own.has(keyOf(scope))),
    ({ subscriptionId }) => subscriptionId,
  );
  const handed = scopes.filter(earnsWhole).flatMap((whole) =>
    (below.get(whole.subscriptionId) ?? []).map(({ scope, directAt }) => ({
      whole,
      group: { ...whole, scope, inherited: true, directAt },
    })),
  );
  const unknown = handed.filter(({ whole }) => unread.has(keyOf(whole.scope)));
  return {
    scopes: handed.map(({ group }) => group),
    unread: new Set(unknown.map(({ group }) => keyOf(group.scope))),
  };
}

/**
 * Groups on record that earn with their subscriptions, and that nothing shows now. Which way showed them is not on
 * record: so they stand while one that may show them could not be read.
 */
function standing(before: TenantRecord, ways: Ways, shown: readonly ScopesAfter[]): ScopesAfter {
  const found = new Set(shown.flatMap(({ scopes }) => scopes.map(({ scope }) => keyOf(scope))));
  const isUnread = (scope: string) =>
    ways.expected.some((kind) => {
      const readings = ways.readings[kind];
      return !readings || readings.some((one) => one.kind === 'unreadable' && isWithin(scope, one.scope));
    });
  return unseen(
    before.scopes.filter(
      ({ scope, verdict, inherited }) =>
        inherited &&
        verdict === 'earning' &&
        groupOf(scope) !== null &&
        !found.has(keyOf(scope)) &&
        isUnread(scope),
    ),
  );
}

/** A group that is gone is covered, not lost, where its subscription earns. */
function withoutCovered(scopes: readonly ScopeRecord[]): ScopeRecord[] {
  const whole = new Set(scopes.filter(earnsWhole).map(({ subscriptionId }) => subscriptionId));
  return scopes.filter(
    ({ scope, verdict, subscriptionId }) =>
      !(verdict === 'gone' && groupOf(scope) !== null && whole.has(subscriptionId)),
  );
}

/** Scopes of a way of access that nobody looked at: they stand as they are. */
function unseen(scopes: readonly ScopeRecord[]): ScopesAfter {
  return { scopes, unread: new Set(scopes.map(({ scope }) => keyOf(scope))) };
}

function bestRecordOf(
  same: readonly [ScopeRecord, ...ScopeRecord[]],
  earlier: ScopeRecord | undefined,
): ScopeRecord {
  const verdict = same.map((scope) => scope.verdict).reduce(betterOf);
  const best = same.filter((scope) => scope.verdict === verdict);
  const chosen = best[0] ?? same[0];
  const since = earlier?.verdict === verdict ? earlier.since : chosen.since;
  return {
    ...chosen,
    since,
    coveredBy: observedKinds.filter((kind) => best.some(({ coveredBy }) => coveredBy.includes(kind))),
    endsAt: endOf(best),
    provenAt: latest(earlier?.provenAt, ...same.map(({ provenAt }) => provenAt)),
  };
}

/**
 * The last look at which a scope lost nothing, if it has ever earned: looks at which it earned, or was inactive or
 * unproven. Nothing is lost before `since`.
 */
function earnedUntil(
  { verdict }: ScopeRecord,
  earlier: ScopeRecord | undefined,
  { at, seenAt }: Pick<Ways, 'at' | 'seenAt'>,
  since: string,
): string | null {
  if (verdict === 'earning' || !earlier) return null;
  if (earlier.verdict !== 'earning' && earlier.lastEarningAt === null) return null;
  if (isHarmless(verdict)) return at.toISOString();
  return isHarmless(earlier.verdict)
    ? latest(seenAt, earlier.since, earlier.directAt, earlier.lastEarningAt, since)
    : latest(earlier.lastEarningAt, since);
}

/** The scopes that one way of access covers, after it was looked at; `before` is what it covered until now. */
function scopesThrough(
  before: TenantRecord,
  readings: readonly Reading[],
  at: Date,
  rules: AssessmentRules,
): ScopesAfter {
  const known = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const after = new Map<string, ScopeRecord>();
  const unread = new Set<string>();
  const replaced = new Set<string>();
  const keep = (record: ScopeRecord) => {
    after.set(keyOf(record.scope), record);
    unread.delete(keyOf(record.scope));
  };

  const bySubscription = Map.groupBy(before.scopes, ({ subscriptionId }) => subscriptionId.toLowerCase());
  for (const reading of inOrder(readings)) {
    const beside = bySubscription.get(reading.scope.subscriptionId.toLowerCase()) ?? [];
    const under = beside.filter(({ scope }) => isWithin(scope, reading.scope));
    const missing = (seen: readonly ScopeRecord[]) => {
      const shown = new Set(seen.map(({ scope }) => keyOf(scope)));
      return under.filter(({ scope }) => !shown.has(keyOf(scope)));
    };
    // What is excluded is no scope of ours; what was on record of it is left out before.
    if (reading.kind === 'excluded') {
      under.forEach(({ scope }) => replaced.add(keyOf(scope)));
      continue;
    }
    if (reading.kind === 'unreadable') {
      under.forEach(keep);
      under.forEach(({ scope }) => unread.add(keyOf(scope)));
    } else if (reading.kind === 'moved') {
      // It ends here and goes on elsewhere, what is remembered of it too.
      beside.forEach(({ scope }) => replaced.add(keyOf(scope)));
    } else if (reading.kind === 'not-visible') keep(notVisible(reading.scope, known, at, before, rules));
    else if (reading.kind === 'gone') under.forEach((scope) => keepGone(scope, at, keep));
    else if (reading.kind === 'role-assignments') {
      const seen = judgeAssigned(reading, under, at, before, rules);
      seen.forEach(keep);
      // Where the subscription shows, its verdict speaks for the resource groups that are not named beside it.
      const speaks = seen.some(({ scope }) => keyOf(scope) === scopeKey(reading.scope));
      if (speaks) missing(seen).forEach(({ scope }) => replaced.add(keyOf(scope)));
      else missing(seen).forEach((scope) => keepGone(scope, at, keep));
    } else {
      const seen = judgeReading(reading, known, at, before, rules);
      seen.forEach(keep);
      // A resource group whose whole subscription earns now is covered with it, not lost.
      const whole = scopeKey(subscriptionScope(reading.facts.subscriptionId));
      const earnsWhole = seen.some(({ scope, verdict }) => keyOf(scope) === whole && verdict === 'earning');
      const lost = missing(seen).filter(({ scope }) => !(earnsWhole && groupOf(scope)));
      // The index may lag: only a direct list proves that a delegation is no longer there.
      lost.forEach((scope) => (reading.direct ? keepGone(scope, at, keep) : keep(scope)));
    }
  }
  // What has gone stays told until it is seen again or an operator accepts it.
  for (const scope of before.scopes) {
    const key = keyOf(scope.scope);
    if (scope.verdict === 'gone' && !after.has(key) && !replaced.has(key)) keep(scope);
  }
  return { scopes: [...after.values()], unread };
}

/**
 * A scope that was inactive or never seen loses nothing by going: it is dropped, not reported as gone. That it has gone was
 * read directly, and an index that still shows it does not bring it back.
 */
function keepGone(scope: ScopeRecord, at: Date, keep: (record: ScopeRecord) => void): void {
  if (scope.verdict === 'subscription-inactive' || scope.verdict === 'not-visible') return;
  const now = at.toISOString();
  const since = scope.verdict === 'gone' ? scope.since : now;
  // Proven by a direct read, which goes before the index like any other.
  keep({ ...scope, verdict: 'gone', endsAt: null, since, directAt: now });
}
