import { odata } from '@azure/data-tables';
import type { FoundTenant } from '../../domain/found-tenant.ts';
import type { FoundTenants } from '../../domain/ports.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Table } from './table.ts';

const FOUND = 'found';

/** Customers found without having been announced, in table `FoundTenants`: a row each, in the order of tenant ids. */
export function makeFoundTenants(table: Table): FoundTenants {
  return {
    async read(tenantId) {
      const row = await table.get(FOUND, tenantId);
      return row ? { record: unpack('found', row) as FoundTenant, etag: row.etag } : null;
    },
    async write(record, etag) {
      const row = {
        partitionKey: FOUND,
        rowKey: record.tenantId,
        format: FORMAT,
        lastSeenAt: record.lastSeenAt,
        dismissed: record.dismissed !== null,
        ...pack('found', record),
      };
      await (etag === null ? table.create(row) : table.replace(row, etag));
    },
    remove: (tenantId) => table.remove(FOUND, tenantId),
    async *all() {
      for await (const row of table.list(odata`PartitionKey eq ${FOUND}`)) {
        yield unpack('found', row) as FoundTenant;
      }
    },
  };
}
