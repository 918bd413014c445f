/** What the partner has of its own: made by whoever deploys, and closed to the identities the estate is about. */
import { expect, it } from 'vitest';
import { anEstate, deployer, startTestAzure } from '../../support/azure.ts';

const group = '/subscriptions/0f0f0f0f-0000-4000-8000-0000000000d3/resourceGroups/rg-pal';
const identities = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;
const roles = '/providers/Microsoft.Authorization/roleAssignments';
const version = '?api-version=2022-04-01';

async function anAzure() {
  const azure = await startTestAzure(anEstate(), { applications: [deployer] });
  const token = await azure.token({ principal: 'deployer' });
  const send = (method: string, path: string, body?: object) =>
    azure.send(method, path + version, { token, ...(body ? { body: JSON.stringify(body) } : {}) });
  return { azure, send };
}

it('a resource group is there once it was made, whatever the case of its name', async () => {
  const { send } = await anAzure();

  const before = await send('HEAD', group);
  const made = await send('PUT', group, { location: 'northeurope', tags: { 'azd-env-name': 'prod' } });
  const again = await send('PUT', group, { location: 'northeurope' });

  expect([before.status, made.status, again.status]).toEqual([404, 201, 200]);
  expect(made.json).toMatchObject({ id: group, name: 'rg-pal', tags: { 'azd-env-name': 'prod' } });
  expect((await send('HEAD', group.replace('rg-pal', 'RG-PAL'))).status).toBe(204);
});

it('an identity keeps its object when it is made again, and needs its group', async () => {
  const { send } = await anAzure();
  const location = { location: 'northeurope' };

  const homeless = await send('PUT', `${identities}/id-pal`, location);
  await send('PUT', group, location);
  const made = await send('PUT', `${identities}/id-pal`, location);
  const again = await send('PUT', `${identities}/id-pal`, location);
  const listed = await send('GET', identities);

  expect(homeless).toMatchObject({ status: 404, json: { error: { code: 'ResourceGroupNotFound' } } });
  expect([made.status, again.status]).toEqual([201, 200]);
  expect(again.json).toEqual(made.json);
  expect(listed.json).toEqual({ value: [made.json] });
});

it('a role at the root is held once', async () => {
  const { send } = await anAzure();
  const properties = {
    roleDefinitionId:
      '/providers/Microsoft.Authorization/roleDefinitions/43d0d8ad-25c7-4714-9337-8ba259a9fe05',
    principalId: '0f0f0f0f-0000-4000-8000-0000000000d4',
  };

  const made = await send('PUT', `${roles}/0f0f0f0f-0000-4000-8000-0000000000e1`, { properties });
  const another = await send('PUT', `${roles}/0f0f0f0f-0000-4000-8000-0000000000e2`, { properties });
  const again = await send('PUT', `${roles}/0F0F0F0F-0000-4000-8000-0000000000E1`, { properties });

  expect([made.status, another.status, again.status]).toEqual([201, 409, 200]);
  expect(Object.keys(made.json as object)).toEqual(['id', 'name', 'type', 'properties']);
  expect((await send('GET', roles)).json).toMatchObject({
    value: [{ properties: { ...properties, scope: '/' } }],
  });
});

it.each(['not json', '{}'])('a body that is %s is refused', async (body) => {
  const { azure } = await anAzure();
  const token = await azure.token({ principal: 'deployer' });

  expect(await azure.send('PUT', group + version, { token, body })).toMatchObject({
    status: 400,
    json: { error: { code: 'InvalidRequestContent' } },
  });
});

it('the identities of the estate have no right to any of it', async () => {
  const { azure } = await anAzure();
  const tokens = [await azure.token(), await azure.observerToken()];

  for (const token of tokens) {
    expect((await azure.send('GET', roles + version, { token })).status).toBe(403);
    expect((await azure.send('PUT', group + version, { token, body: '{"location":"x"}' })).status).toBe(403);
  }
});
