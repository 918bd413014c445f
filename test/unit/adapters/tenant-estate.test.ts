import { describe, expect, it } from 'vitest';
import { makeBucketGate } from '../../../src/lib/adapters/arm/bucket-gate.ts';
import { makeTenantEstate } from '../../../src/lib/adapters/arm/tenant-estate.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeFakeArm } from '../../fakes/arm.ts';
import { makeFakeThrottleBoard } from '../../fakes/throttle-board.ts';
import { aClock } from '../../support/clock.ts';
import {
  aPrincipal,
  ids,
  resourceGroup,
  roles,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';

const identity = { tenantId: ids.customer, objectId: ids.palInTenant, principal: aPrincipal() };
const credential = { getToken: () => Promise.resolve(null) };

function anEstate(answer: Parameters<typeof makeFakeArm>[0]) {
  const clock = aClock();
  const fake = makeFakeArm(answer, clock);
  const estate = makeTenantEstate({
    armAs: () => fake.arm,
    credentialOf: () => credential,
    objectIdOf: () => Promise.resolve(ids.palInTenant),
    gate: makeBucketGate(
      makeFakeThrottleBoard(),
      () => false,
      clock,
      () => Promise.resolve(),
    ),
  });
  return { estate, ...fake };
}

const ASSIGNMENT = '0e0e0e0e-aaaa-4000-8000-000000000001';

const paths = (calls: readonly { readonly path: string }[]) => calls.map(({ path }) => path);

describe('role assignments in a customer’s tenant', () => {
  const definition = `${subscription(1).id}/providers/Microsoft.Authorization/roleDefinitions/${roles.contributor.toUpperCase()}`;
  const listed = (scope: string, condition: string | null = null) => ({
    name: ASSIGNMENT.toUpperCase(),
    properties: { scope, roleDefinitionId: definition, condition },
  });

  it('are asked for by what is assigned to us, groups included', async () => {
    const { estate, calls } = anEstate(() => ({ body: { value: [listed('/'), listed('/x', '@Resource')] } }));

    const answer = await estate.roleAssignments(identity, resourceGroup(1, 'Web'));

    expect(answer).toEqual({
      kind: 'ok',
      value: [
        { name: ASSIGNMENT, scope: '/', roleId: roles.contributor, conditional: false },
        { name: ASSIGNMENT, scope: '/x', roleId: roles.contributor, conditional: true },
      ],
    });
    expect(paths(calls)).toEqual([
      `${resourceGroup(1, 'Web').id}/providers/Microsoft.Authorization/roleAssignments?$filter=assignedTo('${ids.palInTenant}')&api-version=2022-04-01`,
    ]);
  });

  it('are read to the last page', async () => {
    const { estate } = anEstate(({ path }) => ({
      body: { value: [listed('/')], ...(path === 'https://arm/2' ? {} : { nextLink: 'https://arm/2' }) },
    }));

    expect(await estate.roleAssignments(identity, subscription(1))).toMatchObject({ value: [{}, {}] });
  });

  it.each([401, 403, 404])('that may not be read (%s) prove nothing', async (status) => {
    const { estate } = anEstate(() => ({ status, body: {} }));

    expect(await estate.roleAssignments(identity, subscription(1))).toEqual({ kind: 'no-access', status });
  });

  it('in a subscription of another tenant name that tenant', async () => {
    const { estate } = anEstate(() => ({
      status: 401,
      headers: {
        'www-authenticate': `Bearer authorization_uri="https://login.windows.net/${ids.otherCustomer}"`,
      },
      body: { error: { code: 'InvalidAuthenticationTokenTenant', message: `tenant ${ids.stranger}` } },
    }));

    expect(await estate.roleAssignments(identity, subscription(1))).toEqual({
      kind: 'no-access',
      status: 401,
      ownerTenantId: ids.otherCustomer,
    });
  });

  it('of another shape are no answer', async () => {
    const { estate } = anEstate(() => ({ body: { value: [{ properties: {} }] } }));

    await expect(estate.roleAssignments(identity, subscription(1))).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('schedules of roles in a customer’s tenant', () => {
  const origin = `${subscription(1).id}/providers/Microsoft.Authorization/roleAssignments/${ASSIGNMENT.toUpperCase()}`;
  const scheduled = (properties: object) => ({
    properties: {
      scope: subscription(1).id,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roles.contributor}`,
      originRoleAssignmentId: origin,
      assignmentType: 'Assigned',
      ...properties,
    },
  });
  const common = {
    assignment: ASSIGNMENT,
    scope: subscription(1).id,
    roleId: roles.contributor,
    activated: false,
    endsAt: null,
  };

  it('are asked for at one scope, with all that is above it and below', async () => {
    const { estate, calls } = anEstate(() => ({ body: { value: [scheduled({})] } }));

    expect(await estate.roleSchedules(identity, subscription(1))).toEqual({ kind: 'ok', value: [common] });
    expect(paths(calls)).toEqual([
      `${subscription(1).id}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances?$filter=assignedTo('${ids.palInTenant}')&api-version=2020-10-01`,
    ]);
  });

  it.each([
    ['no end', { endDateTime: null }, {}],
    [
      'an end, to seven digits',
      { endDateTime: '2026-06-30T22:00:00.1234567Z' },
      { endsAt: '2026-06-30T22:00:00.123Z' },
    ],
    [
      'an end with an offset',
      { endDateTime: '2026-07-01T00:00:00+02:00' },
      { endsAt: '2026-06-30T22:00:00.000Z' },
    ],
    ['a role taken just in time', { assignmentType: 'Activated' }, { activated: true }],
    ['no assignment behind it', { originRoleAssignmentId: null }, { assignment: null }],
  ])('tell of %s', async (_, properties, expected) => {
    const { estate } = anEstate(() => ({ body: { value: [scheduled(properties)] } }));

    expect(await estate.roleSchedules(identity, subscription(1))).toEqual({
      kind: 'ok',
      value: [{ ...common, ...expected }],
    });
  });

  it('are none in a tenant without the licence, by the code of its answer', async () => {
    const { estate, calls } = anEstate(() => ({ status: 400, body: {} }));

    expect(await estate.roleSchedules(identity, subscription(1))).toEqual({ kind: 'unlicensed' });
    expect(calls[0]?.understands).toEqual([401, 403, 404, 'AadPremiumLicenseRequired']);
  });

  it.each([401, 403, 404])('that may not be read (%s) prove nothing', async (status) => {
    const { estate } = anEstate(() => ({ status, body: {} }));

    expect(await estate.roleSchedules(identity, subscription(1))).toEqual({ kind: 'no-access', status });
  });

  it('with an end that is no time are no answer', async () => {
    const { estate } = anEstate(() => ({ body: { value: [scheduled({ endDateTime: 'soon' })] } }));

    await expect(estate.roleSchedules(identity, subscription(1))).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('subscriptions in a customer’s tenant', () => {
  it('are listed by their ids', async () => {
    const { estate, calls } = anEstate(() => ({
      body: {
        value: [
          { subscriptionId: subscriptionId(1).toUpperCase(), tenantId: ids.customer, state: 'Enabled' },
        ],
      },
    }));

    expect([...(await estate.subscriptions(identity)).keys()]).toEqual([subscriptionId(1)]);
    expect(paths(calls)).toEqual(['/subscriptions?api-version=2022-12-01']);
  });

  it('that may not be listed are trouble', async () => {
    const { estate } = anEstate(() => {
      throw new Failure('denied', 'Azure answered 403.');
    });

    await expect(estate.subscriptions(identity)).rejects.toMatchObject({ kind: 'denied' });
  });
});

it('resource groups are listed as scopes', async () => {
  const { estate, calls } = anEstate(() => ({ body: { value: [{ name: 'Web' }] } }));

  expect(await estate.resourceGroups(identity, subscriptionId(1))).toEqual({
    kind: 'ok',
    value: [resourceGroup(1, 'Web')],
  });
  expect(paths(calls)).toEqual([`/subscriptions/${subscriptionId(1)}/resourcegroups?api-version=2021-04-01`]);
});

it('a tenant that is throttled does not hold up another', async () => {
  const retryAt = new Date('2026-03-10T12:05:00.000Z');
  let throttling = true;
  const { estate, calls } = anEstate(() => {
    if (!throttling) return { body: { value: [] } };
    throttling = false;
    throw new Failure('throttled', 'Azure answered 429.', { retryAt });
  });
  const elsewhere = { ...identity, tenantId: ids.otherCustomer, objectId: ids.stranger };

  await expect(estate.subscriptions(identity)).rejects.toMatchObject({ kind: 'throttled' });
  await expect(estate.subscriptions(identity)).rejects.toMatchObject({ kind: 'throttled', retryAt });
  await estate.subscriptions(elsewhere);

  expect(calls).toHaveLength(2);
});
