import { isReady, type Authorization, type Delegation } from './delegation.ts';
import { sameId } from './guid.ts';
import type { Principal } from './principal.ts';
import type { ListedRole, RoleAssignment } from './role-assignment.ts';
import type { RoleTable } from './role-table.ts';
import { isActive } from './subscription.ts';

/** The verdicts that come from looking at a scope's delegations, in the order they are tried. */
const judgedVerdicts = [
  'subscription-inactive',
  'delegation-not-ready',
  'earning',
  'role-unknown',
  'role-not-eligible',
  'eligible-only',
  'other-principal',
  'wrong-object-id',
  'principal-missing',
] as const;

/** All verdicts: besides the judged ones, an expected scope nobody sees, and one whose removal is proven. */
export const verdicts = [...judgedVerdicts, 'not-visible', 'gone'] as const;

export type JudgedVerdict = (typeof judgedVerdicts)[number];
export type Verdict = (typeof verdicts)[number];

/** Everything a scope is judged by. */
export interface ScopeEvidence {
  readonly subscriptionState: string;
  /** Delegations to our managing tenant at the scope itself. */
  readonly own: readonly Delegation[];
  /** For a resource group: the delegations on its subscription. */
  readonly inherited: readonly Delegation[];
}

/** The identities a delegation may name. */
export interface Identities {
  readonly principal: Principal;
  /** Our other principals, linked to other partner IDs. */
  readonly others: readonly Principal[];
}

export interface Coverage {
  readonly verdict: JudgedVerdict;
  /** True where the verdict rests on a delegation of the subscription, not of the resource group itself. */
  readonly inherited: boolean;
  /** The roles the verdict rests on: bare GUIDs, so that a person can be told which role is unknown or earns nothing. */
  readonly roleIds: readonly string[];
}

/** Judges one scope: the first verdict that fits, over the union of what is delegated on it and above it. Pure and total. */
export function judgeScope(evidence: ScopeEvidence, identities: Identities, roles: RoleTable): Coverage {
  if (!isActive(evidence.subscriptionState)) {
    return { verdict: 'subscription-inactive', inherited: false, roleIds: [] };
  }
  const union = judgeDelegations([...evidence.own, ...evidence.inherited], identities, roles);
  const own = judgeDelegations(evidence.own, identities, roles);
  return { ...union, inherited: evidence.inherited.length > 0 && own.verdict !== union.verdict };
}

type Judgement = Omit<Coverage, 'inherited'>;

function judgeDelegations(
  delegations: readonly Delegation[],
  { principal, others }: Identities,
  roles: RoleTable,
): Judgement {
  const ready = delegations.filter(isReady);
  if (ready.length === 0) return { verdict: 'delegation-not-ready', roleIds: [] };
  const permanent = ready.flatMap((delegation) => delegation.authorizations);
  const eligible = ready.flatMap((delegation) => delegation.eligibleAuthorizations);
  const ours = [principal.objectId, ...principal.groupIds];

  const held = judgeRoles(rolesOf(permanent, ours), roles);
  if (held) return held;

  const activatable = rolesOf(eligible, ours);
  if (activatable.length > 0) return { verdict: 'eligible-only', roleIds: activatable };

  const everyone = [...permanent, ...eligible];
  const elsewhere = rolesOf(
    everyone,
    others.map((other) => other.objectId),
  );
  if (elsewhere.length > 0) return { verdict: 'other-principal', roleIds: elsewhere };
  const mistaken = rolesOf(everyone, [principal.applicationId, ...principal.formerObjectIds]);
  if (mistaken.length > 0) return { verdict: 'wrong-object-id', roleIds: mistaken };
  return { verdict: 'principal-missing', roleIds: [] };
}

/** Judges the roles the principal holds permanently; null when it holds none. */
function judgeRoles(held: readonly string[], roles: RoleTable): Judgement | null {
  const earning = held.filter((role) => roles.standing(role) === 'earns');
  if (earning.length > 0) return { verdict: 'earning', roleIds: earning };
  const unknown = held.filter((role) => roles.standing(role) === 'unknown');
  if (unknown.length > 0) return { verdict: 'role-unknown', roleIds: unknown };
  return held.length > 0 ? { verdict: 'role-not-eligible', roleIds: held } : null;
}

/** Everything a scope in a tenant is judged by where our service principal lives in that tenant. */
export interface AssignmentEvidence {
  readonly subscriptionState: string;
  /** Roles assigned at the scope itself; of a resource group, also those on resources in it. */
  readonly own: readonly RoleAssignment[];
  /** Roles assigned above it, which are handed down. */
  readonly inherited: readonly RoleAssignment[];
}

/** Whether roles earn as far as their list shows: only then it matters how they came about and when they end. */
export function mayEarn(subscriptionState: string, listed: readonly ListedRole[], roles: RoleTable): boolean {
  return isActive(subscriptionState) && listed.some(({ roleId }) => roles.standing(roleId) === 'earns');
}

/** Judges one scope by role assignments, in the same order as by delegations. Pure and total. */
export function judgeAssignments(evidence: AssignmentEvidence, roles: RoleTable): Coverage {
  if (!isActive(evidence.subscriptionState)) {
    return { verdict: 'subscription-inactive', inherited: false, roleIds: [] };
  }
  const judge = (assignments: readonly RoleAssignment[]): Judgement => {
    const held = judgeRoles(roleIdsOf(assignments.filter(({ activated }) => !activated)), roles);
    if (held) return held;
    const activated = roleIdsOf(assignments);
    return { verdict: activated.length > 0 ? 'eligible-only' : 'principal-missing', roleIds: activated };
  };
  const union = judge([...evidence.own, ...evidence.inherited]);
  const own = judge(evidence.own);
  return { ...union, inherited: evidence.inherited.length > 0 && own.verdict !== union.verdict };
}

function rolesOf(authorizations: readonly Authorization[], principalIds: readonly string[]): string[] {
  const held = authorizations.filter(({ principalId }) => principalIds.some((id) => sameId(id, principalId)));
  return roleIdsOf(held);
}

/** The roles, each once, in an order that stays. */
function roleIdsOf(held: readonly { readonly roleId: string }[]): string[] {
  return [...new Set(held.map(({ roleId }) => roleId))].sort();
}

const HEALTH: Readonly<Record<Verdict, number>> = {
  earning: 3,
  'subscription-inactive': 2,
  'role-unknown': 2,
  'delegation-not-ready': 1,
  'role-not-eligible': 1,
  'eligible-only': 1,
  'other-principal': 1,
  'wrong-object-id': 1,
  'principal-missing': 1,
  'not-visible': 0,
  gone: 0,
};

/** Whether somebody sees the scope: the other verdicts tell of one that is expected or remembered. */
export function isSeen(verdict: Verdict): boolean {
  return verdict !== 'not-visible' && verdict !== 'gone';
}

/** Whether going from one verdict to the other is bad news, which needs a direct read as proof. */
export function isWorse(from: Verdict, to: Verdict): boolean {
  return HEALTH[to] < HEALTH[from];
}

/** Best first: what a scope counts as that is reached in several ways. */
const BEST_FIRST: readonly Verdict[] = [
  'earning',
  'subscription-inactive',
  'role-unknown',
  'delegation-not-ready',
  'role-not-eligible',
  'eligible-only',
  'other-principal',
  'wrong-object-id',
  'principal-missing',
  'gone',
  'not-visible',
];

/** The better of two verdicts on one scope. */
export function betterOf(left: Verdict, right: Verdict): Verdict {
  return BEST_FIRST.indexOf(left) <= BEST_FIRST.indexOf(right) ? left : right;
}
