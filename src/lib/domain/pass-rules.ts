import type { Agreement, PartnerRole } from './agreement.ts';
import type { Identities } from './coverage.ts';
import type { Principal } from './principal.ts';
import type { RoleTable } from './role-table.ts';
import { accessKindsOf, type AccessKind, type Registration } from './tenant.ts';
import type { WatchRules } from './watch.ts';

/** What every pass judges by, whoever's tenant it looks at. */
export interface PassRules {
  readonly managingTenantId: string;
  /** The first one is the default. */
  readonly principals: readonly Principal[];
  /** Which principal is for which tenants; the first rule that fits decides. */
  readonly principalRules: readonly PrincipalRule[];
  readonly partnerRole: PartnerRole;
  readonly watchRules: WatchRules;
  readonly roles: RoleTable;
  readonly expectDelegationWithinMs: number;
}

/** What one tenant is judged by. */
export interface AssessmentRules {
  readonly managingTenantId: string;
  readonly identities: Identities;
  readonly partnerRole: PartnerRole;
  readonly watchRules: WatchRules;
  readonly roles: RoleTable;
  /** How long after the announcement a delegation may take to show (milliseconds). */
  readonly expectDelegationWithinMs: number;
}

/** Names a principal for the tenants that fit; everything given has to fit. */
export interface PrincipalRule {
  readonly principal: string;
  /** Tags the tenant carries, each with this value. */
  readonly tag?: Readonly<Record<string, string>> | undefined;
  /** The tenant's agreement, as it was told. */
  readonly agreement?: Agreement | undefined;
  /** A way in which we hold access to the tenant. */
  readonly accessKind?: AccessKind | undefined;
  /** Lower-case tenant ids. */
  readonly tenantIds?: readonly string[] | undefined;
}

/**
 * The principal a tenant uses: the one it names, else that of the first rule that fits, else the default; null when the
 * settings do not name it.
 */
export function principalFor(
  { principals, principalRules }: Pick<PassRules, 'principals' | 'principalRules'>,
  registration: Registration,
): Principal | null {
  const named =
    registration.facts.principal ?? principalRules.find((rule) => fits(rule, registration))?.principal;
  const found =
    named === undefined ? principals[0] : principals.find((principal) => principal.name === named);
  return found ?? null;
}

function fits(rule: PrincipalRule, registration: Registration): boolean {
  const { facts, tenantId } = registration;
  return (
    Object.entries(rule.tag ?? {}).every(([tag, value]) => facts.tags?.[tag] === value) &&
    (rule.agreement === undefined || rule.agreement === (facts.agreement ?? 'unknown')) &&
    (rule.accessKind === undefined || accessKindsOf(registration).includes(rule.accessKind)) &&
    (rule.tenantIds === undefined || rule.tenantIds.includes(tenantId.toLowerCase()))
  );
}

/** Facts that choose, by these rules, what is watched or which principal is used: who changes them may weaken that. */
export function decidingFacts({
  watchRules,
  principalRules,
}: Pick<PassRules, 'watchRules' | 'principalRules'>): ('tags' | 'agreement')[] {
  const hasTags = (tags: object | undefined) => Object.keys(tags ?? {}).length > 0;
  const byTag =
    hasTags(watchRules.include?.tags) ||
    hasTags(watchRules.exclude?.tags) ||
    principalRules.some(({ tag }) => hasTags(tag));
  const byAgreement = principalRules.some(({ agreement }) => agreement !== undefined);
  return [...(byTag ? (['tags'] as const) : []), ...(byAgreement ? (['agreement'] as const) : [])];
}

export function rulesFor(rules: PassRules, principal: Principal): AssessmentRules {
  return {
    ...rules,
    identities: { principal, others: rules.principals.filter((other) => other !== principal) },
  };
}
