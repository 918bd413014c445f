import { describe, expect, it } from 'vitest';
import { isWorse, judgeScope, verdicts, type ScopeEvidence } from '../../../src/lib/domain/coverage.ts';
import { roleIdOf } from '../../../src/lib/domain/delegation.ts';
import { makeRoleTable } from '../../../src/lib/domain/role-table.ts';
import {
  aDelegation,
  aGrant,
  aPrincipal,
  aSecondPrincipal,
  ids,
  resourceGroup,
  roles,
} from '../../support/delegations.ts';

const identities = {
  principal: aPrincipal({ groupIds: [ids.group], formerObjectIds: [ids.former] }),
  others: [aSecondPrincipal()],
};

function evidence(changes: Partial<ScopeEvidence> = {}): ScopeEvidence {
  return { subscriptionState: 'Enabled', own: [aDelegation()], inherited: [], ...changes };
}

function judge(changes: Partial<ScopeEvidence>) {
  return judgeScope(evidence(changes), identities, makeRoleTable());
}

const permanent = (...authorizations: ReturnType<typeof aGrant>[]) => [aDelegation({ authorizations })];
const eligible = (...eligibleAuthorizations: ReturnType<typeof aGrant>[]) => [
  aDelegation({ authorizations: [], eligibleAuthorizations }),
];

describe('the verdict on a scope', () => {
  it.each<[string, string, Partial<ScopeEvidence>]>([
    ['the subscription is disabled', 'subscription-inactive', { subscriptionState: 'Disabled' }],
    ['the subscription is deleted', 'subscription-inactive', { subscriptionState: 'Deleted' }],
    [
      'no delegation is ready',
      'delegation-not-ready',
      { own: [aDelegation({ provisioningState: 'Accepted' })] },
    ],
    ['there is no delegation at all', 'delegation-not-ready', { own: [] }],
    ['the principal has a role that earns', 'earning', {}],
    [
      'a group of the principal has a role that earns',
      'earning',
      { own: permanent(aGrant(roles.contributor, ids.group)) },
    ],
    [
      'one of its roles is unknown and none earns',
      'role-unknown',
      { own: permanent(aGrant(roles.reader), aGrant(roles.assignmentDelete)) },
    ],
    ['all its roles earn nothing', 'role-not-eligible', { own: permanent(aGrant(roles.reader)) }],
    ['its role has to be activated', 'eligible-only', { own: eligible(aGrant()) }],
    [
      'only another principal of ours is named',
      'other-principal',
      { own: permanent(aGrant(roles.contributor, ids.secondPal)) },
    ],
    [
      'another principal of ours may activate a role',
      'other-principal',
      { own: eligible(aGrant(roles.contributor, ids.secondPal)) },
    ],
    [
      'the application id is named',
      'wrong-object-id',
      { own: permanent(aGrant(roles.contributor, ids.palApplication)) },
    ],
    [
      'a former object id is named',
      'wrong-object-id',
      { own: permanent(aGrant(roles.contributor, ids.former)) },
    ],
    [
      'nobody we know is named',
      'principal-missing',
      { own: permanent(aGrant(roles.contributor, ids.stranger)) },
    ],
    ['nobody is named', 'principal-missing', { own: permanent() }],
  ])('when %s is %s', (_, verdict, changes) => {
    expect(judge(changes).verdict).toBe(verdict);
  });

  it.each<[string, Partial<ScopeEvidence>]>([
    [
      'subscription-inactive',
      { subscriptionState: 'Disabled', own: [aDelegation({ provisioningState: 'Failed' })] },
    ],
    ['delegation-not-ready', { own: [aDelegation({ provisioningState: 'Failed' })] }],
    [
      'earning',
      { own: permanent(aGrant(roles.contributor), aGrant(roles.assignmentDelete), aGrant(roles.reader)) },
    ],
    ['role-unknown', { own: permanent(aGrant(roles.assignmentDelete), aGrant(roles.reader)) }],
    [
      'role-not-eligible',
      { own: [aDelegation({ authorizations: [aGrant(roles.reader)], eligibleAuthorizations: [aGrant()] })] },
    ],
    [
      'eligible-only',
      {
        own: [
          aDelegation({
            authorizations: [aGrant(roles.contributor, ids.secondPal)],
            eligibleAuthorizations: [aGrant()],
          }),
        ],
      },
    ],
    [
      'other-principal',
      {
        own: permanent(
          aGrant(roles.contributor, ids.palApplication),
          aGrant(roles.contributor, ids.secondPal),
        ),
      },
    ],
    [
      'wrong-object-id',
      {
        own: permanent(
          aGrant(roles.contributor, ids.stranger),
          aGrant(roles.contributor, ids.palApplication),
        ),
      },
    ],
  ])('is %s where a later verdict would fit as well', (verdict, changes) => {
    expect(judge(changes).verdict).toBe(verdict);
  });

  it.each(['Warned', 'PastDue', 'enabled'])('counts a subscription in the state %s', (subscriptionState) => {
    expect(judge({ subscriptionState }).verdict).toBe('earning');
  });

  it.each([
    ['Succeeded', 'earning'],
    ['succeeded', 'earning'],
    ['Ready', 'earning'],
    ['Created', 'earning'],
    ['NotSpecified', 'delegation-not-ready'],
    ['Accepted', 'delegation-not-ready'],
    ['Running', 'delegation-not-ready'],
    ['Creating', 'delegation-not-ready'],
    ['Deleting', 'delegation-not-ready'],
    ['Deleted', 'delegation-not-ready'],
    ['Canceled', 'delegation-not-ready'],
    ['Failed', 'delegation-not-ready'],
    ['Updating', 'delegation-not-ready'],
  ])('of a delegation that is %s is %s', (provisioningState, verdict) => {
    expect(judge({ own: [aDelegation({ provisioningState })] }).verdict).toBe(verdict);
  });

  it('of an inactive subscription rests on no role', () => {
    expect(judge({ subscriptionState: 'Disabled' })).toEqual({
      verdict: 'subscription-inactive',
      inherited: false,
      roleIds: [],
    });
  });

  it('rests on the union of all ready delegations', () => {
    const reader = aDelegation({ authorizations: [aGrant(roles.reader)] });
    const contributor = aDelegation({ authorizations: [aGrant(roles.contributor)] });

    const coverage = judge({ own: [reader, contributor] });

    expect(coverage).toEqual({ verdict: 'earning', inherited: false, roleIds: [roles.contributor] });
  });

  it('ignores a delegation that is not ready beside one that is', () => {
    const coming = aDelegation({ provisioningState: 'Updating' });
    const reader = aDelegation({ authorizations: [aGrant(roles.reader)] });

    expect(judge({ own: [coming, reader] }).verdict).toBe('role-not-eligible');
  });

  it('names the roles it rests on, each once', () => {
    const grants = [aGrant(roles.reader), aGrant(roles.assignmentDelete), aGrant(roles.assignmentDelete)];

    expect(judge({ own: permanent(...grants) })).toMatchObject({
      verdict: 'role-unknown',
      roleIds: [roles.assignmentDelete],
    });
  });

  it('compares ids without case', () => {
    const shouted = aGrant(roles.contributor.toUpperCase(), ids.pal.toUpperCase());

    expect(judge({ own: permanent(shouted) }).verdict).toBe('earning');
  });

  it('takes an operator’s decision on an unknown role', () => {
    const decided = makeRoleTable({ [roles.assignmentDelete]: false });
    const own = permanent(aGrant(roles.reader), aGrant(roles.assignmentDelete));

    expect(judgeScope(evidence({ own }), identities, decided).verdict).toBe('role-not-eligible');
  });
});

describe('a resource group', () => {
  const group = resourceGroup(1, 'web');
  const onGroup = (roleId: string) => aDelegation({ scope: group, authorizations: [aGrant(roleId)] });

  it('inherits what its subscription’s delegation gives', () => {
    const coverage = judge({ own: [onGroup(roles.reader)], inherited: [aDelegation()] });

    expect(coverage).toEqual({ verdict: 'earning', inherited: true, roleIds: [roles.contributor] });
  });

  it('owes nothing to its subscription where its own delegation is enough', () => {
    const coverage = judge({
      own: [onGroup(roles.contributor)],
      inherited: [aDelegation({ authorizations: [aGrant(roles.reader)] })],
    });

    expect(coverage).toMatchObject({ verdict: 'earning', inherited: false });
  });

  it('inherits from a ready delegation while its own is still coming', () => {
    const coming = aDelegation({ scope: group, provisioningState: 'Accepted' });

    const coverage = judge({
      own: [coming],
      inherited: [aDelegation({ authorizations: [aGrant(roles.reader)] })],
    });

    expect(coverage).toMatchObject({ verdict: 'role-not-eligible', inherited: true });
  });
});

describe('a role definition', () => {
  it.each([
    ['a bare GUID', roles.contributor],
    ['a GUID in capitals', roles.contributor.toUpperCase()],
    ['a full resource id', `/providers/Microsoft.Authorization/roleDefinitions/${roles.contributor}`],
    [
      'a full resource id in a subscription',
      `/subscriptions/${ids.customer}/providers/Microsoft.Authorization/roleDefinitions/${roles.contributor.toUpperCase()}`,
    ],
  ])('given as %s counts by its last segment', (_, text) => {
    expect(roleIdOf(text)).toBe(roles.contributor);
  });
});

describe('news', () => {
  it.each([
    ['earning', 'role-not-eligible', true],
    ['earning', 'role-unknown', true],
    ['earning', 'subscription-inactive', true],
    ['earning', 'gone', true],
    ['role-unknown', 'principal-missing', true],
    ['role-not-eligible', 'gone', true],
    ['role-not-eligible', 'not-visible', true],
    ['role-not-eligible', 'principal-missing', false],
    ['role-not-eligible', 'earning', false],
    ['subscription-inactive', 'earning', false],
    ['gone', 'not-visible', false],
  ] as const)('from %s to %s is worse: %s', (from, to, worse) => {
    expect(isWorse(from, to)).toBe(worse);
  });

  it.each(verdicts)('that %s stays as it was is not worse', (verdict) => {
    expect(isWorse(verdict, verdict)).toBe(false);
  });
});
