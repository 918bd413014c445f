import { odata } from '@azure/data-tables';
import type { RoleDecisions } from '../../domain/ports.ts';
import type { RoleDecision } from '../../domain/role-decision.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import type { Table } from './table.ts';

const DECISIONS = 'role';

/** Decisions about roles in table `RoleDecisions`: a row each, the role's id its key. */
export function makeRoleDecisions(table: Table): RoleDecisions {
  return {
    async all() {
      const found: RoleDecision[] = [];
      for await (const row of table.list(odata`PartitionKey eq ${DECISIONS}`)) {
        found.push(unpack('decision', row) as RoleDecision);
      }
      return found;
    },
    write: (decision) =>
      table.put({
        partitionKey: DECISIONS,
        rowKey: decision.roleId,
        format: FORMAT,
        ...pack('decision', decision),
      }),
  };
}
