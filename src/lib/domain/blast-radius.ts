import type { Principal } from './principal.ts';
import { principalFor, type PassRules } from './pass-rules.ts';
import type { ObservedKind } from './tenant.ts';
import { standsOn, type TenantSummary } from './tenant-summary.ts';
import { isWhollyExcluded } from './watch.ts';

/** How much rests on one link. */
export interface Affected {
  /** Tenants of ours whose state rests on it. */
  readonly tenants: number;
  /** Their scopes that earn through it. */
  readonly scopes: number;
}

export const nothingAffected: Affected = { tenants: 0, scopes: 0 };

/**
 * Whether a tenant's state rests on a principal's link: the one at home, or the one in the tenant itself. The state of one
 * that the settings exclude rests on nothing.
 */
export function restsOn(
  tenant: Pick<TenantSummary, 'registration' | 'phase' | 'coveredBy'>,
  link: { readonly principal: Principal; readonly tenantId: string },
  rules: Pick<PassRules, 'principals' | 'principalRules' | 'watchRules'>,
): boolean {
  const { registration } = tenant;
  if (isWhollyExcluded(rules.watchRules, tenant)) return false;
  if (registration.offboardedAt || principalFor(rules, registration) !== link.principal) return false;
  const kinds = standsOn(tenant);
  return link.tenantId === link.principal.homeTenantId
    ? kinds.includes('lighthouse')
    : link.tenantId === registration.tenantId && kinds.includes('service-principal');
}

/** Adds a tenant that rests on a link, which covers it by one way of access. */
export function affecting(sum: Affected, { earningBy }: TenantSummary, kind: ObservedKind): Affected {
  const scopes = earningBy
    .filter(({ kinds }) => kinds.includes(kind))
    .reduce((count, earning) => count + earning.scopes, 0);
  return { tenants: sum.tenants + 1, scopes: sum.scopes + scopes };
}
