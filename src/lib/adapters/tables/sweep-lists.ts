import { odata } from '@azure/data-tables';
import type { SweepListItems, SweepLists } from '../../domain/ports.ts';
import { storedSuspectOf } from '../../domain/sweep-record.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Table } from './table.ts';

/** So many items go into one row: the largest, a tenant with its state, then fill most of the MiB a row may have. */
const ITEMS_PER_ROW = 6_000;

/** An item as it was stored, by this version or an earlier one. */
const STORED: { readonly [K in keyof SweepListItems]: (stored: never) => SweepListItems[K] } = {
  held: storedSuspectOf,
  states: (stored: SweepListItems['states']) => stored,
};

/** Long lists of sweeps in table `Sweeps`: a partition each, in numbered rows of many items. */
export function makeSweepLists(table: Table): SweepLists {
  const rowsFrom = (partition: string, first: string) =>
    table.list(odata`PartitionKey eq ${partition} and RowKey ge ${first}`);
  const removeFrom = async (partition: string, first: string) => {
    for await (const { rowKey } of rowsFrom(partition, first)) await table.remove(partition, rowKey ?? '');
  };
  return {
    async write(list, sweepId, items) {
      const partitionKey = partitionOf(list, sweepId);
      const rows = Math.ceil(items.length / ITEMS_PER_ROW);
      for (let row = 0; row < rows; row++) {
        const some = items.slice(row * ITEMS_PER_ROW, (row + 1) * ITEMS_PER_ROW);
        await table.put({ partitionKey, rowKey: rowKeyOf(row), format: FORMAT, ...pack('items', some) });
      }
      await removeFrom(partitionKey, rowKeyOf(rows));
    },
    async *read<K extends keyof SweepListItems>(list: K, sweepId: string) {
      for await (const row of rowsFrom(partitionOf(list, sweepId), rowKeyOf(0))) {
        yield* (unpack('items', row) as never[]).map(STORED[list]);
      }
    },
    drop: (list, sweepId) => removeFrom(partitionOf(list, sweepId), rowKeyOf(0)),
  };
}

function partitionOf(list: keyof SweepListItems, sweepId: string): string {
  return `${list}~${sweepId}`;
}

function rowKeyOf(row: number): string {
  return String(row).padStart(6, '0');
}
