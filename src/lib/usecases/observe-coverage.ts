import { reverifySinceOf } from '../domain/agreement-news.ts';
import pLimit from 'p-limit';
import { isSeen, isWorse } from '../domain/coverage.ts';
import { Failure } from '../domain/failure.ts';
import { sameId } from '../domain/guid.ts';
import type { IndexedSubscription } from '../domain/indexed-subscription.ts';
import type { Delegation } from '../domain/delegation.ts';
import { opensGap } from '../domain/gaps-after.ts';
import { verdictsOf } from '../domain/judged-scopes.ts';
import type { AssessmentRules } from '../domain/pass-rules.ts';
import { expectedSubscriptions } from '../domain/move.ts';
import type { DelegationWatch, Estate, EstateIndex } from '../domain/ports.ts';
import type { Reading } from '../domain/reading.ts';
import { scopeKey, scopeOf, subscriptionScope, type Scope } from '../domain/scope.ts';
import { isActive, type SubscriptionFacts } from '../domain/subscription.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { isDelegationWatched, isScopeWatched, isUnseenWatched, watchedPart } from '../domain/watch.ts';

export interface ObserveCoverageDeps {
  readonly index: EstateIndex;
  readonly estate: Estate;
  /** What the activity log said was removed. */
  readonly watch: Pick<DelegationWatch, 'removals'>;
  /** How many direct reads one pass has under way at once. */
  readonly concurrentReads: number;
  /** Above so many direct reads the index is believed, except where it brings worse news. */
  readonly directReadLimit: number;
  /** How far the index may lag behind: for so long a direct read goes before it (milliseconds). */
  readonly indexLagAllowanceMs: number;
  readonly managingTenantId: string;
}

/** A scope to be read, with what the index says of it (null: the index does not know it). */
interface Target {
  readonly scope: Scope;
  readonly indexed: IndexedSubscription | null;
  /** The index shows other delegations to us in the same subscription. */
  readonly beside: boolean;
}

/**
 * Looks at one tenant: the index finds the subscriptions, direct reads prove them. Trouble with a single scope becomes
 * an `unreadable` reading; throws `Failure` only when the index cannot be asked.
 */
export async function observeCoverage(
  deps: ObserveCoverageDeps,
  record: TenantRecord,
  rules: AssessmentRules,
  { now, rereadGone }: { readonly now: Date; readonly rereadGone: boolean },
): Promise<Reading[]> {
  const indexed = await deps.index.find(record.registration.tenantId);
  const shared = sharing(deps);
  const watched = watchedIn(record, indexed, rules);
  const targets = targetsOf(watched, rules.managingTenantId, rereadGone);
  const believe = targets.length > deps.directReadLimit;
  const limit = pLimit(deps.concurrentReads);
  const expected = new Set(watched.expected);
  const partOf = bySubscription(record);

  const readings = targets.map((target) =>
    limit(async (): Promise<Reading | null> => {
      const part = believe ? partOf(target.scope.subscriptionId) : null;
      const indexReading = part && believed(target, part, rules, deps.indexLagAllowanceMs, now);
      if (indexReading) return indexReading;
      try {
        return await readDirectly(shared, target, record, {
          expected: expected.has(target.scope.subscriptionId),
          now,
          rules,
        });
      } catch (error) {
        if (error instanceof Failure) return { kind: 'unreadable', scope: target.scope, failure: error };
        throw error;
      }
    }),
  );
  const read = (await Promise.all(readings)).filter((reading) => reading !== null);
  return [...watched.excluded.map((scope) => ({ kind: 'excluded' as const, scope })), ...read];
}

/**
 * What proves a removal is the same for every scope of a look: it is read once, by the first that needs it. The index has
 * spoken by then, so that the list of subscriptions is no older.
 */
function sharing(deps: ObserveCoverageDeps): ObserveCoverageDeps {
  let listed: ReturnType<Estate['subscriptions']> | null = null;
  let removed: ReturnType<DelegationWatch['removals']> | null = null;
  const estate = { ...deps.estate, subscriptions: () => (listed ??= deps.estate.subscriptions()) };
  const watch = { removals: (tenantId: string) => (removed ??= deps.watch.removals(tenantId)) };
  return { ...deps, estate, watch };
}

/** What the settings leave of a tenant to be looked at. */
interface Watched {
  readonly indexed: readonly IndexedSubscription[];
  readonly known: TenantRecord['scopes'];
  /** Subscriptions we were told to expect. */
  readonly expected: readonly string[];
  /** Subscriptions that are delegated to us, and that nobody is to look at. */
  readonly excluded: readonly Scope[];
}

function watchedIn(
  record: TenantRecord,
  indexed: readonly IndexedSubscription[],
  { watchRules, managingTenantId }: AssessmentRules,
): Watched {
  const parts = indexed.map((found) => ({ found, part: watchedPart(watchRules, found, managingTenantId) }));
  const excluded = parts
    .filter(({ found, part }) => !part && found.delegations.some((d) => isOurs(d, managingTenantId)))
    .map(({ found }) => subscriptionScope(found.facts.subscriptionId));
  const left = new Set(excluded.map(({ subscriptionId }) => subscriptionId));
  return {
    indexed: parts.flatMap(({ part }) => part ?? []),
    known: record.scopes.filter((scope) => isScopeWatched(watchRules, scope)),
    expected: expectedSubscriptions(record).filter((id) => !left.has(id) && isUnseenWatched(watchRules, id)),
    excluded,
  };
}

function isOurs(delegation: Delegation, managingTenantId: string): boolean {
  return sameId(delegation.managedByTenantId, managingTenantId);
}

/**
 * What has to be looked at: what the index shows as ours, what we covered before, and what we were told to expect. What
 * has gone shows in the index when it is back; where somebody may know better, it is read without that.
 */
function targetsOf(
  { indexed, known, expected }: Watched,
  managingTenantId: string,
  rereadGone: boolean,
): Target[] {
  const targets = new Map<string, Target>();
  const oursOf = (found: IndexedSubscription) => found.delegations.filter((d) => isOurs(d, managingTenantId));
  const oursIn = new Map(indexed.map((found) => [found.facts.subscriptionId, oursOf(found).length]));
  const add = (scope: Scope, found: IndexedSubscription | null) => {
    const covered =
      targets.has(scopeKey(scope)) || targets.has(scopeKey(subscriptionScope(scope.subscriptionId)));
    const beside = found === null && (oursIn.get(scope.subscriptionId) ?? 0) > 0;
    if (!covered) targets.set(scopeKey(scope), { scope, indexed: found, beside });
  };
  for (const found of indexed) {
    const ours = oursOf(found);
    const whole = ours.some(({ scope }) => scope.resourceGroup === null);
    const managed = found.facts.managedByTenantIds.some((id) => sameId(id, managingTenantId));
    // A resource group delegated alone gives no access to its subscription: it is read by itself.
    if (whole || (managed && ours.length === 0)) add(subscriptionScope(found.facts.subscriptionId), found);
    else ours.forEach(({ scope }) => add(scope, found));
  }
  const bySubscription = new Map(indexed.map((found) => [found.facts.subscriptionId, found]));
  const seen = known.filter(({ verdict }) => isSeen(verdict));
  // Groups first: a subscription that has gone does not stand for them.
  const gone = known
    .filter(({ verdict }) => rereadGone && verdict === 'gone')
    .toSorted((a, b) => b.scope.length - a.scope.length);
  for (const { scope: id } of [...seen, ...gone]) {
    const scope = scopeOf(id);
    if (scope) add(scope, ofScope(scope, bySubscription.get(scope.subscriptionId)));
  }
  const targeted = new Set([...targets.values()].map(({ scope }) => scope.subscriptionId));
  for (const subscriptionId of expected) {
    if (!targeted.has(subscriptionId)) {
      add(subscriptionScope(subscriptionId), bySubscription.get(subscriptionId) ?? null);
    }
  }
  return [...targets.values()];
}

/** The index knows a scope we covered only while it shows a delegation there, not merely its subscription. */
function ofScope(scope: Scope, found: IndexedSubscription | undefined): IndexedSubscription | null {
  const shown = found?.delegations.some((delegation) => scopeKey(delegation.scope) === scopeKey(scope));
  return found && shown ? found : null;
}

/** What is on record of each subscription, sorted once: a large tenant has thousands of them. */
function bySubscription(record: TenantRecord): (subscriptionId: string) => TenantRecord {
  const scopes = Map.groupBy(record.scopes, ({ subscriptionId }) => subscriptionId);
  const openGaps = Map.groupBy(record.openGaps, ({ scope }) => scopeOf(scope)?.subscriptionId);
  return (id) => ({ ...record, scopes: scopes.get(id) ?? [], openGaps: openGaps.get(id) ?? [] });
}

/** The index's word on a subscription, where it may be taken: fresher than no direct read, and no worse than what is on record. */
function believed(
  target: Target,
  record: TenantRecord,
  rules: AssessmentRules,
  allowanceMs: number,
  now: Date,
): Reading | null {
  if (!target.indexed) return null;
  const { facts, delegations } = target.indexed;
  // Managed by us, but its delegation is not indexed yet: the index has nothing to say of it.
  if (!delegations.some((d) => sameId(d.managedByTenantId, rules.managingTenantId))) return null;
  const reading = { kind: 'delegations' as const, scope: target.scope, facts, delegations, direct: false };
  const verdicts = verdictsOf(reading, record, now, rules);
  // A gap is opened by a direct read, never by the index alone.
  if (opensGap(record, verdicts, now)) return null;
  const settled = record.scopes.every((scope) => {
    const verdict = verdicts.get(scopeKey({ id: scope.scope }));
    return (
      verdict !== undefined &&
      !isWorse(scope.verdict, verdict) &&
      reverifySinceOf(record.registration, scope) === null
    );
  });
  const known = new Map(record.scopes.map(({ scope, verdict }) => [scopeKey({ id: scope }), verdict]));
  const isNews = [...verdicts].some(([key, verdict]) => known.get(key) !== verdict);
  const readLately = record.scopes.some(
    ({ directAt }) => directAt !== null && now.getTime() - Date.parse(directAt) < allowanceMs,
  );
  return settled && !(isNews && readLately) ? reading : null;
}

async function readDirectly(
  deps: ObserveCoverageDeps,
  target: Target,
  record: TenantRecord,
  {
    expected,
    now,
    rules,
  }: { readonly expected: boolean; readonly now: Date; readonly rules: AssessmentRules },
): Promise<Reading | null> {
  const { scope, indexed } = target;
  const list = await deps.estate.delegations(scope);
  if (list.kind === 'no-access') return judgeNoAccess(deps, target, record, { status: list.status, now });

  const facts = await subscriptionFacts(deps, scope, indexed);
  const ours = list.value.filter((delegation) => isOurs(delegation, rules.managingTenantId));
  const unwatched = ours.filter((delegation) => !isDelegationWatched(rules.watchRules, delegation));
  const belongs = facts.tenantId === record.registration.tenantId;
  // One that was expected, and that nobody has seen, is not known.
  const known = record.scopes.some(
    ({ subscriptionId, verdict }) => subscriptionId === scope.subscriptionId && verdict !== 'not-visible',
  );
  if (!known && (!belongs || ours.length === 0)) return expected ? { kind: 'not-visible', scope } : null;
  if (ours.length > 0 && hasMoved(deps, facts, record)) return { kind: 'moved', scope, to: facts.tenantId };
  if (ours.length > 0 && unwatched.length === ours.length) return { kind: 'excluded', scope };
  return { kind: 'delegations', scope, facts, delegations: list.value, direct: true };
}

/** Whether a subscription belongs to another customer's tenant than it did. */
function hasMoved(
  { managingTenantId }: Pick<ObserveCoverageDeps, 'managingTenantId'>,
  { tenantId }: SubscriptionFacts,
  { registration }: TenantRecord,
): boolean {
  return tenantId !== registration.tenantId && tenantId !== managingTenantId;
}

/** The index is quick with a subscription's state, but bad news is proven first; what it does not know is read. */
async function subscriptionFacts(
  deps: ObserveCoverageDeps,
  scope: Scope,
  indexed: IndexedSubscription | null,
): Promise<SubscriptionFacts> {
  if (indexed && isActive(indexed.facts.state)) return indexed.facts;
  const read = await deps.estate.subscription(scope.subscriptionId);
  if (read.kind === 'ok') return read.value;
  throw new Failure('denied', `Azure answered ${read.status} when the subscription ${scope.id} was read.`);
}

/**
 * 401, 403 and 404 prove nothing by themselves. A scope we covered is gone only when, besides, the index lacks it and a
 * complete list of subscriptions lacks it too, or lacks our tenant among those that manage it; or when the activity log
 * names its removal; or when the index shows others of our delegations in that subscription, and has had the time it may
 * need to show this one. It has moved when that list shows it managed by us in another tenant.
 */
async function judgeNoAccess(
  deps: ObserveCoverageDeps,
  { scope, indexed, beside }: Target,
  record: TenantRecord,
  { status, now }: { readonly status: number; readonly now: Date },
): Promise<Reading | null> {
  const failure = new Failure(
    'denied',
    `Azure answered ${status} when the delegations of ${scope.id} were read.`,
  );
  if (indexed) return { kind: 'unreadable', scope, failure };
  const covered = record.scopes.filter(
    (known) => known.subscriptionId === scope.subscriptionId && known.verdict !== 'not-visible',
  );
  if (covered.length === 0) return { kind: 'not-visible', scope };
  // What had gone stays gone, and says nothing of others in its subscription.
  const same = covered.find((known) => scopeKey({ id: known.scope }) === scopeKey(scope));
  if (same?.verdict === 'gone') return null;
  const seenLately = covered.some(
    ({ verdict, directAt }) =>
      isSeen(verdict) && directAt !== null && now.getTime() - Date.parse(directAt) < deps.indexLagAllowanceMs,
  );
  if (beside && !seenLately) return { kind: 'gone', scope };
  if (await isRemovedByLog(deps, record, scope)) return { kind: 'gone', scope };

  const listed = (await deps.estate.subscriptions()).get(scope.subscriptionId);
  if (!listed?.managedByTenantIds.includes(deps.managingTenantId)) return { kind: 'gone', scope };
  // Managed by us in another tenant: it has moved, and what is delegated there does not open this scope.
  return hasMoved(deps, listed, record)
    ? { kind: 'moved', scope, to: listed.tenantId }
    : { kind: 'unreadable', scope, failure };
}

/** Whether the activity log names the removal of a scope, after the last time it was read directly. */
async function isRemovedByLog(
  deps: ObserveCoverageDeps,
  record: TenantRecord,
  scope: Scope,
): Promise<boolean> {
  const removals = await deps.watch.removals(record.registration.tenantId);
  const removedAt = removals.get(scopeKey(scope));
  if (removedAt === undefined) return false;
  const known = record.scopes.find((one) => scopeKey({ id: one.scope }) === scopeKey(scope));
  return !known?.directAt || removedAt > known.directAt;
}
