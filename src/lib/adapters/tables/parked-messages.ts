import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';
import type { ParkedMessage, ParkedMessages } from '../../domain/ports.ts';
import { FORMAT } from './packing.ts';
import type { Row, StoredRow, Table } from './table.ts';

/** Largest binary property of a row. */
const CHUNK = 60_000;

/** Parked messages in table `Parked`: partition = queue, the body's bytes in as many properties as they need. */
export function makeParkedMessages(table: Table): ParkedMessages {
  return {
    async keep(message) {
      await table.put({
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
        parkedAt: message.parkedAt,
        size: message.body.length,
        ...chunksOf(message.body),
      });
    },

    async *all() {
      for await (const row of table.list(odata`PartitionKey ge ${''}`)) yield messageOf(row);
    },
  };
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
  return {
    queue: row.partitionKey ?? '',
    messageId: String(row['messageId']),
    reason: String(row['reason']),
    body: Buffer.concat(chunks),
    attempts: Number(row['attempts']),
    parkedAt: String(row['parkedAt']),
  };
}
