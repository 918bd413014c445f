import { odata } from '@azure/data-tables';
import type { ListedTenant, TenantList } from '../../domain/ports.ts';
import type { TenantRecord } from '../../domain/tenant-record.ts';
import { signatureOf, storedSummaryOf, summaryOf, type TenantSummary } from '../../domain/tenant-summary.ts';
import { tenantPartition } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, StoredRow, Table } from './table.ts';
import { unlessOvertaken } from './table-errors.ts';

/** The list projection in table `Tenants`: what lists, filters and the sweep need, without reading every ledger. */
export interface TenantProjection extends TenantList {
  /**
   * Brings a tenant's row up to date; a row of a later version stays. What a crash leaves behind is healed by the next
   * pass or sweep.
   */
  project(record: TenantRecord): Promise<void>;
}

/** `digest` makes a short text of what is seen of a tenant; the sweep compares it with what the index shows. */
export function makeTenantList(table: Table, digest: (text: string) => string): TenantProjection {
  return {
    async project(record) {
      const row = tenantRow(record, digest(signatureOf(record.scopes)));
      if (record.phase === 'unobserved' && record.version === 0 && (await created(table, row))) return;
      const known = await table.get(row.partitionKey, row.rowKey);
      if (!known) {
        await created(table, row);
        return;
      }
      if (Number(known['version']) > record.version) return;
      // Who wrote in the meantime has committed later than we did, and projects what is newer.
      await unlessOvertaken(table.replace(row, known.etag));
    },
    async *all() {
      for await (const row of table.list(odata`PartitionKey ge ${''}`)) {
        yield listedOf(row);
      }
    },
    async *withUnknownRoles() {
      const columns = ['RowKey', 'displayName', 'unknownRoles0'];
      for await (const row of table.list(odata`unknownRoles0 gt ${''}`, columns)) {
        yield {
          tenantId: String(row.rowKey),
          displayName: String(row['displayName']) || null,
          unknownRoles: unpack('unknownRoles', row) as TenantSummary['unknownRoles'],
        };
      }
    },
    async page({ prefix, after, size }) {
      const rows: StoredRow[] = [];
      for (const filter of rangeOf(prefix, after)) {
        if (rows.length < size) rows.push(...(await table.page(filter, size - rows.length)));
      }
      return rows.map(listedOf);
    },
  };
}

function listedOf(row: StoredRow): ListedTenant {
  return {
    summary: storedSummaryOf(unpack('summary', row) as TenantSummary),
    digest: String(row['digest']),
  };
}

/** Comes after every id that begins with what stands before it. */
const LAST = '~';

/** The range as filters that each stay in one partition, or take partitions whole: at most two. */
function rangeOf(prefix: string, after: string | null): string[] {
  const from = after !== null && after > prefix ? after : null;
  if (prefix !== '') {
    const partition = tenantPartition(prefix);
    const end = odata`PartitionKey eq ${partition} and RowKey lt ${prefix + LAST}`;
    return [
      from === null ? `${end} and ${odata`RowKey ge ${prefix}`}` : `${end} and ${odata`RowKey gt ${from}`}`,
    ];
  }
  if (from === null) return [odata`PartitionKey ge ${''}`];
  const partition = tenantPartition(from);
  return [odata`PartitionKey eq ${partition} and RowKey gt ${from}`, odata`PartitionKey gt ${partition}`];
}

async function created(table: Table, row: Entity): Promise<boolean> {
  return unlessOvertaken(table.create(row));
}

/** A tenant's row in the list; `digest` is that of what is seen of it. */
export function tenantRow(record: TenantRecord, digest: string): Entity {
  const { registration } = record;
  const summary = summaryOf(record);
  const hasUnknownRoles = Object.keys(summary.unknownRoles).length > 0;
  return {
    partitionKey: tenantPartition(registration.tenantId),
    rowKey: registration.tenantId,
    format: FORMAT,
    version: record.version,
    digest,
    phase: record.phase,
    displayName: registration.facts.displayName ?? '',
    principal: registration.facts.principal ?? '',
    ...(hasUnknownRoles ? pack('unknownRoles', summary.unknownRoles) : {}),
    ...pack('summary', summary),
  };
}
