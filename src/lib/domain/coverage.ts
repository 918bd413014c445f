import { isReady, type Authorization, type Delegation } from './delegation.ts';
import { sameId } from './guid.ts';
import type { Principal } from './principal.ts';
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

  const mine = rolesOf(permanent, ours);
  const earning = mine.filter((role) => roles.standing(role) === 'earns');
  if (earning.length > 0) return { verdict: 'earning', roleIds: earning };
  const unknown = mine.filter((role) => roles.standing(role) === 'unknown');
  if (unknown.length > 0) return { verdict: 'role-unknown', roleIds: unknown };
  if (mine.length > 0) return { verdict: 'role-not-eligible', roleIds: mine };

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

function rolesOf(authorizations: readonly Authorization[], principalIds: readonly string[]): string[] {
  const held = authorizations.filter(({ principalId }) => principalIds.some((id) => sameId(id, principalId)));
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

/** Whether going from one verdict to the other is bad news, which needs a direct read as proof. */
export function isWorse(from: Verdict, to: Verdict): boolean {
  return HEALTH[to] < HEALTH[from];
}

const GAP_VERDICTS: ReadonlySet<Verdict> = new Set<Verdict>([
  'role-not-eligible',
  'eligible-only',
  'other-principal',
  'wrong-object-id',
  'principal-missing',
  'gone',
]);

const DAY_MS = 86_400_000;

/**
 * Whether a scope that has had a verdict for `heldMs` is a gap. A delegation that is not ready gets a day first; an
 * unknown role is unproven, not bad; an inactive or never seen scope loses nothing.
 */
export function isGap(verdict: Verdict, heldMs: number): boolean {
  return GAP_VERDICTS.has(verdict) || (verdict === 'delegation-not-ready' && heldMs >= DAY_MS);
}
