import { refused, type Refused } from '../domain/fault.ts';
import type { Log } from '../domain/log.ts';
import type { Clock, TenantLedger } from '../domain/ports.ts';
import type { TenantRecord, Told } from '../domain/tenant-record.ts';
import { toldCommit } from '../domain/told-change.ts';
import { writeAgain } from './write-again.ts';

export interface RecordToldDeps {
  readonly ledger: Pick<TenantLedger, 'read' | 'commit' | 'note'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a telling comes to for one tenant, held against its record. */
export type ToldDecision =
  | Refused
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'record'; readonly record: TenantRecord; readonly told: Told };

/** What became of a telling; `record` is the tenant's as it stands now. */
export type ToldResult = Refused | { readonly kind: 'recorded' | 'unchanged'; readonly record: TenantRecord };

/**
 * Puts what a person told on a tenant's record, as one change. Told twice, it changes nothing the second time. Throws
 * `Failure` when the ledger cannot be read or written.
 */
export async function recordTold(
  deps: RecordToldDeps,
  { tenantId, causeId }: { readonly tenantId: string; readonly causeId: string },
  decide: (record: TenantRecord, now: Date) => ToldDecision,
): Promise<ToldResult> {
  return writeAgain(async () => {
    const known = await deps.ledger.read(tenantId.toLowerCase());
    if (!known) return refused('unknown-tenant', { field: 'tenantId', problem: 'is not on record' });
    if (known.record.registration.offboardedAt) {
      return refused('offboarded', { field: 'tenantId', problem: 'is no longer ours' });
    }
    const at = deps.clock();
    const decision = decide(known.record, at);
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'unchanged') {
      // The call before this one may have broken off after its commit: writing brings out what it left untold.
      await deps.ledger.note(known, known.record);
      return { kind: 'unchanged', record: known.record };
    }
    const commit = toldCommit(known.record, decision.record, [decision.told], { at, causeId });
    await deps.ledger.commit(known, commit);
    deps.log.info('tenant.told', { tenantId, what: decision.told.what, version: commit.record.version });
    return { kind: 'recorded', record: commit.record };
  });
}
