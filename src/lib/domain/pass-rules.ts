import type { Identities } from './coverage.ts';
import type { Principal } from './principal.ts';
import type { RoleTable } from './role-table.ts';

/** What every pass judges by, whoever's tenant it looks at. */
export interface PassRules {
  readonly managingTenantId: string;
  /** The first one is the default. */
  readonly principals: readonly Principal[];
  readonly roles: RoleTable;
  readonly expectDelegationWithinMs: number;
}

/** What one tenant is judged by. */
export interface AssessmentRules {
  readonly managingTenantId: string;
  readonly identities: Identities;
  readonly roles: RoleTable;
  /** How long after the announcement a delegation may take to show (milliseconds). */
  readonly expectDelegationWithinMs: number;
}

/** The principal a tenant uses: the one it names, else the default; null when the settings do not name it. */
export function principalFor(
  { principals }: Pick<PassRules, 'principals'>,
  name: string | undefined,
): Principal | null {
  return (
    (name === undefined ? principals[0] : principals.find((principal) => principal.name === name)) ?? null
  );
}

export function rulesFor(rules: PassRules, principal: Principal): AssessmentRules {
  return {
    ...rules,
    identities: { principal, others: rules.principals.filter((other) => other !== principal) },
  };
}
