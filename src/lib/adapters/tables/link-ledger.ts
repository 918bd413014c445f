import { odata, type TransactionAction } from '@azure/data-tables';
import type { LinkRecord } from '../../domain/link.ts';
import type { LinkChange, LinkLedger } from '../../domain/ports.ts';
import { reversed } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, StoredRow, Table } from './table.ts';

/** Links in table `Links`: one row a link under its tenant, and beside it one row for each change. */
export function makeLinkLedger(table: Table): LinkLedger {
  return {
    async read(tenantId, objectId) {
      const row = await table.get(tenantId, objectId);
      return row ? { record: recordOf(row), etag: row.etag } : null;
    },

    async claim(known, record) {
      const row = rowOf(record);
      const etag = known.etag ? await table.replace(row, known.etag) : await table.create(row);
      return { record, etag };
    },

    async write(claimed, record, change) {
      const head: TransactionAction = ['update', rowOf(record), 'Replace', { etag: claimed.etag ?? '' }];
      await table.transact(change ? [['upsert', changeRow(record, change), 'Replace'], head] : [head]);
    },

    async *all() {
      for await (const row of table.list(odata`kind eq 'link'`)) yield recordOf(row);
    },
  };
}

function changeRow(record: LinkRecord, change: LinkChange): Entity {
  return {
    partitionKey: record.tenantId,
    rowKey: `${record.objectId}~change~${reversed(change.version)}`,
    format: FORMAT,
    at: change.at,
    announced: false,
    ...pack('change', change),
  };
}

function rowOf(record: LinkRecord): Entity {
  return {
    partitionKey: record.tenantId,
    rowKey: record.objectId,
    format: FORMAT,
    kind: 'link',
    version: record.version,
    principal: record.principal,
    partnerId: record.observed?.partnerId ?? '',
    readAt: record.readAt ?? '',
    ...pack('link', record),
  };
}

function recordOf(row: StoredRow): LinkRecord {
  return unpack('link', row) as LinkRecord;
}
