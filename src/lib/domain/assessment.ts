import {
  betterOf,
  type Coverage,
  type Identities,
  isGap,
  isSeen,
  judgeAssignments,
  type JudgedVerdict,
  judgeScope,
} from './coverage.ts';
import type { Delegation } from './delegation.ts';
import type { Failure } from './failure.ts';
import { sameId } from './guid.ts';
import type { RoleAssignment } from './role-assignment.ts';
import type { RoleTable } from './role-table.ts';
import { scopeKey, scopeOf, subscriptionScope, type Scope } from './scope.ts';
import { countsFor, type SubscriptionFacts } from './subscription.ts';
import {
  coveredThrough,
  type Gap,
  type Phase,
  type ScopeRecord,
  type TenantChange,
  type TenantRecord,
} from './tenant-record.ts';
import { observedKinds, observedKindsOf, type ObservedKind } from './tenant.ts';

/** What a look at one subscription, or at one resource group delegated alone, has shown. */
export type Reading =
  | {
      readonly kind: 'delegations';
      readonly scope: Scope;
      readonly facts: SubscriptionFacts;
      /** All delegations at the scope and below it, to whomever. */
      readonly delegations: readonly Delegation[];
      /** True for a direct read; false where only the index spoke. */
      readonly direct: boolean;
    }
  /** Our service principal's roles in the customer's tenant, always read directly. */
  | {
      readonly kind: 'role-assignments';
      readonly scope: Scope;
      readonly facts: SubscriptionFacts;
      /** All of ours above the subscription, at it and below it. */
      readonly assignments: readonly RoleAssignment[];
    }
  /** The removal is proven. */
  | { readonly kind: 'gone'; readonly scope: Scope }
  /** Expected, and nobody sees it; nothing proves that it has gone. */
  | { readonly kind: 'not-visible'; readonly scope: Scope }
  /** The last good observation stands. */
  | { readonly kind: 'unreadable'; readonly scope: Scope; readonly failure: Failure };

export interface AssessmentRules {
  readonly managingTenantId: string;
  readonly identities: Identities;
  readonly roles: RoleTable;
  /** How long after the announcement a delegation may take to show (milliseconds). */
  readonly expectDelegationWithinMs: number;
}

export interface Look {
  readonly at: Date;
  readonly causeId: string;
  /** What the observer saw through the delegations; null where it did not look or could not: what it covers stands. */
  readonly readings: readonly Reading[] | null;
  /** What our service principal saw in the customer's tenant, in the same way. */
  readonly inTenant?: readonly Reading[] | null;
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
 * changes nothing, unless one way of access showed all it covers: a broken one does not hide the other.
 */
export function assess(before: TenantRecord, look: Look, rules: AssessmentRules): Assessment {
  const expected = observedKindsOf(before.registration);
  const readings = { lighthouse: look.readings, 'service-principal': look.inTenant ?? null };
  if (observedKinds.every((kind) => !readings[kind])) return unchanged(before, false);
  const complete = observedKinds.every((kind) =>
    readings[kind] ? isWhole(readings[kind]) : !expected.includes(kind),
  );
  const firstSight = before.phase !== 'covered' && observedKinds.some((kind) => showsAll(readings[kind]));
  if (!complete && before.phase !== 'covered' && !firstSight) return unchanged(before, complete);

  const { scopes, unread } = scopesAfter(before, { readings, expected, at: look.at }, rules);
  const counts = complete || firstSight;
  const phase = counts ? phaseAfter(before, scopes, look.at, rules) : before.phase;
  // The age of a record counts from the first sight on, also where one way of access has never been read well.
  const lastGood = counts ? look.at.toISOString() : before.lastGood;
  if (phase === 'awaiting') return unchanged({ ...before, phase, lastGood }, complete);

  const gaps = gapsAfter(before, { scopes, unread }, look.at);
  const kept = new Set(scopes.map(({ scope }) => keyOf(scope)));
  const droppedScopes = before.scopes.map(({ scope }) => keyOf(scope)).filter((key) => !kept.has(key));
  const record = { ...before, phase, scopes, openGaps: gaps.open, lastGood };
  if (!differs(before, record) && gaps.closed.length === 0) return unchanged(record, complete);

  const version = before.version + 1;
  return {
    record: { ...record, version },
    change: changeOf(before, { ...record, version }, gaps, look),
    closedGaps: gaps.closed,
    droppedScopes,
    complete,
  };
}

/** Closes the record of a tenant that is no longer ours: gaps end, scopes and history stay. */
export function closeRecord(before: TenantRecord, at: Date, causeId: string): Assessment {
  if (before.phase === 'closed') return unchanged(before, true);
  const closedAt = at.toISOString();
  const closed = before.openGaps.map((gap) => ({ ...gap, closedAt }));
  const record: TenantRecord = { ...before, phase: 'closed', openGaps: [], version: before.version + 1 };
  const change = changeOf(before, record, { opened: [], closed }, { at, causeId });
  return { record, change, closedGaps: closed, droppedScopes: [], complete: true };
}

function unchanged(record: TenantRecord, complete: boolean): Assessment {
  return { record, change: null, closedGaps: [], droppedScopes: [], complete };
}

function isWhole(readings: readonly Reading[]): boolean {
  return readings.every(({ kind }) => kind !== 'unreadable');
}

/** Whether one way of access showed everything it covers, and that is not nothing. */
function showsAll(readings: readonly Reading[] | null): boolean {
  if (!readings || !isWhole(readings)) return false;
  return readings.some(({ kind }) => kind === 'delegations' || kind === 'role-assignments');
}

/** What a look showed, by way of access. */
interface Ways {
  readonly readings: Readonly<Record<ObservedKind, readonly Reading[] | null>>;
  readonly expected: readonly ObservedKind[];
  readonly at: Date;
}

interface ScopesAfter {
  readonly scopes: readonly ScopeRecord[];
  /** Keys of scopes that could not be read: nothing about them may change, not even by the passing of time. */
  readonly unread: ReadonlySet<string>;
}

/** Judges each way of access by itself; a scope that several of them reach is as good as its best coverage. */
function scopesAfter(before: TenantRecord, ways: Ways, rules: AssessmentRules): ScopesAfter {
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
  return {
    scopes: [...found.values()]
      .flatMap(([first, ...others]) => (first ? bestRecordOf([first, ...others], known) : []))
      .sort((a, b) => a.scope.localeCompare(b.scope)),
    unread: new Set([...found.keys()].filter((key) => !read.has(key))),
  };
}

/** Scopes of a way of access that nobody looked at: they stand as they are. */
function unseen(scopes: readonly ScopeRecord[]): ScopesAfter {
  return { scopes, unread: new Set(scopes.map(({ scope }) => keyOf(scope))) };
}

function bestRecordOf(
  same: readonly [ScopeRecord, ...ScopeRecord[]],
  known: ReadonlyMap<string, ScopeRecord>,
): ScopeRecord {
  const verdict = same.map((scope) => scope.verdict).reduce(betterOf);
  const best = same.filter((scope) => scope.verdict === verdict);
  const chosen = best[0] ?? same[0];
  const earlier = known.get(keyOf(chosen.scope));
  const since = earlier?.verdict === verdict ? earlier.since : chosen.since;
  return { ...chosen, since, coveredBy: best.flatMap(({ coveredBy }) => coveredBy) };
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

  for (const reading of inOrder(readings)) {
    const under = before.scopes.filter(({ scope }) => isWithin(scope, reading.scope));
    const missing = (seen: readonly ScopeRecord[]) => {
      const shown = new Set(seen.map(({ scope }) => keyOf(scope)));
      return under.filter(({ scope }) => !shown.has(keyOf(scope)));
    };
    if (reading.kind === 'unreadable') {
      under.forEach(keep);
      under.forEach(({ scope }) => unread.add(keyOf(scope)));
    } else if (reading.kind === 'not-visible') keep(notVisible(reading.scope, known, at, rules));
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

/** Lists last: what a list shows of a resource group goes before what a reading of its subscription leaves open. */
function inOrder(readings: readonly Reading[]): Reading[] {
  const rank = ({ kind }: Reading) => (kind === 'delegations' || kind === 'role-assignments' ? 1 : 0);
  return [...readings].sort((a, b) => rank(a) - rank(b));
}

/** A scope that was inactive or never seen loses nothing by going: it is dropped, not reported as gone. */
function keepGone(scope: ScopeRecord, at: Date, keep: (record: ScopeRecord) => void): void {
  if (scope.verdict === 'subscription-inactive' || scope.verdict === 'not-visible') return;
  keep(scope.verdict === 'gone' ? scope : { ...scope, verdict: 'gone', since: at.toISOString() });
}

function notVisible(
  scope: Scope,
  known: ReadonlyMap<string, ScopeRecord>,
  at: Date,
  rules: AssessmentRules,
): ScopeRecord {
  const before = known.get(scopeKey(scope));
  if (before?.verdict === 'not-visible' || before?.verdict === 'gone') return before;
  return {
    scope: scope.id,
    subscriptionId: scope.subscriptionId,
    displayName: before?.displayName ?? null,
    verdict: 'not-visible',
    inherited: false,
    coveredBy: [],
    countsFor: before?.countsFor ?? 'unknown',
    principal: rules.identities.principal.name,
    roleIds: [],
    conditional: false,
    quotaId: before?.quotaId ?? null,
    marketplace: false,
    since: at.toISOString(),
    directAt: null,
  };
}

function judgeReading(
  reading: Extract<Reading, { kind: 'delegations' }>,
  known: ReadonlyMap<string, ScopeRecord>,
  at: Date,
  before: TenantRecord,
  rules: AssessmentRules,
): ScopeRecord[] {
  const ours = reading.delegations.filter((d) => sameId(d.managedByTenantId, rules.managingTenantId));
  const byScope = Map.groupBy(ours, ({ scope }) => scopeKey(scope));
  const above = byScope.get(scopeKey(subscriptionScope(reading.facts.subscriptionId))) ?? [];

  return [...byScope.values()].flatMap((own) => {
    const scope = own[0]?.scope;
    if (!scope) return [];
    const inherited = scope.resourceGroup === null ? [] : above;
    const evidence = { subscriptionState: reading.facts.state, own, inherited };
    const coverage = judgeScope(evidence, rules.identities, rules.roles);
    return {
      ...seenScope(scope, reading.facts, coverage, { at, before, rules }),
      marketplace: own.every(({ marketplace }) => marketplace),
      directAt: reading.direct ? at.toISOString() : (known.get(scopeKey(scope))?.directAt ?? null),
    };
  });
}

/**
 * The scopes our service principal's roles reach in one subscription: the subscription where a role is held at it or
 * above it, and, unless that earns, each resource group with roles of its own. A role on a resource counts for its
 * group. A subscription that shows though no role of ours reaches into it is judged too.
 */
function judgeAssigned(
  { scope: whole, facts, assignments }: Extract<Reading, { kind: 'role-assignments' }>,
  under: readonly ScopeRecord[],
  at: Date,
  before: TenantRecord,
  rules: AssessmentRules,
): ScopeRecord[] {
  const judge = (scope: Scope, own: readonly RoleAssignment[], inherited: readonly RoleAssignment[]) => {
    const coverage = judgeAssignments({ subscriptionState: facts.state, own, inherited }, rules.roles);
    const decisive = [...own, ...inherited].filter(({ roleId }) => coverage.roleIds.includes(roleId));
    const conditional = decisive.length > 0 && decisive.every((assignment) => assignment.conditional);
    return { ...seenScope(scope, facts, coverage, { at, before, rules }), conditional };
  };
  const below = assignments.filter(({ scope }) => groupOf(scope));
  const reaching = assignments.filter(({ scope }) => !groupOf(scope));
  const atWhole = reaching.filter(({ scope }) => sameId(scope, whole.id));
  const above = reaching.filter(({ scope }) => !sameId(scope, whole.id));

  const shows = reaching.length > 0 || below.length === 0;
  const subscription = shows ? [judge(whole, atWhole, above)] : [];
  if (subscription.some(({ verdict }) => verdict === 'earning')) return subscription;

  // A group that has lost its own role falls back to what its subscription hands down, and is told so.
  const named = [...below, ...(shows ? under : [])].flatMap(({ scope }) => groupOf(scope) ?? []);
  const groups = new Map(named.toReversed().map((group) => [scopeKey(group), group]));
  const judged = [...groups.values()].map((group) =>
    judge(
      group,
      below.filter(({ scope }) => isWithin(scope, group)),
      reaching,
    ),
  );
  return [...subscription, ...judged];
}

/** The resource group an ARM id lies in; null for a subscription and for what stands above it. */
function groupOf(armId: string): Scope | null {
  const found = scopeOf(armId);
  return found?.resourceGroup ? found : null;
}

/** What is kept of a scope that was seen; a caller knows more of where it comes from. */
function seenScope(
  scope: Scope,
  facts: SubscriptionFacts,
  coverage: Coverage,
  { at, before, rules }: { at: Date; before: TenantRecord; rules: AssessmentRules },
): ScopeRecord {
  return {
    scope: scope.id,
    subscriptionId: scope.subscriptionId,
    displayName: facts.displayName,
    verdict: coverage.verdict,
    inherited: coverage.inherited,
    coveredBy: [],
    countsFor: countsFor(before.registration.facts.agreement ?? 'unknown', facts.quotaId),
    principal: rules.identities.principal.name,
    roleIds: coverage.roleIds,
    conditional: false,
    quotaId: facts.quotaId,
    marketplace: false,
    since: at.toISOString(),
    directAt: at.toISOString(),
  };
}

function isWithin(scopeId: string, container: Scope): boolean {
  const key = keyOf(scopeId);
  return key === scopeKey(container) || key.startsWith(`${scopeKey(container)}/`);
}

function phaseAfter(
  before: TenantRecord,
  scopes: readonly ScopeRecord[],
  at: Date,
  rules: AssessmentRules,
): Phase {
  if (scopes.some(({ verdict }) => isSeen(verdict))) return 'covered';
  if (before.phase === 'covered' || before.phase === 'not-delegated') return 'not-delegated';
  const expectedBy = Date.parse(before.registration.announcedAt) + rules.expectDelegationWithinMs;
  return at.getTime() < expectedBy ? 'awaiting' : 'not-delegated';
}

interface GapsAfter {
  readonly open: readonly Gap[];
  readonly opened: readonly Gap[];
  readonly closed: readonly Gap[];
}

function gapsAfter(before: TenantRecord, { scopes, unread }: ScopesAfter, at: Date): GapsAfter {
  const openBefore = new Map(before.openGaps.map((gap) => [keyOf(gap.scope), gap]));
  const earlier = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const open: Gap[] = [];
  const opened: Gap[] = [];

  for (const scope of scopes) {
    const gap = openBefore.get(keyOf(scope.scope));
    const bad = isGap(scope.verdict, at.getTime() - Date.parse(scope.since));
    // A delegation that is redeployed, or out of sight, has not been repaired.
    const undecided = scope.verdict === 'delegation-not-ready' || scope.verdict === 'not-visible';
    if (unread.has(keyOf(scope.scope))) {
      if (gap) open.push(gap);
      continue;
    }
    if (gap && (bad || undecided)) open.push(bad ? { ...gap, reason: scope.verdict } : gap);
    else if (bad) {
      const wasEarning = earlier.get(keyOf(scope.scope))?.verdict === 'earning';
      const found: Gap = {
        scope: scope.scope,
        reason: scope.verdict,
        openedAt: at.toISOString(),
        lastEarningAt: wasEarning ? before.lastGood : null,
        closedAt: null,
      };
      opened.push(found);
      open.push(found);
    }
  }
  const still = new Set(open.map(({ scope }) => keyOf(scope)));
  const closed = before.openGaps
    .filter(({ scope }) => !still.has(keyOf(scope)))
    .map((gap) => ({ ...gap, closedAt: at.toISOString() }));
  return { open, opened, closed };
}

function changeOf(
  before: TenantRecord,
  after: TenantRecord,
  gaps: Pick<GapsAfter, 'opened' | 'closed'>,
  look: Pick<Look, 'at' | 'causeId'>,
): TenantChange {
  const from = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope.verdict]));
  const to = new Map(after.scopes.map((scope) => [keyOf(scope.scope), scope.verdict]));
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  return {
    version: after.version,
    at: look.at.toISOString(),
    causeId: look.causeId,
    phase: { from: before.phase, to: after.phase },
    scopes: keys
      .map((scope) => ({ scope, from: from.get(scope) ?? null, to: to.get(scope) ?? null }))
      .filter((difference) => difference.from !== difference.to),
    gapsOpened: gaps.opened.map(({ scope }) => scope),
    gapsClosed: gaps.closed.map(({ scope }) => scope),
  };
}

/** Whether anything differs that people should hear of; a fresher look at the same state does not, nor another order. */
function differs(before: TenantRecord, after: TenantRecord): boolean {
  return signature(before) !== signature(after);
}

function signature({ phase, scopes, openGaps }: TenantRecord): string {
  const seen = scopes.map((s) =>
    [
      keyOf(s.scope),
      s.verdict,
      s.inherited,
      s.coveredBy.join(),
      s.countsFor,
      s.roleIds.join(),
      s.conditional,
    ].join('|'),
  );
  const open = openGaps.map((gap) => [keyOf(gap.scope), gap.reason].join('|'));
  return JSON.stringify([phase, seen.sort(), open.sort()]);
}

function keyOf(scope: string): string {
  return scopeKey({ id: scope });
}

/** Verdicts as a direct reading would give them, to tell whether the index brings worse news than the ledger holds. */
export function verdictsOf(
  reading: Extract<Reading, { kind: 'delegations' }>,
  before: TenantRecord,
  at: Date,
  rules: AssessmentRules,
): ReadonlyMap<string, JudgedVerdict> {
  const records = judgeReading(reading, new Map(), at, before, rules);
  return new Map(records.map((record) => [keyOf(record.scope), record.verdict as JudgedVerdict]));
}
