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

/** What a person told of a tenant, as it was sent. */
export interface ToldRequest {
  readonly tenantId: string;
  /** Unchecked. */
  readonly input: unknown;
  /** Whose token it came with: whom it tells of as having told it is for its sender to say. */
  readonly by: string;
  readonly causeId: string;
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
  { tenantId, by, causeId }: Pick<ToldRequest, 'tenantId' | 'by' | 'causeId'>,
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
    const told = { ...decision.told, sentBy: by };
    const commit = toldCommit(known.record, decision.record, [told], { at, causeId });
    await deps.ledger.commit(known, commit);
    deps.log.info('tenant.told', { tenantId, what: told.what, version: commit.record.version, by });
    return { kind: 'recorded', record: commit.record };
  });
}
