import { isGap, judgeScope, type Identities, type JudgedVerdict, type Verdict } from './coverage.ts';
import type { Delegation } from './delegation.ts';
import type { Failure } from './failure.ts';
import { sameId } from './guid.ts';
import type { RoleTable } from './role-table.ts';
import { scopeKey, scopeOf, subscriptionScope, type Scope } from './scope.ts';
import { countsFor, type SubscriptionFacts } from './subscription.ts';
import type { Gap, Phase, ScopeRecord, TenantChange, TenantRecord } from './tenant-record.ts';

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
  readonly readings: readonly Reading[];
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
 * changes nothing.
 */
export function assess(before: TenantRecord, look: Look, rules: AssessmentRules): Assessment {
  const complete = look.readings.every(({ kind }) => kind !== 'unreadable');
  if (!complete && before.phase !== 'covered') return unchanged(before, complete);

  const { scopes, unread } = scopesAfter(before, look, rules);
  const phase = complete ? phaseAfter(before, scopes, look.at, rules) : before.phase;
  const lastGood = complete ? look.at.toISOString() : before.lastGood;
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

interface ScopesAfter {
  readonly scopes: readonly ScopeRecord[];
  /** Keys of scopes that could not be read: nothing about them may change, not even by the passing of time. */
  readonly unread: ReadonlySet<string>;
}

function scopesAfter(before: TenantRecord, look: Look, rules: AssessmentRules): ScopesAfter {
  const known = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope]));
  const after = new Map<string, ScopeRecord>();
  const unread = new Set<string>();
  const keep = (record: ScopeRecord) => {
    after.set(keyOf(record.scope), record);
    unread.delete(keyOf(record.scope));
  };

  for (const reading of inOrder(look.readings)) {
    const under = before.scopes.filter(({ scope }) => isWithin(scope, reading.scope));
    if (reading.kind === 'unreadable') {
      under.forEach(keep);
      under.forEach(({ scope }) => unread.add(keyOf(scope)));
    } else if (reading.kind === 'not-visible') keep(notVisible(reading.scope, known, look, rules));
    else if (reading.kind === 'gone') under.forEach((scope) => keepGone(scope, look, keep));
    else {
      const seen = judgeReading(reading, known, look, before, rules);
      seen.forEach(keep);
      const shown = new Set(seen.map(({ scope }) => keyOf(scope)));
      // A resource group whose whole subscription earns now is covered with it, not lost.
      const whole = scopeKey(subscriptionScope(reading.facts.subscriptionId));
      const earnsWhole = seen.some(({ scope, verdict }) => keyOf(scope) === whole && verdict === 'earning');
      const missing = under.filter(
        ({ scope }) => !shown.has(keyOf(scope)) && !(earnsWhole && scopeOf(scope)?.resourceGroup),
      );
      // The index may lag: only a direct list proves that a delegation is no longer there.
      missing.forEach((scope) => (reading.direct ? keepGone(scope, look, keep) : keep(scope)));
    }
  }
  // What has gone stays told until it is seen again or an operator accepts it.
  for (const scope of before.scopes) {
    if (scope.verdict === 'gone' && !after.has(keyOf(scope.scope))) keep(scope);
  }
  return { scopes: [...after.values()].sort((a, b) => a.scope.localeCompare(b.scope)), unread };
}

/** Lists last: what a list shows of a resource group goes before what a reading of its subscription leaves open. */
function inOrder(readings: readonly Reading[]): Reading[] {
  const rank = ({ kind }: Reading) => (kind === 'delegations' ? 1 : 0);
  return [...readings].sort((a, b) => rank(a) - rank(b));
}

/** A scope that was inactive or never seen loses nothing by going: it is dropped, not reported as gone. */
function keepGone(scope: ScopeRecord, look: Look, keep: (record: ScopeRecord) => void): void {
  if (scope.verdict === 'subscription-inactive' || scope.verdict === 'not-visible') return;
  keep(scope.verdict === 'gone' ? scope : { ...scope, verdict: 'gone', since: look.at.toISOString() });
}

function notVisible(
  scope: Scope,
  known: ReadonlyMap<string, ScopeRecord>,
  look: Look,
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
    countsFor: before?.countsFor ?? 'unknown',
    principal: rules.identities.principal.name,
    roleIds: [],
    quotaId: before?.quotaId ?? null,
    marketplace: false,
    since: look.at.toISOString(),
    directAt: null,
  };
}

function judgeReading(
  reading: Extract<Reading, { kind: 'delegations' }>,
  known: ReadonlyMap<string, ScopeRecord>,
  look: Look,
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
    const earlier = known.get(scopeKey(scope));
    const at = look.at.toISOString();
    return {
      scope: scope.id,
      subscriptionId: scope.subscriptionId,
      displayName: reading.facts.displayName,
      verdict: coverage.verdict,
      inherited: coverage.inherited,
      countsFor: countsFor(before.registration.facts.agreement ?? 'unknown', reading.facts.quotaId),
      principal: rules.identities.principal.name,
      roleIds: coverage.roleIds,
      quotaId: reading.facts.quotaId,
      marketplace: own.every(({ marketplace }) => marketplace),
      since: earlier?.verdict === coverage.verdict ? earlier.since : at,
      directAt: reading.direct ? at : (earlier?.directAt ?? null),
    };
  });
}

function isWithin(scopeId: string, container: Scope): boolean {
  const key = keyOf(scopeId);
  return key === scopeKey(container) || key.startsWith(`${scopeKey(container)}/`);
}

const UNSEEN: ReadonlySet<Verdict> = new Set<Verdict>(['not-visible', 'gone']);

function phaseAfter(
  before: TenantRecord,
  scopes: readonly ScopeRecord[],
  at: Date,
  rules: AssessmentRules,
): Phase {
  if (scopes.some(({ verdict }) => !UNSEEN.has(verdict))) return 'covered';
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
    [keyOf(s.scope), s.verdict, s.inherited, s.countsFor, s.roleIds.join()].join('|'),
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
  const records = judgeReading(reading, new Map(), { at, causeId: '', readings: [] }, before, rules);
  return new Map(records.map((record) => [keyOf(record.scope), record.verdict as JudgedVerdict]));
}
