import { isConflict } from '../domain/failure.ts';
import type { FoundTenant } from '../domain/found-tenant.ts';
import type { Clock, FoundTenants, Queues, TenantLedger } from '../domain/ports.ts';
import { applyTelling } from '../domain/tenant.ts';
import { ask } from './ask.ts';

export interface FoundTenantsDeps {
  readonly found: FoundTenants;
  readonly ledger: TenantLedger;
  readonly queues: Queues;
  readonly clock: Clock;
}

/** Who decides, and the id under which a repeated decision is the same one (at most 40 characters). */
export interface Decision {
  readonly by: string;
  readonly causeId: string;
}

/** Decisions about customers that a sweep has found without their having been announced (`ADOPT=review`). */
export interface DecideFoundTenants {
  /** Those put up for decision and those dismissed, in the order of tenant ids. */
  list(): AsyncIterable<FoundTenant>;
  /** Registers a customer and asks for a look at it. Adopting what was dismissed, or is on record already, is no error. */
  adopt(tenantId: string, decision: Decision): Promise<'adopted' | 'not-found'>;
  /** None of ours: no sweep puts it up again, or registers it, while it is delegated to us. */
  dismiss(tenantId: string, decision: Decision): Promise<'dismissed' | 'not-found'>;
}

/** Throws `Failure` when the ledger or the queue cannot be written; deciding again then completes what was begun. */
export function makeDecideFoundTenants(deps: FoundTenantsDeps): DecideFoundTenants {
  const adopt = async (tenantId: string, decision: Decision) => {
    const isFound = (await deps.found.read(tenantId)) !== null;
    const known = await deps.ledger.read(tenantId);
    if (!isFound && !known) return 'not-found' as const;
    if (!known) await register(deps, tenantId);
    await ask(deps.queues, {
      subject: 'tenant',
      id: tenantId,
      cause: { kind: 'operator', id: decision.causeId },
      attempt: 0,
      hop: 0,
      since: deps.clock().toISOString(),
    });
    await deps.found.remove(tenantId);
    return 'adopted' as const;
  };
  return {
    list: () => deps.found.all(),
    adopt,
    async dismiss(tenantId, { by }) {
      const known = await deps.found.read(tenantId);
      if (!known) return 'not-found';
      if (known.record.dismissed) return 'dismissed';
      const dismissed = { by, at: deps.clock().toISOString() };
      await deps.found.write({ ...known.record, dismissed }, known.etag);
      return 'dismissed';
    },
  };
}

async function register({ ledger, clock }: FoundTenantsDeps, tenantId: string): Promise<void> {
  const at = clock();
  const registration = applyTelling(null, {
    tenantId,
    facts: {},
    presence: 'onboarded',
    at,
    heardAt: at,
    source: 'operator',
    trusted: true,
  });
  try {
    await ledger.register(registration, null);
  } catch (error) {
    // Announced or adopted by somebody else in the meantime: that is what was wanted.
    if (!isConflict(error)) throw error;
  }
}
