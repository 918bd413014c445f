/** Who sees which subscriptions and delegations in ARM. */
import { describe, expect, it } from 'vitest';
import {
  aCustomer,
  aDelegation,
  anEstate,
  contributor,
  managingTenantId,
  palLinkId,
  startTestAzure,
  subscriptionId,
  tenantId,
  type EstateInput,
  type TestAzure,
} from '../../support/azure.ts';

const otherTenant = 'dddddddd-0000-4000-8000-00000000beef';
const somebodyElse = 'bbbbbbbb-0000-4000-8000-00000000dead';
const lighthouse = 'providers/Microsoft.ManagedServices';

const idsIn = (list: unknown): unknown[] =>
  (list as { readonly name?: string; readonly subscriptionId?: string }[]).map(
    (one) => one.subscriptionId ?? one.name,
  );

const subscriptionsOf = async (azure: TestAzure, token: string) =>
  idsIn((await azure.send('GET', '/subscriptions?api-version=2022-12-01', { token })).at('value'));

const assignments = (azure: TestAzure, token: string, scope: string, query = '') =>
  azure.send('GET', `${scope}/${lighthouse}/registrationAssignments?api-version=2022-10-01${query}`, {
    token,
  });

const scopesIn = (list: unknown) =>
  (list as { readonly id: string }[]).map(({ id }) => id.slice(0, id.indexOf(`/${lighthouse}`)));

const sub = (n: number) => `/subscriptions/${subscriptionId(n)}`;
const named = (objectId: string) => [{ principalId: objectId, roleDefinitionId: contributor }];

const mixed: EstateInput = anEstate({
  customers: [
    aCustomer(1, aDelegation()),
    aCustomer(2, aDelegation({ authorizations: named(somebodyElse) })),
    aCustomer(3, aDelegation({ resourceGroup: 'Web' })),
    aCustomer(4, aDelegation({ hidden: true })),
    aCustomer(5, aDelegation({ provisioningState: 'Failed' })),
    aCustomer(6, aDelegation({ managedByTenantId: otherTenant })),
    aCustomer(
      7,
      aDelegation({
        authorizations: [],
        eligibleAuthorizations: [{ principalId: palLinkId, roleDefinitionId: contributor }],
      }),
    ),
    aCustomer(8),
  ],
});

describe('the list of subscriptions', () => {
  it('shows the observer every delegation that is not hidden, ready or not', async () => {
    const azure = await startTestAzure(mixed);

    const seen = await subscriptionsOf(azure, await azure.observerToken());

    expect(seen).toEqual([1, 2, 3, 5, 7].map(subscriptionId));
  });

  it('shows a principal what names it permanently and is ready', async () => {
    const azure = await startTestAzure(mixed);

    const seen = await subscriptionsOf(azure, await azure.token());

    expect(seen).toEqual([1, 3, 4].map(subscriptionId));
  });

  it('is one record without a list for one subscription', async () => {
    const azure = await startTestAzure(mixed);
    const token = await azure.observerToken();

    expect(await azure.send('GET', `${sub(1)}?api-version=2021-01-01`, { token })).toMatchObject({
      status: 200,
      json: { id: sub(1), displayName: 'Subscription 1', managedByTenants: [{ tenantId: managingTenantId }] },
    });
  });

  it('keeps disabled and deleted subscriptions, with their state', async () => {
    const customer = aCustomer(1, aDelegation());
    customer.subscriptions.push(
      { ...customer.subscriptions[0]!, subscriptionId: subscriptionId(2), ...{ state: 'Disabled' } },
      { ...customer.subscriptions[0]!, subscriptionId: subscriptionId(3), ...{ state: 'Deleted' } },
    );
    const azure = await startTestAzure(anEstate({ customers: [customer] }));
    const token = await azure.observerToken();

    const list = await azure.send('GET', '/subscriptions?api-version=2022-12-01', { token });
    const read = await assignments(azure, token, sub(2));

    expect(list.at('value')).toMatchObject([
      { state: 'Enabled' },
      { state: 'Disabled' },
      { state: 'Deleted' },
    ]);
    expect(read.status).toBe(200);
  });
});

describe('registration assignments', () => {
  it('of a subscription also hold those of its resource groups and of other managing tenants', async () => {
    const customer = aCustomer(
      1,
      aDelegation(),
      aDelegation({ resourceGroup: 'Web' }),
      aDelegation({ managedByTenantId: otherTenant }),
    );
    const azure = await startTestAzure(anEstate({ customers: [customer] }));
    const token = await azure.observerToken();

    const all = await assignments(azure, token, sub(1));
    const ofGroup = await assignments(azure, token, `${sub(1)}/resourcegroups/WEB`);
    const filter = encodeURIComponent(`managedByTenantId eq '${otherTenant}'`);
    const ofOthers = await assignments(azure, token, sub(1), `&$filter=${filter}`);

    expect(scopesIn(all.at('value'))).toEqual([sub(1), `${sub(1)}/resourceGroups/Web`, sub(1)]);
    expect(scopesIn(ofGroup.at('value'))).toEqual([`${sub(1)}/resourceGroups/Web`]);
    expect(ofOthers.at('value.length')).toBe(1);
  });

  it('have the recorded shape, with the definition when it is asked for', async () => {
    const plan = { name: 'gold', product: 'managed', publisher: 'fabrikam', version: '1.0.0' };
    const eligible = {
      principalId: somebodyElse,
      roleDefinitionId: contributor,
      justInTimeAccessPolicy: { multiFactorAuthProvider: 'Azure', maximumActivationDuration: 'PT8H' },
    };
    const customer = aCustomer(1, aDelegation({ plan, eligibleAuthorizations: [eligible] }));
    const azure = await startTestAzure(anEstate({ customers: [customer] }));
    const token = await azure.observerToken();

    const bare = await assignments(azure, token, sub(1));
    const expanded = await assignments(azure, token, sub(1), '&$expandRegistrationDefinition=true');
    const name = String(bare.at('value.0.name'));
    const definitionId = String(bare.at('value.0.properties.registrationDefinitionId'));
    const one = await azure.send(
      'GET',
      `${sub(1)}/${lighthouse}/registrationAssignments/${name}?api-version=2019-06-01`,
      { token },
    );
    const definition = await azure.send('GET', `${definitionId}?api-version=2022-10-01`, { token });

    const id = `${sub(1)}/${lighthouse}/registrationAssignments/${name}`;
    const type = 'Microsoft.ManagedServices/registrationAssignments';
    const properties = { registrationDefinitionId: definitionId, provisioningState: 'Succeeded' };
    const definitionProperties = {
      registrationDefinitionName: 'Fabrikam managed service',
      managedByTenantId: managingTenantId,
      authorizations: [{ principalId: palLinkId, roleDefinitionId: contributor }],
      eligibleAuthorizations: [eligible],
      provisioningState: 'Succeeded',
      managedByTenantName: 'Fabrikam MSP',
    };
    const definitionRest = {
      plan,
      id: definitionId,
      type: 'Microsoft.ManagedServices/registrationDefinitions',
      name: definitionId.slice(-36),
    };
    expect(bare.json).toEqual({ value: [{ properties, id, type, name }] });
    expect(one.json).toEqual({ properties, id, type, name });
    expect(expanded.at('value.0.properties.registrationDefinition')).toEqual({
      properties: {
        ...definitionProperties,
        manageeTenantId: tenantId(1),
        manageeTenantName: 'Customer 1',
      },
      ...definitionRest,
    });
    expect(definition.json).toEqual({ properties: definitionProperties, ...definitionRest });
  });

  it('keep their ids from start to start', async () => {
    const first = await startTestAzure(mixed);
    const second = await startTestAzure(mixed);

    const one = await assignments(first, await first.observerToken(), sub(1));
    const two = await assignments(second, await second.observerToken(), sub(1));

    expect(one.text).toBe(two.text);
  });

  it('cannot be read at the subscription by who sees a resource group only', async () => {
    const azure = await startTestAzure(mixed);
    const token = await azure.observerToken();

    expect(await assignments(azure, token, sub(3))).toMatchObject({
      status: 403,
      json: { error: { code: 'AuthorizationFailed' } },
    });
    expect((await assignments(azure, token, `${sub(3)}/resourceGroups/web`)).status).toBe(200);
    expect((await assignments(azure, token, `${sub(3)}/resourceGroups/other`)).status).toBe(403);
  });

  it('show the observer a delegation that is not ready', async () => {
    const azure = await startTestAzure(mixed);

    const { json } = await assignments(azure, await azure.observerToken(), sub(5));

    expect(json).toMatchObject({ value: [{ properties: { provisioningState: 'Failed' } }] });
  });

  it('come in pages when there are many', async () => {
    const groups = ['a', 'b', 'c'].map((resourceGroup) => aDelegation({ resourceGroup }));
    const azure = await startTestAzure(anEstate({ customers: [aCustomer(1, aDelegation(), ...groups)] }), {
      pageSize: 3,
    });
    const token = await azure.observerToken();

    const first = await assignments(azure, token, sub(1), '&$expandRegistrationDefinition=true');
    const next = String(first.at('nextLink')).slice(azure.url.length);
    const second = await azure.send('GET', next, { token });

    expect(first.at('value.length')).toBe(3);
    expect(second.at('value.length')).toBe(1);
    expect(second.at('value.0.properties.registrationDefinition.type')).toBe(
      'Microsoft.ManagedServices/registrationDefinitions',
    );
    expect(second.at('nextLink')).toBeUndefined();
  });
});

describe('a subscription that is projected without a delegation', () => {
  it('is listed for the observer alone, and cannot be looked into', async () => {
    const { subscriptions } = aCustomer(1);
    const projected = subscriptions.map((one) => ({ ...one, projected: true }));
    const azure = await startTestAzure(
      anEstate({ customers: [{ ...aCustomer(1), subscriptions: projected }] }),
    );
    const observer = await azure.observerToken();

    expect(await subscriptionsOf(azure, observer)).toEqual([subscriptionId(1)]);
    expect((await assignments(azure, observer, sub(1))).status).toBe(403);
    expect(await subscriptionsOf(azure, await azure.token())).toEqual([]);
  });
});

describe('a subscription that is not seen', () => {
  it.each([
    ['401', 401, 'InvalidAuthenticationTokenTenant'],
    ['403', 403, 'AuthorizationFailed'],
    ['404', 404, 'SubscriptionNotFound'],
  ] as const)('answers by the rule %s', async (afterRemoval, status, code) => {
    const azure = await startTestAzure({ ...mixed, rules: { afterRemoval } });
    const token = await azure.observerToken();

    for (const n of [4, 6, 8]) {
      expect(await assignments(azure, token, sub(n))).toMatchObject({ status, json: { error: { code } } });
    }
  });

  it('names both issuers in the words of the real refusal', async () => {
    const azure = await startTestAzure(mixed);

    const answer = await assignments(azure, await azure.observerToken(), sub(4));

    expect(answer.at('error.message')).toMatch(
      `The access token is from the wrong issuer 'https://sts.windows.net/${managingTenantId}/'. It must match the ` +
        `tenant 'https://sts.windows.net/${tenantId(4)}/' associated with this subscription.`,
    );
  });

  it('names its tenant in the challenge where the token is of another one, and only there', async () => {
    const azure = await startTestAzure(mixed);
    const elsewhere = await assignments(azure, await azure.observerToken(), sub(4));
    const unknown = await assignments(azure, await azure.observerToken(), sub(99));
    const forbidden = await startTestAzure({ ...mixed, rules: { afterRemoval: '403' } });
    const hidden = await assignments(forbidden, await forbidden.observerToken(), sub(4));

    expect(elsewhere.headers['www-authenticate']).toContain(
      `Bearer authorization_uri="https://login.windows.net/${tenantId(4)}"`,
    );
    expect(unknown.headers['www-authenticate']).toBeUndefined();
    expect(hidden.headers['www-authenticate']).toBeUndefined();
  });

  it('is not found when it never was in the estate', async () => {
    const azure = await startTestAzure(mixed);

    expect(await assignments(azure, await azure.observerToken(), sub(99))).toMatchObject({
      status: 404,
      json: { error: { code: 'SubscriptionNotFound' } },
    });
  });
});

describe("a service principal in the customer's tenant", () => {
  const objectId = 'bbbbbbbb-0000-4000-8000-000000000077';
  type Roles = NonNullable<NonNullable<EstateInput['customers'][number]['servicePrincipal']>['roles']>;
  const anEstateWith = (held: Roles, changes: Partial<EstateInput['customers'][number]> = {}) =>
    anEstate({
      customers: [
        {
          ...aCustomer(1),
          subscriptions: [1, 2, 3].map((n) => ({ subscriptionId: subscriptionId(n) })),
          servicePrincipal: { principal: 'pal-link', objectId, roles: held },
          ...changes,
        },
      ],
    });
  const estate = anEstateWith([
    { scope: sub(1), roleDefinitionId: contributor },
    { scope: `${sub(2)}/resourceGroups/Web`, roleDefinitionId: contributor },
  ]);
  const listOf =
    (type: string, version: string) => (azure: TestAzure, token: string, scope: string, filter: string) =>
      azure.send(
        'GET',
        `${scope}/providers/Microsoft.Authorization/${type}?api-version=${version}&$filter=${encodeURIComponent(filter)}`,
        { token },
      );
  const roles = listOf('roleAssignments', '2022-04-01');
  const schedules = listOf('roleAssignmentScheduleInstances', '2020-10-01');
  const ours = `assignedTo('${objectId}')`;

  it('sees the subscriptions it has roles in', async () => {
    const azure = await startTestAzure(estate);

    const seen = await subscriptionsOf(azure, await azure.token({ tenant: tenantId(1) }));

    expect(seen).toEqual([1, 2].map(subscriptionId));
  });

  it.each([
    `principalId eq '${objectId}'`,
    `assignedTo('${objectId}')`,
    `atScope() and assignedTo('${objectId}')`,
  ])('reads its own role assignments with %s', async (filter) => {
    const azure = await startTestAzure(estate);
    const token = await azure.token({ tenant: tenantId(1) });

    const answer = await roles(azure, token, sub(1), filter);

    expect(answer.at('value')).toMatchObject([
      {
        type: 'Microsoft.Authorization/roleAssignments',
        properties: {
          principalId: objectId,
          scope: sub(1),
          roleDefinitionId: `${sub(1)}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
        },
      },
    ]);
  });

  it('finds nothing for somebody else, and nothing opens without a role', async () => {
    const azure = await startTestAzure(estate);
    const token = await azure.token({ tenant: tenantId(1) });

    const others = await roles(azure, token, sub(1), `principalId eq '${somebodyElse}'`);
    const unseen = await roles(azure, token, sub(3), `principalId eq '${objectId}'`);
    const ofGroup = await roles(azure, token, `${sub(2)}/resourceGroups/web`, `principalId eq '${objectId}'`);

    expect(others.json).toEqual({ value: [] });
    expect(unseen.status).toBe(403);
    expect(ofGroup.at('value.length')).toBe(1);
  });

  it('reads when its roles end and how they came about, beside the assignments that shows nothing of', async () => {
    const azure = await startTestAzure(
      anEstateWith([
        { scope: sub(1), roleDefinitionId: contributor, endDateTime: '2026-12-31T23:00:00Z' },
        { scope: '/', roleDefinitionId: contributor, assignmentType: 'Activated', condition: '@Resource[x]' },
      ]),
      { now: () => Date.parse('2026-03-10T12:00:00Z') },
    );
    const token = await azure.token({ tenant: tenantId(1) });

    const assigned = await roles(azure, token, sub(1), ours);
    const scheduled = await schedules(azure, token, sub(1), ours);

    const idsOf = (n: number) => assigned.at(`value.${n}.id`);
    expect(scheduled.at('value')).toMatchObject([
      {
        type: 'Microsoft.Authorization/roleAssignmentScheduleInstances',
        properties: {
          scope: sub(1),
          principalId: objectId,
          roleDefinitionId: `${sub(1)}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
          originRoleAssignmentId: idsOf(0),
          assignmentType: 'Assigned',
          endDateTime: '2026-12-31T23:00:00Z',
          condition: null,
        },
      },
      {
        properties: {
          scope: '/',
          originRoleAssignmentId: idsOf(1),
          assignmentType: 'Activated',
          endDateTime: null,
          condition: '@Resource[x]',
        },
      },
    ]);
    expect(JSON.stringify(assigned.json)).not.toContain('endDateTime');
    expect(assigned.at('value.1.properties.condition')).toBe('@Resource[x]');
  });

  it('has no role any more when its end has come', async () => {
    const clock = { now: Date.parse('2026-03-10T12:00:00Z') };
    const azure = await startTestAzure(
      anEstateWith([
        { scope: sub(1), roleDefinitionId: contributor, endDateTime: '2026-03-10T12:01:00Z' },
        { scope: sub(2), roleDefinitionId: contributor },
      ]),
      { now: () => clock.now },
    );
    const token = await azure.token({ tenant: tenantId(1) });
    const seen = async () => subscriptionsOf(azure, token);

    expect(await seen()).toEqual([1, 2].map(subscriptionId));
    clock.now += 60_000;

    expect(await seen()).toEqual([subscriptionId(2)]);
    expect((await roles(azure, token, sub(1), ours)).status).toBe(403);
    expect((await schedules(azure, token, sub(1), ours)).status).toBe(403);
  });

  it('is not told when roles end in a tenant without the licence, which tells nobody else more', async () => {
    const azure = await startTestAzure(
      anEstateWith([{ scope: sub(1), roleDefinitionId: contributor }], { pimLicensed: false }),
    );
    const token = await azure.token({ tenant: tenantId(1) });

    expect(await schedules(azure, token, sub(1), ours)).toMatchObject({
      status: 400,
      json: { error: { code: 'AadPremiumLicenseRequired' } },
    });
    expect((await schedules(azure, token, sub(2), ours)).status).toBe(403);
    expect((await roles(azure, token, sub(1), ours)).status).toBe(200);
  });

  it('lists the resource groups its roles open', async () => {
    const azure = await startTestAzure(estate);
    const token = await azure.token({ tenant: tenantId(1) });
    const groups = async (scope: string) =>
      azure.send('GET', `${scope}/resourcegroups?api-version=2021-04-01`, { token });

    const opened = await groups(sub(2));
    const unseen = await groups(sub(3));

    expect(opened.at('value')).toMatchObject([{ name: 'Web', id: `${sub(2)}/resourceGroups/Web` }]);
    expect(unseen.status).toBe(403);
  });
});

describe('partner links', () => {
  const partner = (azure: TestAzure, token: string, method: string, id = '') =>
    azure.send(method, `/providers/Microsoft.ManagementPartner/partners/${id}?api-version=2018-02-01`, {
      token,
    });

  it('refuse a PUT of another ID with a conflict, and change nothing', async () => {
    const azure = await startTestAzure(anEstate());
    const token = await azure.token();
    const created = await partner(azure, token, 'PUT', '4681234');

    const refused = await partner(azure, token, 'PUT', '4600001');

    expect(refused).toMatchObject({ status: 409, json: { error: { code: 'Conflict' }, code: 'Conflict' } });
    expect((await partner(azure, token, 'GET')).text).toBe(created.text);
  });

  it('take a PUT of another ID where the estate says so', async () => {
    const azure = await startTestAzure(anEstate({ rules: { putWhenLinked: 'ok' } }));
    const token = await azure.token();
    await partner(azure, token, 'PUT', '4681234');

    expect(await partner(azure, token, 'PUT', '4600001')).toMatchObject({
      status: 200,
      json: { name: '4600001', etag: 2 },
    });
  });

  it('stay as they are under what asks for nothing new', async () => {
    const azure = await startTestAzure(anEstate());
    const token = await azure.token();
    const created = await partner(azure, token, 'PUT', '4681234');

    expect((await partner(azure, token, 'PUT', '4681234')).text).toBe(created.text);
    expect((await partner(azure, token, 'PATCH', '4681234')).text).toBe(created.text);
    expect((await partner(azure, token, 'GET', '4600001')).status).toBe(404);
    expect((await partner(azure, token, 'DELETE', '4600001')).status).toBe(200);
    expect((await partner(azure, token, 'PATCH', '999')).status).toBe(400);
    expect((await partner(azure, token, 'GET', '4681234')).text).toBe(created.text);
  });

  it('belong to one identity: another principal has its own', async () => {
    const estate = anEstate();
    const other = { name: 'other', objectId: somebodyElse, applicationId: tenantId(9) };
    const azure = await startTestAzure({
      ...estate,
      principals: [{ ...estate.principals[0]!, link: { partnerId: '4681234' } }, other],
    });

    expect(await partner(azure, await azure.token(), 'GET')).toMatchObject({
      status: 200,
      json: { properties: { partnerId: '4681234', objectId: palLinkId, version: 1 } },
    });
    expect((await partner(azure, await azure.token({ principal: 'other' }), 'GET')).status).toBe(404);
  });

  it('list the operations of their provider', async () => {
    const azure = await startTestAzure(anEstate());
    const path = '/providers/Microsoft.ManagementPartner/operations?api-version=2018-02-01';

    const { json } = await azure.send('GET', path, { token: await azure.token() });

    expect(json).toMatchObject({
      value: ['read', 'write', 'action', 'delete'].map((name) => ({
        name: `Microsoft.ManagementPartner/partners/${name}`,
      })),
    });
  });
});
