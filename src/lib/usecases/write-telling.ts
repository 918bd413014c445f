import { nothingTold } from '../domain/agreement.ts';
import { Failure } from '../domain/failure.ts';
import type { TenantLedger, Versioned } from '../domain/ports.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { applyTelling, type Registration, type Telling } from '../domain/tenant.ts';
import { registrationCommit } from '../domain/told-change.ts';
import { writeAgain } from './write-again.ts';

/** What a telling came to. */
export interface Told {
  readonly before: Registration | null;
  readonly now: Registration;
}

/** So many characters of what was told a tenant's row has room for, beside all else it holds (1 MiB, as UTF-16). */
const MOST_TOLD = 400_000;
const TOO_MUCH =
  'More was told of this tenant than its record has room for: agreements of about 2,000 single subscriptions. Tell the agreement that most of them have for the tenant, and of single ones only what differs.';

/** What grows with what is told. */
function sizeOf({ facts, agreements = nothingTold }: Registration): number {
  return JSON.stringify([facts, agreements]).length;
}

/**
 * Puts what was told about a tenant on record; told twice, it writes nothing the second time. Throws `Failure` when the
 * ledger cannot be read or written, and `rejected` when it has no room for more.
 */
export async function writeTelling(
  ledger: Pick<TenantLedger, 'read' | 'register' | 'commit'>,
  telling: Telling,
  causeId: string,
): Promise<Told> {
  return writeAgain(async () => {
    const known = await ledger.read(telling.tenantId);
    const before = known?.record.registration ?? null;
    const now = applyTelling(before, telling);
    if (before && same(before, now)) return { before, now };
    if (sizeOf(now) > MOST_TOLD && sizeOf(now) > (before ? sizeOf(before) : 0))
      throw new Failure('rejected', TOO_MUCH);
    await write(ledger, now, known, { at: telling.heardAt, causeId, by: telling.source });
    return { before, now };
  });
}

/** Writes a registration; with what follows from it, as one change, where something does. */
async function write(
  ledger: Pick<TenantLedger, 'register' | 'commit'>,
  registration: Registration,
  known: Versioned<TenantRecord> | null,
  cause: Parameters<typeof registrationCommit>[2],
): Promise<void> {
  const commit = known ? registrationCommit(known.record, registration, cause) : null;
  if (known && commit) await ledger.commit(known, commit);
  else await ledger.register(registration, known);
}

function same(left: Registration, right: Registration): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
