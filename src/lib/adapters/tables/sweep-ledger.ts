import { odata } from '@azure/data-tables';
import { Failure } from '../../domain/failure.ts';
import type { FollowUps, SweepLedger } from '../../domain/ports.ts';
import { newSweepRecord, noTenants, type SweepRecord } from '../../domain/sweep-record.ts';
import { encodeKey } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Row, Table } from './table.ts';

const SWEEPS = 'sweep';
const SINGLE = 'single';
const LEASE = 'lease';
const LAST = 'last-finished';

/** Sweeps in table `Sweeps`: a row each, and beside them the one lease and a copy of the last that finished. */
export function makeSweepLedger(table: Table): SweepLedger {
  return {
    async lease(sweepId, until, now) {
      const held = await table.get(SINGLE, LEASE);
      const free = !held || held['owner'] === sweepId || Date.parse(String(held['until'])) <= now.getTime();
      if (!free) return false;
      const row = {
        partitionKey: SINGLE,
        rowKey: LEASE,
        format: FORMAT,
        owner: sweepId,
        until: until.toISOString(),
      };
      try {
        await (held ? table.replace(row, held.etag) : table.create(row));
        return true;
      } catch (error) {
        if (error instanceof Failure && error.kind === 'conflict') return false;
        throw error;
      }
    },
    async release(sweepId) {
      const held = await table.get(SINGLE, LEASE);
      if (held?.['owner'] !== sweepId) return;
      const row = {
        partitionKey: SINGLE,
        rowKey: LEASE,
        format: FORMAT,
        owner: '',
        until: new Date(0).toISOString(),
      };
      await table.replace(row, held.etag);
    },
    async write(record) {
      const row = {
        format: FORMAT,
        status: record.status,
        startedAt: record.startedAt,
        ...pack('sweep', record),
      };
      await table.put({ partitionKey: SWEEPS, rowKey: record.sweepId, ...row });
      if (record.status === 'finished') await becomeLast(table, record, row);
    },
    read: async (sweepId) => recordOf(await table.get(SWEEPS, sweepId)),
    async recent(before, size) {
      // Ids rise with time, and tables are read upwards; there is about one sweep a night, so all of them are few.
      const found: SweepRecord[] = [];
      const upTo = before === null ? '' : odata` and RowKey lt ${before}`;
      for await (const row of table.list(odata`PartitionKey eq ${SWEEPS}` + upTo)) {
        const sweep = recordOf(row);
        if (sweep) found.push(sweep);
      }
      return found.reverse().slice(0, size);
    },
    lastFinished: async () => recordOf(await table.get(SINGLE, LAST)),
  };
}

/** A later sweep that has finished stays the last one, also when an earlier one is written again. */
async function becomeLast(table: Table, record: SweepRecord, row: Row): Promise<void> {
  const last = await table.get(SINGLE, LAST);
  if (last && String(last['startedAt']) > record.startedAt) return;
  const entity = { partitionKey: SINGLE, rowKey: LAST, ...row };
  await (last ? table.replace(entity, last.etag) : table.create(entity));
}

function recordOf(row: Record<string, unknown> | null): SweepRecord | null {
  if (!row) return null;
  const stored = unpack('sweep', row) as SweepRecord;
  // Rows written by earlier versions lack what came later.
  const tenants = { ...noTenants, ...stored.tenants };
  return { ...newSweepRecord(stored.sweepId, stored.startedAt), ...stored, tenants };
}

/** Open follow-ups in table `FollowUps`: partition = sweep, one row each, removed when the pass has ended. */
export function makeFollowUps(table: Table): FollowUps {
  return {
    add: (sweepId, requestId) =>
      table.put({ partitionKey: sweepId, rowKey: encodeKey(requestId), format: FORMAT, requestId }),
    done: (sweepId, requestId) => table.remove(sweepId, encodeKey(requestId)),
    async open(sweepId, atMost) {
      let open = 0;
      for await (const _row of table.list(odata`PartitionKey eq ${sweepId}`)) {
        open += 1;
        if (open >= atMost) break;
      }
      return open;
    },
  };
}
