import { agreementSourceOf, countsFor } from './agreement.ts';
import { judgeAssignments, judgeScope, type Coverage, type JudgedVerdict } from './coverage.ts';
import type { Delegation } from './delegation.ts';
import { latest } from './gap.ts';
import { sameId } from './guid.ts';
import type { AssessmentRules } from './pass-rules.ts';
import type { Reading } from './reading.ts';
import type { RoleAssignment } from './role-assignment.ts';
import { groupOf, isWithin, keyOf, scopeKey, subscriptionScope, type Scope } from './scope.ts';
import type { SubscriptionFacts } from './subscription.ts';
import type { Offer, ScopeRecord, TenantRecord } from './tenant-record.ts';
import { agreementIn } from './tenant.ts';
import { isDelegationWatched } from './watch.ts';

export function notVisible(
  scope: Scope,
  known: ReadonlyMap<string, ScopeRecord>,
  at: Date,
  tenant: TenantRecord,
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
    ...contractOf(scope.subscriptionId, before?.quotaId ?? null, tenant, rules),
    principal: rules.identities.principal.name,
    roleIds: [],
    conditional: false,
    endsAt: null,
    quotaId: before?.quotaId ?? null,
    offers: before?.offers ?? [],
    marketplace: before?.marketplace ?? false,
    since: at.toISOString(),
    directAt: null,
    lastEarningAt: null,
    provenAt: before?.provenAt ?? null,
  };
}

export function judgeReading(
  reading: Extract<Reading, { kind: 'delegations' }>,
  known: ReadonlyMap<string, ScopeRecord>,
  at: Date,
  before: TenantRecord,
  rules: AssessmentRules,
): ScopeRecord[] {
  const ours = reading.delegations.filter((one) => sameId(one.managedByTenantId, rules.managingTenantId));
  const byScope = Map.groupBy(ours, ({ scope }) => scopeKey(scope));
  const above = byScope.get(scopeKey(subscriptionScope(reading.facts.subscriptionId))) ?? [];

  return [...byScope.values()].flatMap((own) => {
    const scope = own[0]?.scope;
    if (!scope) return [];
    const inherited = scope.resourceGroup === null ? [] : above;
    // A scope is watched as a whole: an offer that is excluded may still be what earns there.
    if (!own.some((delegation) => isDelegationWatched(rules.watchRules, delegation))) return [];
    const evidence = { subscriptionState: reading.facts.state, own, inherited };
    const coverage = judgeScope(evidence, rules.identities, rules.roles);
    const seen = seenScope(scope, reading.facts, coverage, { at, before, rules });
    return {
      ...seen,
      offers: offersOf(own),
      marketplace: own.every(({ plan }) => plan !== null),
      directAt: reading.direct ? seen.directAt : (known.get(scopeKey(scope))?.directAt ?? null),
      provenAt: reading.direct ? seen.provenAt : null,
    };
  });
}

/**
 * The scopes our service principal's roles reach in one subscription: the subscription where a role is held at it or
 * above it, and, unless that earns, each resource group with roles of its own. A role on a resource counts for its
 * group. A subscription that shows though no role of ours reaches into it is judged too.
 */
export function judgeAssigned(
  { scope: whole, facts, assignments }: Extract<Reading, { kind: 'role-assignments' }>,
  under: readonly ScopeRecord[],
  at: Date,
  before: TenantRecord,
  rules: AssessmentRules,
): ScopeRecord[] {
  const judge = (scope: Scope, own: readonly RoleAssignment[], inherited: readonly RoleAssignment[]) => {
    const coverage = judgeAssignments({ subscriptionState: facts.state, own, inherited }, rules.roles);
    const decisive = [...own, ...inherited].filter(
      ({ roleId, activated }) =>
        coverage.roleIds.includes(roleId) && activated === (coverage.verdict === 'eligible-only'),
    );
    const conditional = decisive.length > 0 && decisive.every((assignment) => assignment.conditional);
    const endsAt = coverage.verdict === 'earning' ? endOf(decisive) : null;
    return { ...seenScope(scope, facts, coverage, { at, before, rules }), conditional, endsAt };
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

/** When the last of what a scope earns by ends; null where something of it has no end. */
export function endOf(earning: readonly { readonly endsAt: string | null }[]): string | null {
  return earning.every(({ endsAt }) => endsAt !== null)
    ? latest(...earning.map(({ endsAt }) => endsAt))
    : null;
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
    ...contractOf(scope.subscriptionId, facts.quotaId, before, rules),
    principal: rules.identities.principal.name,
    roleIds: coverage.roleIds,
    conditional: false,
    endsAt: null,
    quotaId: facts.quotaId,
    offers: [],
    marketplace: false,
    since: at.toISOString(),
    directAt: at.toISOString(),
    lastEarningAt: null,
    provenAt: coverage.verdict === 'earning' ? at.toISOString() : null,
  };
}

/** The subscription's agreement, how it is known, and what it counts for. */
function contractOf(
  subscriptionId: string,
  quotaId: string | null,
  { registration }: TenantRecord,
  { partnerRole }: AssessmentRules,
): Pick<ScopeRecord, 'agreement' | 'agreementSource' | 'countsFor'> {
  const agreement = agreementIn(registration, subscriptionId);
  return {
    agreement,
    agreementSource: agreementSourceOf(agreement, quotaId),
    countsFor: countsFor(agreement, quotaId, partnerRole),
  };
}

/** Each offer once, in an order of their own: ARM's may differ from list to list. */
function offersOf(delegations: readonly Delegation[]): Offer[] {
  const offers = delegations.map(({ offer, plan }) => ({ name: offer, plan }));
  const distinct = new Map(offers.map((offer) => [JSON.stringify(offer), offer]));
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, offer]) => offer);
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
