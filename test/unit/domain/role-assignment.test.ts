import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rolesHeld, type ListedRole, type RoleSchedule } from '../../../src/lib/domain/role-assignment.ts';
import { roles, subscription } from '../../support/delegations.ts';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const PAST = '2026-03-10T12:00:00.000Z';
const SOON = '2026-03-10T12:00:00.001Z';
const LATER = '2026-12-31T23:00:00.000Z';

function aListed(changes: Partial<ListedRole> = {}): ListedRole {
  return {
    name: 'one',
    scope: subscription(1).id,
    roleId: roles.contributor,
    conditional: false,
    ...changes,
  };
}

function aSchedule(changes: Partial<RoleSchedule> = {}): RoleSchedule {
  const { scope, roleId } = aListed();
  return { assignment: 'one', scope, roleId, activated: false, endsAt: null, ...changes };
}

const ends = (listed: readonly ListedRole[], schedules: readonly RoleSchedule[]) =>
  rolesHeld(listed, schedules, NOW).map(({ activated, endsAt }) => [activated, endsAt]);

describe('a role that a list shows', () => {
  it.each<[string, RoleSchedule[], [boolean, string | null][]]>([
    ['is held for good where nothing is behind it', [], [[false, null]]],
    ['is held for good where its schedule has no end', [aSchedule()], [[false, null]]],
    ['is held until the end of its schedule', [aSchedule({ endsAt: LATER })], [[false, LATER]]],
    ['was taken just in time where its schedule says so', [aSchedule({ activated: true })], [[true, null]]],
    ['is held to the last moment', [aSchedule({ endsAt: SOON })], [[false, SOON]]],
    ['is not there any more when its end has come', [aSchedule({ endsAt: PAST })], []],
    [
      'is held in each of the ways that are behind it',
      [
        aSchedule({ activated: true, endsAt: SOON }),
        aSchedule({ endsAt: LATER }),
        aSchedule({ endsAt: PAST }),
      ],
      [
        [true, SOON],
        [false, LATER],
      ],
    ],
    [
      'has nothing to do with the schedule of another one',
      [aSchedule({ assignment: 'other', endsAt: PAST })],
      [[false, null]],
    ],
    [
      'is known by scope and role where its schedule names no assignment',
      [aSchedule({ assignment: null, scope: subscription(1).id.toUpperCase(), endsAt: LATER })],
      [[false, LATER]],
    ],
    [
      'is another one with another role',
      [aSchedule({ assignment: null, roleId: roles.reader, endsAt: PAST })],
      [[false, null]],
    ],
  ])('%s', (_, schedules, held) => {
    expect(ends([aListed()], schedules)).toEqual(held);
  });

  it('keeps scope, role and condition', () => {
    const listed = aListed({ conditional: true });

    expect(rolesHeld([listed], [aSchedule({ endsAt: LATER })], NOW)).toEqual([
      {
        scope: listed.scope,
        roleId: listed.roleId,
        conditional: true,
        activated: false,
        endsAt: LATER,
      },
    ]);
  });
});

it('no schedule makes a role of what no list shows, or brings back what has ended', () => {
  const anySchedule = fc.record({
    assignment: fc.constantFrom('one', 'other', null),
    scope: fc.constantFrom(subscription(1).id, subscription(2).id),
    roleId: fc.constantFrom(roles.contributor, roles.reader),
    activated: fc.boolean(),
    endsAt: fc.constantFrom(PAST, SOON, LATER, null),
  });
  fc.assert(
    fc.property(fc.array(anySchedule, { maxLength: 5 }), fc.boolean(), (schedules, isListed) => {
      const held = rolesHeld(isListed ? [aListed()] : [], schedules, NOW);

      expect(held.every(({ endsAt }) => endsAt === null || Date.parse(endsAt) > NOW.getTime())).toBe(true);
      expect(isListed || held.length === 0).toBe(true);
    }),
  );
});
