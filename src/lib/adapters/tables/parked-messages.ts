import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';
import type { ParkedMessage, ParkedMessages, ParkedPreview } from '../../domain/ports.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, Row, StoredRow, Table } from './table.ts';

/** Largest binary property of a row. */
const CHUNK = 60_000;

/** What a list needs of a row: the body's first chunk, and none of the rest. */
const PREVIEW = [
  ...['PartitionKey', 'RowKey', 'messageId', 'reason', 'attempts', 'enqueuedAt'],
  ...['parkedAt', 'size'],
  ...['lineage0', 'body0'],
];

/**
 * Parked messages in table `Parked`: partition = queue, the body's bytes in as many properties as they need. Those that
 * people discard go to a table of their own, whole.
 */
export function makeParkedMessages(table: Table, discarded: Table): ParkedMessages {
  return {
    async keep(message) {
      await table.put(rowOf(message));
    },

    async *all() {
      for await (const row of table.list(odata`PartitionKey ge ${''}`)) yield messageOf(row);
    },

    async page(after, size) {
      const rows: StoredRow[] = [];
      for (const filter of after === null ? [odata`PartitionKey ge ${''}`] : filtersAfter(keysOf(after))) {
        if (rows.length < size) rows.push(...(await table.page(filter, size - rows.length, PREVIEW)));
      }
      return rows.map(previewOf);
    },

    async read(id) {
      const { partitionKey, rowKey } = keysOf(id);
      const row = await table.get(partitionKey, rowKey);
      return row ? messageOf(row) : null;
    },

    remove(id) {
      const { partitionKey, rowKey } = keysOf(id);
      return table.remove(partitionKey, rowKey);
    },

    async discard(id, { by, why, at }) {
      const { partitionKey, rowKey } = keysOf(id);
      const row = await table.get(partitionKey, rowKey);
      if (!row) return false;
      await discarded.put({ ...rowOf(messageOf(row)), discardedBy: by, discardedAt: at, why });
      await table.remove(partitionKey, rowKey);
      return true;
    },
  };
}

function rowOf(message: ParkedMessage): Entity {
  return {
    partitionKey: message.queue,
    // Message ids are the sender's: they may be missing or used twice, so the bytes are part of the key.
    rowKey: createHash('sha256')
      .update(message.messageId)
      .update('\0')
      .update(message.body)
      .digest('hex')
      .slice(0, 40),
    format: FORMAT,
    messageId: message.messageId,
    reason: message.reason,
    attempts: message.attempts,
    ...(message.enqueuedAt === null ? {} : { enqueuedAt: message.enqueuedAt }),
    parkedAt: message.parkedAt,
    size: message.body.length,
    ...pack('lineage', message.lineage),
    ...chunksOf(message.body),
  };
}

function idOf(row: StoredRow): string {
  return `${row.partitionKey ?? ''}~${row.rowKey ?? ''}`;
}

function keysOf(id: string): { partitionKey: string; rowKey: string } {
  const [partitionKey = '', rowKey = ''] = id.split('~');
  return { partitionKey, rowKey };
}

function filtersAfter({ partitionKey, rowKey }: ReturnType<typeof keysOf>): string[] {
  return [
    odata`PartitionKey eq ${partitionKey} and RowKey gt ${rowKey}`,
    odata`PartitionKey gt ${partitionKey}`,
  ];
}

function chunksOf(body: Uint8Array): Row {
  const row: Row = {};
  for (let index = 0; index * CHUNK < body.length; index++) {
    row[`body${index}`] = body.slice(index * CHUNK, (index + 1) * CHUNK);
  }
  return row;
}

function messageOf(row: StoredRow): ParkedMessage {
  const chunks: Uint8Array[] = [];
  for (let chunk = row['body0']; chunk instanceof Uint8Array; chunk = row[`body${chunks.length}`])
    chunks.push(chunk);
  return { ...factsOf(row), body: Buffer.concat(chunks) };
}

function previewOf(row: StoredRow): ParkedPreview {
  const beginning = row['body0'] instanceof Uint8Array ? row['body0'] : new Uint8Array();
  return { ...factsOf(row), id: idOf(row), size: Number(row['size']), beginning };
}

function factsOf(row: StoredRow): Omit<ParkedMessage, 'body'> {
  return {
    queue: row.partitionKey ?? '',
    messageId: String(row['messageId']),
    reason: String(row['reason']),
    attempts: Number(row['attempts']),
    // Rows of earlier versions lack it.
    enqueuedAt: typeof row['enqueuedAt'] === 'string' ? row['enqueuedAt'] : null,
    parkedAt: String(row['parkedAt']),
    lineage: (unpack('lineage', row) ?? []) as string[],
  };
}
