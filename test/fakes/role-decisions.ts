import type { RoleDecisions } from '../../src/lib/domain/ports.ts';
import type { RoleDecision } from '../../src/lib/domain/role-decision.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** Decisions about roles in memory, in the order of role ids. */
export function makeFakeRoleDecisions(): RoleDecisions & Trouble {
  const rows = new Map<string, RoleDecision>();
  const trouble = aTrouble();
  return {
    ...trouble,
    async all() {
      trouble.meet('read');
      return Promise.resolve([...rows.values()].toSorted((a, b) => (a.roleId < b.roleId ? -1 : 1)));
    },
    async write(decision) {
      trouble.meet('write');
      rows.set(decision.roleId, decision);
      return Promise.resolve();
    },
  };
}
