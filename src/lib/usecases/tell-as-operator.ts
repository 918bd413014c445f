import { isRejected } from '../domain/failure.ts';
import { refused, type Refused } from '../domain/fault.ts';
import type { Log } from '../domain/log.ts';
import type { Clock, Queues, TenantLedger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Facts, Presence } from '../domain/tenant.ts';
import { ask } from './ask.ts';
import { writeTelling } from './write-telling.ts';

export interface TellAsOperatorDeps {
  readonly ledger: TenantLedger;
  readonly queues: Queues;
  readonly principals: readonly Principal[];
  readonly managingTenantId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/** What an operator says of a tenant. */
export interface OperatorsWord {
  readonly tenantId: string;
  readonly facts: Facts;
  readonly presence: Presence;
  /** Who says it. */
  readonly by: string;
  /** Whether the tenant has to be on record already. */
  readonly mustBeKnown: boolean;
}

/** A word that was put on record. */
export interface OperatorTold {
  readonly kind: 'told';
  readonly isNew: boolean;
  /** When the tenant had been offboarded, where this has onboarded it again (ISO instant). */
  readonly backFrom: string | null;
}

export type TellAsOperator = (word: OperatorsWord) => Promise<Refused | OperatorTold>;

/**
 * Registers what an operator says, by the same rules as an event of a trusted source, and asks for a look at the tenant.
 * Said again, it changes nothing. Throws `Failure` when the ledger or the queue cannot be written.
 */
export function makeTellAsOperator(deps: TellAsOperatorDeps): TellAsOperator {
  return async (word) => {
    const problem = await problemWith(deps, word);
    if (problem) return problem;
    const now = deps.clock();
    const { tenantId, facts, presence, by } = word;
    const causeId = deps.newId();
    const telling = {
      tenantId,
      facts,
      presence,
      at: now,
      heardAt: now,
      source: `operator:${by}`,
      trusted: true,
    };
    const written = await writeTelling(deps.ledger, telling, causeId).catch(unlessTooMuch);
    if ('kind' in written) return written;
    const { before, now: after } = written;
    await ask(deps.queues, {
      subject: 'tenant',
      id: tenantId,
      cause: { kind: 'operator', id: causeId },
      attempt: 0,
      hop: 0,
      since: now.toISOString(),
    });
    deps.log.info('tenant.told', { tenantId, what: presence === 'unsaid' ? 'facts' : presence, by });
    const backFrom = after.offboardedAt === null ? (before?.offboardedAt ?? null) : null;
    return { kind: 'told', isNew: before === null, backFrom };
  };
}

/** What the record has no room for, as words for who said it. */
function unlessTooMuch(error: unknown): Refused {
  if (!isRejected(error)) throw error;
  return refused('invalid', { field: '(all)', problem: error.message });
}

/** Why a word is not put on record; null when it is. */
export async function problemWith(
  deps: Pick<TellAsOperatorDeps, 'ledger' | 'principals' | 'managingTenantId'>,
  { tenantId, facts, mustBeKnown }: OperatorsWord,
): Promise<Refused | null> {
  if (tenantId === deps.managingTenantId) {
    const problem = 'is the managing tenant’s own; only customers’ tenants can be registered';
    return refused('invalid', { field: 'tenantId', problem });
  }
  const { principal } = facts;
  if (principal !== undefined && !deps.principals.some(({ name }) => name === principal)) {
    const names = deps.principals.map(({ name }) => name).join(', ');
    return refused('invalid', {
      field: 'principal',
      problem: `is none of those the settings name: ${names}`,
    });
  }
  if (mustBeKnown && !(await deps.ledger.read(tenantId))) {
    return refused('unknown-tenant', { field: 'tenantId', problem: 'is not on record' });
  }
  return null;
}
