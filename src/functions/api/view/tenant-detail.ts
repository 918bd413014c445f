import type { TenantShown } from '../../../lib/domain/listed-standing.ts';
import { reverifySinceOf } from '../../../lib/domain/agreement-news.ts';
import type { ScopeRecord } from '../../../lib/domain/tenant-record.ts';
import type { Registration } from '../../../lib/domain/tenant.ts';
import type { Attestation } from '../../../lib/domain/attestation.ts';
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
    scopes: record.scopes.map((scope) => scopeItemOf(record.registration, scope)),
    gaps: record.openGaps.map((gap) => ({
      id: gapIdOf(gap),
      scope: gap.scope,
      reason: gap.reason,
      openedAt: gap.openedAt,
      lastEarningAt: gap.lastEarningAt,
      accepted: acceptedOf(gap),
    })),
    attestations: record.attestations.map(attestationOf),
    asked: record.asked,
    links,
    instructions: instructionsFor(shown),
    withheld,
  };
}

function attestationOf(shown: Attestation): Given<TenantDetail>['attestations'][number] {
  const { objectId, partnerId, partnerName, attestedBy, attestedAt, expiresAt } = shown;
  return { objectId, partnerId, partnerName, attestedBy, attestedAt, expiresAt };
}

function scopeItemOf(registration: Registration, record: ScopeRecord): Given<TenantDetail>['scopes'][number] {
  const { scope, subscriptionId, displayName, verdict, inherited, countsFor, agreement, principal } = record;
  const { roleIds, conditional, endsAt, quotaId, marketplace, since, directAt } = record;
  const reverifySince = verdict === 'earning' ? reverifySinceOf(registration, record) : null;
  return {
    ...{ scope, subscriptionId, displayName, verdict, inherited, countsFor, agreement, reverifySince },
    ...{ principal, roleIds, conditional, endsAt, quotaId, marketplace, since, directAt },
  };
}

/** An acceptance as long as it runs. */
function acceptedOf({ acceptance }: Gap) {
  if (!acceptance || acceptance.reopenedAt !== null) return null;
  const { by, why, until, ticket } = acceptance;
  return { by, why, until, ticket };
}
