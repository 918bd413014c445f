/** Resource Graph: what its queries return, in what pages, and how late. */
import { setTimeout as sleep } from 'node:timers/promises';
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
  type TestResponse,
} from '../../support/azure.ts';

const assess = (where = '') => `
  ResourceContainers
  | where type =~ 'Microsoft.Resources/subscriptions'
  ${where}
  | project id, subscriptionId, tenantId, name, subscriptionProperties = properties
  | join kind=leftouter (
      managedservicesresources
      | where type =~ 'microsoft.managedservices/registrationassignments'
      | project subscriptionId, assignmentId = id, assignmentProperties = properties,
                definitionId = tolower(tostring(properties.registrationDefinitionId))
    ) on subscriptionId
  | JOIN kind=leftouter (
      managedservicesresources
      | where type =~ 'microsoft.managedservices/registrationdefinitions'
      | project definitionId = tolower(id), definitionProperties = properties, definitionPlan = plan
    ) on definitionId
  | project id, subscriptionId, tenantId, name, subscriptionProperties, assignmentId, assignmentProperties,
            definitionProperties, definitionPlan
  | order by tenantId asc, id asc, assignmentId asc`;

const ask = async (azure: TestAzure, query: string, options: object = {}, token?: string) =>
  azure.send('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', {
    token: token ?? (await azure.observerToken()),
    body: JSON.stringify({ query, options }),
  });

const namesIn = (answer: TestResponse) => (answer.at('data') as { name: string }[]).map((one) => one.name);

const threeTenants: EstateInput = anEstate({
  customers: [
    aCustomer(1, aDelegation(), aDelegation({ resourceGroup: 'Web', plan: { name: 'gold' } })),
    aCustomer(2, aDelegation({ resourceGroup: 'Data' })),
    aCustomer(3, aDelegation({ hidden: true })),
    aCustomer(4, aDelegation()),
  ],
});

describe('the query of the product', () => {
  it('joins subscriptions with their assignments and definitions', async () => {
    const azure = await startTestAzure(threeTenants);
    const where = `| where tenantId in~ ('${tenantId(1).toUpperCase()}', '${tenantId(2)}')`;

    const answer = await ask(azure, assess(where));

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ totalRecords: 3, count: 3, facets: [], resultTruncated: 'false' });
    expect(namesIn(answer)).toEqual(['Subscription 1', 'Subscription 1', 'Subscription 2']);
    const rows = answer.at('data') as { definitionPlan: unknown }[];
    expect(rows.find((row) => row.definitionPlan !== null)).toEqual({
      id: `/subscriptions/${subscriptionId(1)}`,
      subscriptionId: subscriptionId(1),
      tenantId: tenantId(1),
      name: 'Subscription 1',
      subscriptionProperties: {
        managedByTenants: [{ tenantId: managingTenantId }],
        state: 'Enabled',
        subscriptionPolicies: {
          locationPlacementId: 'Public_2014-09-01',
          quotaId: 'CSP_2015-05-01',
          spendingLimit: 'Off',
        },
      },
      assignmentId: expect.stringContaining('/resourceGroups/Web/') as string,
      assignmentProperties: {
        registrationDefinitionId: expect.stringContaining('/registrationDefinitions/') as string,
        provisioningState: 'Succeeded',
      },
      definitionProperties: {
        registrationDefinitionName: 'Fabrikam managed service',
        managedByTenantId: managingTenantId,
        authorizations: [{ principalId: palLinkId, roleDefinitionId: contributor }],
        provisioningState: 'Succeeded',
        manageeTenantId: tenantId(1),
        manageeTenantName: 'Customer 1',
        managedByTenantName: 'Fabrikam MSP',
      },
      definitionPlan: { name: 'gold' },
    });
  });

  it('covers the whole estate without a tenant clause, or the subscriptions named', async () => {
    const azure = await startTestAzure(threeTenants);

    const whole = await ask(azure, assess());
    const named = await ask(azure, assess(`| where subscriptionId in~ ('${subscriptionId(4)}')`));

    expect(namesIn(whole)).toEqual(['Subscription 1', 'Subscription 1', 'Subscription 2', 'Subscription 4']);
    expect(namesIn(named)).toEqual(['Subscription 4']);
  });

  it('has nulls where a subscription shows no assignment', async () => {
    const objectId = 'bbbbbbbb-0000-4000-8000-000000000077';
    const roles = [{ scope: `/subscriptions/${subscriptionId(1)}`, roleDefinitionId: contributor }];
    const customer = { ...aCustomer(1), servicePrincipal: { principal: 'pal-link', objectId, roles } };
    const azure = await startTestAzure(anEstate({ customers: [customer] }));

    const answer = await ask(azure, assess(), {}, await azure.token({ tenant: tenantId(1) }));

    expect(answer.at('data')).toMatchObject([
      {
        name: 'Subscription 1',
        assignmentId: null,
        assignmentProperties: null,
        definitionProperties: null,
        definitionPlan: null,
      },
    ]);
  });

  it('shows each caller what it sees, no more', async () => {
    const azure = await startTestAzure(threeTenants);

    const ofPrincipal = await ask(azure, assess(), {}, await azure.token());

    expect(new Set(namesIn(ofPrincipal))).toEqual(
      new Set(['Subscription 1', 'Subscription 2', 'Subscription 3', 'Subscription 4']),
    );
  });

  it('pages through 10,000 subscriptions quickly', { timeout: 30_000 }, async () => {
    const customers = Array.from({ length: 10_000 }, (_, n) => aCustomer(n + 1, aDelegation()));
    const azure = await startTestAzure(anEstate({ customers, rules: { quota: null } }));
    const token = await azure.observerToken();
    const started = performance.now();

    const seen = new Set<unknown>();
    let skipToken: unknown;
    do {
      const options = { $top: 1000, ...(typeof skipToken === 'string' ? { $skipToken: skipToken } : {}) };
      const page = await ask(azure, assess(), options, token);
      (page.at('data') as { id: string }[]).forEach(({ id }) => seen.add(id));
      skipToken = page.at('$skipToken');
    } while (skipToken !== undefined);

    expect(seen.size).toBe(10_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('other queries', () => {
  it('list and count the plain tables', async () => {
    const azure = await startTestAzure(threeTenants);

    const types = await ask(
      azure,
      'managedservicesresources | project type, id | order by id asc | limit 10',
    );
    const count = await ask(
      azure,
      "resourcecontainers | where type == 'microsoft.resources/subscriptions' and name != 'Subscription 4' | count",
    );
    const definitions = await ask(
      azure,
      "managedservicesresources | where type =~ 'microsoft.managedservices/registrationdefinitions' | take 1",
    );

    expect(types.at('totalRecords')).toBe(8);
    expect(count.at('data')).toEqual([{ Count: 2 }]);
    expect(definitions.at('data.0.properties.managedByTenantId')).toBe(managingTenantId);
  });

  it('stop at 100 rows unless told otherwise, and cannot be paged without an id', async () => {
    const customers = Array.from({ length: 101 }, (_, n) => aCustomer(n + 1, aDelegation()));
    const azure = await startTestAzure(anEstate({ customers }));

    const withId = await ask(azure, 'resourcecontainers | project id');
    const withoutId = await ask(azure, 'resourcecontainers | project name');

    expect(withId.json).toMatchObject({ totalRecords: 101, count: 100, resultTruncated: 'false' });
    expect(withId.at('$skipToken')).toEqual(expect.any(String));
    expect(withoutId.json).toMatchObject({ totalRecords: 101, count: 100, resultTruncated: 'true' });
    expect(withoutId.at('$skipToken')).toBeUndefined();
  });

  it('are limited to the subscriptions a request names', async () => {
    const azure = await startTestAzure(threeTenants);
    const body = JSON.stringify({
      subscriptions: [subscriptionId(2)],
      query: 'resourcecontainers | project name',
    });
    const path = '/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01';

    const answer = await azure.send('POST', path, { token: await azure.observerToken(), body });

    expect(namesIn(answer)).toEqual(['Subscription 2']);
  });

  it('that make no sense are refused as recorded', async () => {
    const azure = await startTestAzure(threeTenants);

    const answer = await ask(azure, 'where where');

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      error: {
        code: 'BadRequest',
        details: [
          { code: 'InvalidQuery' },
          {
            code: 'ParserFailure',
            message: 'ParserFailure',
            line: 1,
            characterPositionInLine: 11,
            token: '<EOF>',
          },
        ],
      },
    });
  });

  it.each<[string, string, object?]>([
    ['an unknown table', 'securityresources'],
    ['an unknown column', 'resourcecontainers | project colour'],
    ['an unknown operator', 'resourcecontainers | summarize count() by type'],
    ['another join', 'resourcecontainers | join kind=inner (resources | project id) on id'],
    ['a page that is too large', 'resourcecontainers', { $top: 1001 }],
    ['a skip token of somebody else', 'resourcecontainers', { $skipToken: 'eyJ4IjoxfQ==' }],
  ])('are refused for %s', async (_what, query, options = {}) => {
    const azure = await startTestAzure(threeTenants);

    expect(await ask(azure, query, options)).toMatchObject({
      status: 400,
      json: { error: { code: 'BadRequest' } },
    });
  });
});

describe('the index', () => {
  it('lags behind changes of the estate, while direct reads do not', async () => {
    const removed = { customers: { [tenantId(4)]: { subscriptions: { [subscriptionId(4)]: null } } } };
    const azure = await startTestAzure({
      ...threeTenants,
      indexLagMs: 400,
      timeline: [{ afterMs: 0, patch: removed }],
    });
    const token = await azure.observerToken();
    const count = async () => (await ask(azure, 'resourcecontainers | project id')).at('count');
    const directly = async () =>
      (await azure.send('GET', `/subscriptions/${subscriptionId(4)}?api-version=2022-12-01`, { token }))
        .status;

    azure.startTimeline();
    await sleep(100);
    const early = [await count(), await directly()];
    await sleep(500);
    const late = [await count(), await directly()];

    expect(early).toEqual([3, 401]);
    expect(late).toEqual([2, 401]);
  });
});

describe('pages', () => {
  it('have no more rows than the estate says, however many are asked for', async () => {
    const azure = await startTestAzure({ ...threeTenants, rules: { graphRowsPerPage: 2 } });

    const first = await ask(azure, 'resourcecontainers | project id', { $top: 1_000 });
    const second = await ask(azure, 'resourcecontainers | project id', {
      $top: 1_000,
      $skipToken: String(first.at('$skipToken')),
    });

    expect([first.at('count'), second.at('count')]).toEqual([2, 1]);
    expect(second.at('$skipToken')).toBeUndefined();
  });
});

describe('an estate above the limit of one query', () => {
  const limited = { ...threeTenants, rules: { graphSubscriptionLimit: 2 } };

  it('is looked through in part, and says so by a header', async () => {
    const azure = await startTestAzure(limited);

    const answer = await ask(azure, 'resourcecontainers | project id, name');

    expect(answer.headers['x-ms-tenant-subscription-limit-hit']).toBe('true');
    expect(namesIn(answer)).toHaveLength(2);
  });

  it('is looked through whole where subscriptions are named', async () => {
    const azure = await startTestAzure(limited);
    const body = JSON.stringify({
      query: 'resourcecontainers | project id, name',
      subscriptions: [subscriptionId(1), subscriptionId(2), subscriptionId(4).toUpperCase()],
    });
    const path = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';

    const answer = await azure.send('POST', path, { token: await azure.observerToken(), body });

    expect(answer.headers['x-ms-tenant-subscription-limit-hit']).toBeUndefined();
    expect(namesIn(answer)).toHaveLength(3);
  });

  it('is no such estate at the limit itself', async () => {
    const azure = await startTestAzure({ ...threeTenants, rules: { graphSubscriptionLimit: 3 } });

    const answer = await ask(azure, 'resourcecontainers | project id, name');

    expect(answer.headers['x-ms-tenant-subscription-limit-hit']).toBeUndefined();
    expect(namesIn(answer)).toHaveLength(3);
  });
});
