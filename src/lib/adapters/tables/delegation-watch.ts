import { odata } from '@azure/data-tables';
import type { DelegationLogEntry } from '../../domain/delegation-log.ts';
import type { DelegationWatch } from '../../domain/ports.ts';
import { scopeKey } from '../../domain/scope.ts';
import { encodeKey } from './keys.ts';
import { FORMAT } from './packing.ts';
import type { Entity, Table } from './table.ts';

const PLACE = { partitionKey: 'place', rowKey: 'delegations' };

/** Table `DelegationLog`: how far the log was read, and the last word it had on each scope, under its tenant. */
export function makeDelegationWatch(table: Table): DelegationWatch {
  return {
    async place() {
      const row = await table.get(PLACE.partitionKey, PLACE.rowKey);
      return row ? String(row['upTo']) : null;
    },
    moveTo: (upTo) => table.put({ ...PLACE, format: FORMAT, upTo }),
    async note(entry) {
      const known = await table.get(entry.tenantId, encodeKey(scopeKey({ id: entry.scope })));
      const knownAt = known ? String(known['at']) : '';
      if (knownAt === entry.at) return known?.['asked'] !== true;
      if (knownAt > entry.at) return false;
      await table.put(rowOf(entry, false));
      return true;
    },
    asked: (entry) => table.put(rowOf(entry, true)),
    async removals(tenantId) {
      const removed = new Map<string, string>();
      for await (const row of table.list(odata`PartitionKey eq ${tenantId} and action eq 'unregister'`))
        removed.set(scopeKey({ id: String(row['scope']) }), String(row['at']));
      return removed;
    },
  };
}

function rowOf({ tenantId, scope, action, at, correlationId }: DelegationLogEntry, asked: boolean): Entity {
  const rowKey = encodeKey(scopeKey({ id: scope }));
  return { partitionKey: tenantId, rowKey, format: FORMAT, scope, action, at, correlationId, asked };
}
