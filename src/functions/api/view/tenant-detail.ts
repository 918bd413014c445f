import type { TenantShown } from '../../../lib/domain/listed-standing.ts';
import { gapIdOf, type Gap } from '../../../lib/domain/gap.ts';
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
    gaps: record.openGaps.map((gap) => ({
      id: gapIdOf(gap),
      scope: gap.scope,
      reason: gap.reason,
      openedAt: gap.openedAt,
      lastEarningAt: gap.lastEarningAt,
      accepted: acceptedOf(gap),
    })),
    asked: record.asked,
    links,
    instructions: instructionsFor(shown),
    withheld,
  };
}

/** An acceptance as long as it runs. */
function acceptedOf({ acceptance }: Gap) {
  if (!acceptance || acceptance.reopenedAt !== null) return null;
  const { by, why, until, ticket } = acceptance;
  return { by, why, until, ticket };
}
