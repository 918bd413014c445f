import type { TenantShown } from '../../../lib/domain/listed-standing.ts';
import type { Given } from '../contract/operation.ts';
import type { TenantDetail } from '../contract/tenants.ts';
import { instructionsFor } from './instructions.ts';
import { tenantItemOf } from './tenant-item.ts';

/** One tenant with everything on record of it. */
export function tenantDetailOf(shown: TenantShown): Given<TenantDetail> {
  const { record, links } = shown;
  const { facts, withheld } = record.registration;
  return {
    ...tenantItemOf(shown),
    expectedSubscriptionIds: facts.subscriptionIds ?? [],
    scopes: record.scopes.map(
      ({ scope, subscriptionId, displayName, verdict, inherited, countsFor, principal, ...rest }) => ({
        scope,
        subscriptionId,
        displayName,
        verdict,
        inherited,
        countsFor,
        principal,
        roleIds: rest.roleIds,
        conditional: rest.conditional,
        quotaId: rest.quotaId,
        marketplace: rest.marketplace,
        since: rest.since,
        directAt: rest.directAt,
      }),
    ),
    gaps: record.openGaps.map(({ scope, reason, openedAt, lastEarningAt }) => ({
      scope,
      reason,
      openedAt,
      lastEarningAt,
    })),
    links,
    instructions: instructionsFor(shown),
    withheld,
  };
}
