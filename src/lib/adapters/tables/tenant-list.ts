import { Failure } from '../../domain/failure.ts';
import type { TenantRecord } from '../../domain/tenant-record.ts';
import { tenantPartition } from './keys.ts';
import { FORMAT, pack } from './packing.ts';
import type { Entity, Table } from './table.ts';

/** The list projection in table `Tenants`: what lists, filters and the sweep need, without reading every ledger. */
export interface TenantList {
  /**
   * Brings a tenant's row up to date; a row of a later version stays. Never fails a pass: what is missed here is healed
   * by the next pass or sweep, except for trouble that would lose a tenant from the list.
   */
  project(record: TenantRecord): Promise<void>;
}

export function makeTenantList(table: Table): TenantList {
  return {
    async project(record) {
      const row = rowOf(record);
      if (record.phase === 'unobserved' && record.version === 0 && (await created(table, row))) return;
      const known = await table.get(row.partitionKey, row.rowKey);
      if (!known) {
        await created(table, row);
        return;
      }
      if (Number(known['version']) > record.version) return;
      await unlessOvertaken(table.replace(row, known.etag));
    },
  };
}

async function created(table: Table, row: Entity): Promise<boolean> {
  return unlessOvertaken(table.create(row));
}

/** Somebody who wrote in the meantime has committed later than we did, and projects what is newer. */
async function unlessOvertaken(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'conflict') return false;
    throw error;
  }
}

function rowOf(record: TenantRecord): Entity {
  const { registration, scopes } = record;
  const counts: Record<string, number> = {};
  for (const { verdict } of scopes) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return {
    partitionKey: tenantPartition(registration.tenantId),
    rowKey: registration.tenantId,
    format: FORMAT,
    version: record.version,
    phase: record.phase,
    displayName: registration.facts.displayName ?? '',
    principal: registration.facts.principal ?? '',
    announcedAt: registration.announcedAt,
    offboardedAt: registration.offboardedAt ?? '',
    lastGood: record.lastGood ?? '',
    lastOutcome: record.lastOutcome ?? '',
    failureKind: record.failure?.kind ?? '',
    openGaps: record.openGaps.length,
    ...pack('verdicts', counts),
    ...pack('tags', registration.facts.tags ?? {}),
  };
}
