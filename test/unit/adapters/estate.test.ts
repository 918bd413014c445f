import { describe, expect, it } from 'vitest';
import { makeBucketGate } from '../../../src/lib/adapters/arm/bucket-gate.ts';
import { makeEstate } from '../../../src/lib/adapters/arm/estate.ts';
import { makeFakeArm } from '../../fakes/arm.ts';
import { makeFakeThrottleBoard } from '../../fakes/throttle-board.ts';
import { aClock, sleepBy } from '../../support/clock.ts';
import { ids, resourceGroup, roles, subscription, subscriptionId } from '../../support/delegations.ts';

function anEstate(answer: Parameters<typeof makeFakeArm>[0]) {
  const clock = aClock();
  const fake = makeFakeArm(answer, clock);
  const gate = makeBucketGate(makeFakeThrottleBoard(), () => false, clock, sleepBy(clock));
  const estate = makeEstate({
    arm: fake.arm,
    gate,
    observer: ids.pal,
    managingTenantId: ids.managingTenant,
  });
  return { estate, ...fake };
}

function anAssignment(n: number) {
  const definition = {
    managedByTenantId: ids.managingTenant,
    authorizations: [{ principalId: ids.pal, roleDefinitionId: roles.contributor }],
  };
  return {
    id: `${subscription(n).id}/providers/Microsoft.ManagedServices/registrationAssignments/1`,
    properties: { provisioningState: 'Succeeded', registrationDefinition: { properties: definition } },
  };
}

const aListed = (n: number) => ({
  subscriptionId: subscriptionId(n),
  tenantId: ids.customer,
  state: 'Enabled',
});

describe('a direct read of delegations', () => {
  it('asks for the scope’s assignments with their definitions', async () => {
    const { estate, calls } = anEstate(() => ({ body: { value: [anAssignment(1)] } }));

    const answer = await estate.delegations(resourceGroup(1, 'Web'));

    expect(answer).toMatchObject({ kind: 'ok', value: [{ scope: subscription(1) }] });
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${resourceGroup(1, 'Web').id}/providers/Microsoft.ManagedServices/registrationAssignments?$expandRegistrationDefinition=true&api-version=2022-10-01`,
    ]);
  });

  it('reads all pages', async () => {
    const { estate } = anEstate(({ path }) =>
      path === 'https://arm/page2'
        ? { body: { value: [anAssignment(1)] } }
        : { body: { value: [anAssignment(1)], nextLink: 'https://arm/page2' } },
    );

    const answer = await estate.delegations(subscription(1));

    expect(answer).toMatchObject({ kind: 'ok', value: [{}, {}] });
  });

  it.each([401, 403, 404])('answers no access for %d', async (status) => {
    const { estate } = anEstate(() => ({ status, body: {} }));

    expect(await estate.delegations(subscription(1))).toEqual({ kind: 'no-access', status });
    expect(await estate.subscription(subscriptionId(1))).toEqual({ kind: 'no-access', status });
  });

  it('takes an answer of another shape for no answer', async () => {
    const { estate } = anEstate(() => ({ body: { value: [{ id: 7 }] } }));

    await expect(estate.delegations(subscription(1))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('the list of subscriptions', () => {
  it('is whole, however many pages it has', async () => {
    const { estate } = anEstate(({ path }) =>
      path.includes('skip')
        ? { body: { value: [aListed(2)] } }
        : { body: { value: [aListed(1)], nextLink: '/subscriptions?skip=1' } },
    );

    expect([...(await estate.subscriptions()).keys()]).toEqual([subscriptionId(1), subscriptionId(2)]);
  });

  it('is shared by all who ask at once', async () => {
    const { estate, calls } = anEstate(() => ({ body: { value: [aListed(1)] } }));

    await Promise.all([1, 2, 3].map(() => estate.subscriptions()));

    expect(calls).toHaveLength(1);
  });

  it('always began after it was asked for', async () => {
    let listed = [aListed(1)];
    const { estate, calls } = anEstate(() => ({ body: { value: listed } }));
    const early = estate.subscriptions();
    while (calls.length === 0) await Promise.resolve();

    const late = estate.subscriptions();
    await early;
    listed = [];

    expect([...(await early).keys()]).toEqual([subscriptionId(1)]);
    expect([...(await late).keys()]).toEqual([]);
  });

  it('is asked for anew after one that failed', async () => {
    let failing = true;
    const { estate } = anEstate(() => ({ body: failing ? {} : { value: [aListed(1)] } }));
    await expect(estate.subscriptions()).rejects.toMatchObject({ kind: 'unavailable' });
    failing = false;

    expect((await estate.subscriptions()).size).toBe(1);
  });
});
