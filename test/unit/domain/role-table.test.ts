import { describe, expect, it } from 'vitest';
import published from '../../../src/lib/domain/pec-roles.json' with { type: 'json' };
import { makeRoleTable, ourRoles, roleName } from '../../../src/lib/domain/role-table.ts';
import { roles } from '../../support/delegations.ts';

describe('a role’s name', () => {
  it.each([
    ['that Partner Center lists', 'ACDD72A7-3385-48EF-BD42-F606FBA81AE7', 'Reader'],
    [
      'that our templates grant, and no list names',
      ourRoles.assignmentDelete,
      'Managed Services Registration Assignment Delete Role',
    ],
    ['that nobody knows', '00000000-0000-4000-8000-000000000000', null],
  ])('is told of one %s', (_, id, name) => {
    expect(roleName(id)).toBe(name);
  });
});

describe('the table of roles', () => {
  it('knows 98 roles that earn and 24 that earn nothing, as Partner Center publishes them', () => {
    const table = makeRoleTable();

    const standings = Object.keys(published.roles).map((id) => table.standing(id));

    expect(standings.filter((standing) => standing === 'earns')).toHaveLength(98);
    expect(standings.filter((standing) => standing === 'earns-nothing')).toHaveLength(24);
    expect(standings).toHaveLength(122);
  });

  it.each([
    ['Contributor', roles.contributor, 'earns'],
    [
      'Support Request Contributor, though it can only open tickets',
      roles.supportRequestContributor,
      'earns',
    ],
    ['Reader', roles.reader, 'earns-nothing'],
    ['the role that deletes registration assignments', roles.assignmentDelete, 'unknown'],
    ['a text that is no role', 'Contributor', 'unknown'],
  ])('says what %s comes to', (_, roleId, expected) => {
    expect(makeRoleTable().standing(roleId)).toBe(expected);
  });

  it('takes ids of any case', () => {
    expect(makeRoleTable().standing(roles.contributor.toUpperCase())).toBe('earns');
  });

  it.each([
    ['settles an unknown role', roles.assignmentDelete, true, 'earns'],
    ['settles an unknown role the other way', roles.assignmentDelete, false, 'earns-nothing'],
    ['goes before the published list', roles.reader, true, 'earns'],
    ['takes a published role away', roles.contributor, false, 'earns-nothing'],
  ])('an operator’s decision %s', (_, roleId, earns, expected) => {
    const table = makeRoleTable({ [roleId.toUpperCase()]: earns });

    expect(table.standing(roleId)).toBe(expected);
  });
});
