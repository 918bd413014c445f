import { dporApplies, dporStatus, type DporApplies, type DporStatus, type DporStep } from './dpor.ts';
import { dporInstructions, type Instructions } from './instructions.ts';
import type { TenantRecord } from './tenant-record.ts';
import { agreementIn } from './tenant.ts';

/** One subscription's line in the checklist of partners of record. */
export interface DporItem extends DporApplies {
  readonly subscriptionId: string;
  readonly status: DporStatus;
  /** The partner ID the customer has confirmed; null unless that is how it stands. */
  readonly partnerId: string | null;
  readonly steps: readonly DporStep[];
  /** For the customer; null where no partner of record can be set, or one of ours is. */
  readonly instructions: Instructions | null;
}

/**
 * The checklist of a tenant: every subscription we know of that can have a partner of record, or had one. It stands
 * beside the tenant's state and says nothing of coverage.
 */
export function dporChecklist(record: TenantRecord, wantedPartnerId: string): readonly DporItem[] {
  const { registration, scopes, dpor } = record;
  const known = [
    ...(registration.facts.subscriptionIds ?? []),
    ...scopes.map(({ subscriptionId }) => subscriptionId),
    ...dpor.map(({ subscriptionId }) => subscriptionId),
  ];
  const ids = [...new Set(known.map((id) => id.toLowerCase()))].sort();
  return ids.flatMap((subscriptionId) => {
    const seen = scopes.find((scope) => scope.subscriptionId.toLowerCase() === subscriptionId);
    const applies = dporApplies(agreementIn(registration, subscriptionId), seen?.quotaId ?? null);
    const told = dpor.find((one) => one.subscriptionId === subscriptionId);
    if (applies.applies === 'no' && !told) return [];
    const last = told?.steps.at(-1);
    const partnerId = last?.step === 'confirmed' ? last.partnerId : null;
    const done = partnerId === wantedPartnerId || applies.applies === 'no';
    const where = { tenantId: registration.tenantId, subscriptionId, partnerId: wantedPartnerId };
    return {
      subscriptionId,
      ...applies,
      status: dporStatus(told),
      partnerId,
      steps: told?.steps ?? [],
      instructions: done ? null : dporInstructions(where),
    };
  });
}
