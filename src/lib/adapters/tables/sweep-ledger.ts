import { odata, type TransactionAction } from '@azure/data-tables';
import { Failure } from '../../domain/failure.ts';
import type { FollowUps, SweepLedger } from '../../domain/ports.ts';
import { storedSweepOf, type SweepRecord } from '../../domain/sweep-record.ts';
import { encodeKey } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Entity, StoredRow, Table } from './table.ts';
import { unlessOvertaken } from './table-errors.ts';

const SWEEPS = 'sweep';
/** Ids of sweeps sort before these. */
const LEASE = '~lease';
const LAST = '~last-finished';
const END = '~';

/** How often a record is written again at once when somebody else has written it in between. */
const WRITE_TRIES = 5;

/**
 * Sweeps in table `Sweeps`: a row each, and beside them the one lease and a copy of the last that finished. All share a
 * partition, so that a sweep's steps are one transaction each.
 */
export function makeSweepLedger(table: Table): SweepLedger {
  /** Makes one record of what is on record, and of nothing else: who was overtaken makes it anew. */
  const rewrite = async (sweepId: string, make: (known: SweepRecord | null) => SweepRecord | null) => {
    for (let tries = 1; ; tries++) {
      const row = await table.get(SWEEPS, sweepId);
      const record = make(recordOf(row));
      if (!record) return;
      const actions = [written(sweepRow(record), row)];
      if (record.status === 'finished') actions.push(...(await ending(record)));
      if (await unlessOvertaken(table.transact(actions))) return;
      if (tries >= WRITE_TRIES)
        throw new Failure('conflict', `Sweep ${sweepId} is written by too many at once.`);
    }
  };

  /** What comes with the end of a sweep: it is the last one, and its lease is given back. */
  const ending = async (record: SweepRecord): Promise<TransactionAction[]> => {
    const actions: TransactionAction[] = [];
    const [last, held] = await Promise.all([table.get(SWEEPS, LAST), table.get(SWEEPS, LEASE)]);
    const isLast = !last || String(last['startedAt']) <= record.startedAt;
    if (isLast) actions.push(written({ ...sweepRow(record), rowKey: LAST }, last));
    if (held?.['owner'] === record.sweepId) actions.push(written(leaseRow('', new Date(0)), held));
    return actions;
  };

  return {
    async lease(sweepId, until, now, record) {
      const held = await table.get(SWEEPS, LEASE);
      const left = held ? Date.parse(String(held['until'])) - now.getTime() : 0;
      const isOurs = held?.['owner'] === sweepId;
      if (held && !isOurs && left > 0) return false;
      const isFresh = isOurs && left > ((until.getTime() - now.getTime()) * 2) / 3;
      if (isFresh && !record) return true;
      const lease = written(leaseRow(sweepId, until), held);
      return unlessOvertaken(table.transact(record ? [lease, upsert(sweepRow(record))] : [lease]));
    },
    write: (record) =>
      rewrite(record.sweepId, (known) => ({
        ...record,
        confirmed: record.confirmed ?? known?.confirmed ?? null,
      })),
    confirm: (sweepId, confirmation) =>
      rewrite(sweepId, (known) => known && { ...known, confirmed: known.confirmed ?? confirmation }),
    read: async (sweepId) => recordOf(await table.get(SWEEPS, sweepId)),
    async recent(before, size) {
      // Ids rise with time, and tables are read upwards; there is about one sweep a night, so all of them are few.
      const found: SweepRecord[] = [];
      const filter = odata`PartitionKey eq ${SWEEPS} and RowKey lt ${before ?? END}`;
      for await (const row of table.list(filter)) {
        const sweep = recordOf(row);
        if (sweep) found.push(sweep);
      }
      return found.reverse().slice(0, size);
    },
    lastFinished: async () => recordOf(await table.get(SWEEPS, LAST)),
  };
}

function sweepRow(record: SweepRecord): Entity {
  return {
    partitionKey: SWEEPS,
    rowKey: record.sweepId,
    format: FORMAT,
    status: record.status,
    startedAt: record.startedAt,
    ...pack('sweep', record),
  };
}

function leaseRow(owner: string, until: Date): Entity {
  return { partitionKey: SWEEPS, rowKey: LEASE, format: FORMAT, owner, until: until.toISOString() };
}

function upsert(row: Entity): TransactionAction {
  return ['upsert', row, 'Replace'];
}

/** Writes a row that still is as it was read, or was not there. */
function written(row: Entity, known: StoredRow | null): TransactionAction {
  return known ? ['update', row, 'Replace', { etag: known.etag }] : ['create', row];
}

function recordOf(row: Record<string, unknown> | null): SweepRecord | null {
  return row ? storedSweepOf(unpack('sweep', row) as SweepRecord) : null;
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
