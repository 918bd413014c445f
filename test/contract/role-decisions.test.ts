import { describe, expect, it } from 'vitest';
import { makeRoleDecisions } from '../../src/lib/adapters/tables/role-decisions.ts';
import type { RoleDecisions } from '../../src/lib/domain/ports.ts';
import type { RoleDecision } from '../../src/lib/domain/role-decision.ts';
import { makeFakeRoleDecisions } from '../fakes/role-decisions.ts';
import { useAzurite } from '../support/azurite.ts';
import { roles } from '../support/delegations.ts';

const azurite = useAzurite();
const implementations: { name: string; make: () => RoleDecisions }[] = [
  { name: 'in memory', make: makeFakeRoleDecisions },
  { name: 'in Table Storage', make: () => makeRoleDecisions(azurite.table()) },
];

const aDecision = (changes: Partial<RoleDecision> = {}): RoleDecision => ({
  roleId: roles.unheardOf,
  earns: true,
  by: 'ola@fabrikam.example',
  source: 'https://partner.example/answers?q=a&b=“c”',
  at: '2026-03-10T12:00:00.000Z',
  ...changes,
});

describe.each(implementations)('decisions about roles $name', ({ make }) => {
  it('are none before the first', async () => {
    expect(await make().all()).toEqual([]);
  });

  it('come back whole, one a role, the last one', async () => {
    const decisions = make();
    const other = aDecision({ roleId: roles.assignmentDelete, earns: false });
    await decisions.write(aDecision());
    await decisions.write(other);

    const last = aDecision({ earns: false, at: '2026-03-11T12:00:00.000Z' });
    await decisions.write(last);

    expect((await decisions.all()).toSorted((a, b) => (a.roleId < b.roleId ? -1 : 1))).toEqual([last, other]);
  });
});
