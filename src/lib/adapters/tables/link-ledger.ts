import { odata, type TransactionAction } from '@azure/data-tables';
import { linkAnnouncement, type Announcement, type LinkAnnouncement } from '../../domain/announcement.ts';
import type { LinkRecord } from '../../domain/link.ts';
import type { LinkLedger, Outbox } from '../../domain/ports.ts';
import { encodeKey, reversed } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, StoredRow, Table } from './table.ts';

/**
 * Links in table `Links`: one row a link under its tenant, and beside it one row for each change, and for each that is
 * still to be told. A change is announced right after its write, or by the next write when that broke off.
 */
export function makeLinkLedger(table: Table, outbox: Outbox): LinkLedger {
  return {
    async read(tenantId, objectId) {
      const rows: StoredRow[] = [];
      const own = odata`PartitionKey eq ${tenantId} and RowKey ge ${objectId} and RowKey lt ${`${objectId}~change`}`;
      for await (const row of table.list(own)) rows.push(row);
      const head = rows.find(({ rowKey }) => rowKey === objectId);
      if (!head) return null;
      const unannounced = rows.flatMap(
        (row) => (unpack('announcement', row) as Announcement | undefined) ?? [],
      );
      return { record: recordOf(head), etag: head.etag, unannounced };
    },

    async claim(known, record) {
      const row = rowOf(record);
      const etag = known.etag ? await table.replace(row, known.etag) : await table.create(row);
      return { ...known, record, etag };
    },

    async write(claimed, record, change) {
      const announcement = change ? linkAnnouncement(record, change) : null;
      const history = announcement ? historyRows(record, announcement) : [];
      await table.transact([
        ...history.map((row): TransactionAction => ['upsert', row, 'Replace']),
        ['update', rowOf(record), 'Replace', { etag: claimed.etag ?? '' }],
      ]);
      const untold = [...(claimed.unannounced ?? []), ...(announcement ? [announcement] : [])];
      if (untold.length === 0) return;
      await outbox.announce(untold);
      for (const { id } of untold) await table.remove(record.tenantId, unannouncedKey(record.objectId, id));
    },

    async *all() {
      for await (const row of table.list(odata`kind eq 'link'`)) yield recordOf(row);
    },

    async page(after, size) {
      const links: LinkRecord[] = [];
      const from = odata`PartitionKey ge ${after?.tenantId ?? ''} and kind eq 'link'`;
      for await (const row of table.list(from)) {
        const done = row.partitionKey === after?.tenantId && (row.rowKey ?? '') <= (after?.objectId ?? '');
        if (!done) links.push(recordOf(row));
        if (links.length >= size) break;
      }
      return links;
    },
  };
}

/** The entry in the history, and beside it what is to be told of it. */
function historyRows({ tenantId, objectId }: LinkRecord, announcement: LinkAnnouncement): Entity[] {
  const { id, change, at } = announcement;
  const row = { partitionKey: tenantId, format: FORMAT, at };
  return [
    { ...row, rowKey: `${objectId}~change~${reversed(change.version)}`, ...pack('change', change) },
    { ...row, rowKey: unannouncedKey(objectId, id), ...pack('announcement', announcement) },
  ];
}

/** Sorts between a link's own row and its history, so that one range read gives both without the history. */
function unannouncedKey(objectId: string, id: string): string {
  return `${objectId}~announce~${encodeKey(id)}`;
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
  // What rows of earlier versions lack.
  const since: Pick<LinkRecord, 'order' | 'asked' | 'blindSince'> = {
    order: null,
    asked: [],
    blindSince: null,
  };
  return { ...since, ...(unpack('link', row) as LinkRecord) };
}
