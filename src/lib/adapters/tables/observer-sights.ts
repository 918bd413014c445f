import type { ObserverSight } from '../../domain/observer-sight.ts';
import type { ObserverSights } from '../../domain/ports.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Table } from './table.ts';

const OBSERVER = { partitionKey: 'observer', rowKey: 'sight' };

/** Whether the observer sees: one row of table `Observer`. */
export function makeObserverSights(table: Table): ObserverSights {
  return {
    async read() {
      const row = await table.get(OBSERVER.partitionKey, OBSERVER.rowKey);
      return row ? { record: unpack('sight', row) as ObserverSight, etag: row.etag } : null;
    },
    async write(sight, etag) {
      const row = { ...OBSERVER, format: FORMAT, ...pack('sight', sight) };
      await (etag === null ? table.create(row) : table.replace(row, etag));
    },
  };
}
