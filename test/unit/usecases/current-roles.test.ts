import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeCurrentRoles } from '../../../src/lib/usecases/current-roles.ts';
import { makeFakeRoleDecisions } from '../../fakes/role-decisions.ts';
import { aClock } from '../../support/clock.ts';
import { roles } from '../../support/delegations.ts';

const decided = (earns: boolean) => ({
  roleId: roles.unheardOf,
  earns,
  by: 'ola@fabrikam.example',
  source: 'Partner support, case 4711',
  at: '2026-03-10T11:00:00.000Z',
});

function aTable(rolesBySetting: Record<string, boolean> = {}) {
  const decisions = makeFakeRoleDecisions();
  const clock = aClock('2026-03-10T12:00:00.000Z');
  const current = makeCurrentRoles({ decisions, rolesBySetting, clock });
  return { decisions, clock, standing: async () => (await current()).standing(roles.unheardOf) };
}

describe('the role table of the moment', () => {
  it('holds what operators have decided, within seconds', async () => {
    const { decisions, clock, standing } = aTable();
    const before = await standing();
    await decisions.write(decided(true));

    const atOnce = await standing();
    clock.set('2026-03-10T12:00:05.000Z');

    expect([before, atOnce, await standing()]).toEqual(['unknown', 'unknown', 'earns']);
  });

  it('takes the setting’s word before an operator’s', async () => {
    const { decisions, standing } = aTable({ [roles.unheardOf]: false });
    await decisions.write(decided(true));

    expect(await standing()).toBe('earns-nothing');
  });

  it('that cannot be read fails the pass, not the next one', async () => {
    const { decisions, standing } = aTable();
    await decisions.write(decided(true));
    decisions.fail('read', new Failure('unavailable', 'Table Storage does not answer.'));

    await expect(standing()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await standing()).toBe('earns');
  });
});
