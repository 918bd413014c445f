import { betterOf } from './coverage.ts';
import { isHarmless, latest } from './gap.ts';
import { judgeAssigned, judgeReading, notVisible } from './judged-scopes.ts';
import type { AssessmentRules } from './pass-rules.ts';
import { inOrder, type Reading } from './reading.ts';
import { groupOf, isWithin, keyOf, scopeKey, subscriptionScope } from './scope.ts';
import { coveredThrough, type ScopeRecord, type TenantRecord } from './tenant-record.ts';
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

/** Judges each way of access by itself; a scope that several of them reach is as good as its best coverage. */
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
  const found = Map.groupBy(
    each.flatMap(({ scopes }) => scopes),
    ({ scope }) => keyOf(scope),
  );
  const read = new Set(
    each.flatMap(({ scopes, unread }) =>
      scopes.map(({ scope }) => keyOf(scope)).filter((key) => !unread.has(key)),
    ),
  );
  const { announcedAt } = before.registration;
  const scopes = [...found].flatMap(([key, [first, ...others]]) => {
    if (!first) return [];
    const earlier = known.get(key);
    const best = bestRecordOf([first, ...others], earlier);
    return read.has(key) ? { ...best, lastEarningAt: earnedUntil(best, earlier, ways, announcedAt) } : best;
  });
  return {
    scopes: scopes.sort((a, b) => a.scope.localeCompare(b.scope)),
    unread: new Set([...found.keys()].filter((key) => !read.has(key))),
  };
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
    coveredBy: best.flatMap(({ coveredBy }) => coveredBy),
    provenAt: latest(earlier?.provenAt, ...same.map(({ provenAt }) => provenAt)),
  };
}

/**
 * The last look at which a scope lost nothing, if it has ever earned: looks at which it earned, or was inactive or
 * unproven. Nothing is lost before a tenant is announced, or while it is not ours.
 */
function earnedUntil(
  { verdict }: ScopeRecord,
  earlier: ScopeRecord | undefined,
  { at, seenAt }: Pick<Ways, 'at' | 'seenAt'>,
  announcedAt: string,
): string | null {
  if (verdict === 'earning' || !earlier) return null;
  if (earlier.verdict !== 'earning' && earlier.lastEarningAt === null) return null;
  if (isHarmless(verdict)) return at.toISOString();
  return isHarmless(earlier.verdict)
    ? latest(seenAt, earlier.since, earlier.directAt, earlier.lastEarningAt, announcedAt)
    : latest(earlier.lastEarningAt, announcedAt);
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
  const directAt = at.toISOString();
  keep({ ...scope, verdict: 'gone', since: scope.verdict === 'gone' ? scope.since : directAt, directAt });
}
