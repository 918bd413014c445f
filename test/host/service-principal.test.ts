import { describe, expect, it } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  OTHER_PARTNER_ID,
  PARTNER_ID,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { linkReads, linkWrites, runStack, settleEstate, type StackReport } from '../support/stack.ts';

const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const UNPUBLISHED = '91c1777a-f3dc-4fae-b103-61d183457e46';

const objectIdOf = (n: number) => `dddddddd-0000-4000-8000-${String(n).padStart(12, '0')}`;
const subscriptionOf = (n: number) => `/subscriptions/${subscriptionIdOf(n)}`;
const managementGroup = '/providers/Microsoft.Management/managementGroups/contoso';
const tokenOf = (n: number) => `/${tenantIdOf(n)}/oauth2/v2.0/token`;

interface Given {
  readonly roles?: readonly { readonly scope: string; readonly roleDefinitionId: string }[];
  readonly event?: object;
  readonly link?: string;
  readonly delegated?: boolean;
}

/** The nth customer, in whose tenant our application has a service principal; Contributor, unless given otherwise. */
function aConsented(n: number, { roles, event = {}, link, delegated = false }: Given = {}) {
  return aCustomer(n, {
    event: { accessKinds: ['service-principal'], ...event },
    servicePrincipal: {
      principal: 'pal-link',
      objectId: objectIdOf(n),
      link: link === undefined ? null : { partnerId: link },
      roles: roles ?? [{ scope: subscriptionOf(n), roleDefinitionId: CONTRIBUTOR }],
    },
    subscriptions: [
      {
        subscriptionId: subscriptionIdOf(n),
        displayName: `Subscription ${n}`,
        delegations: delegated ? [delegationTo(PRINCIPAL)] : [],
      },
    ],
  });
}

const tenantOf = (report: StackReport, n: number) =>
  report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));
const linkedIdentities = (report: StackReport) =>
  report.links.map(({ tenantId, objectId, partnerId }) => [tenantId, objectId, partnerId]).sort();
const inTenant = (n: number, partnerId: string | null = PARTNER_ID) => [
  tenantIdOf(n),
  objectIdOf(n),
  partnerId,
];

describe('a tenant with our service principal', () => {
  it('is linked in its own tenant with one write, few calls, and earns', async () => {
    const { report, azure } = await settleEstate(anEstate([aConsented(1)]));

    expect(report.tenants).toMatchObject([
      {
        state: 'earning',
        failure: null,
        lastOutcome: 'assessed',
        changes: 1,
        scopes: [{ scope: subscriptionOf(1), verdict: 'earning', inherited: false, countsFor: 'pec' }],
      },
    ]);
    expect(linkedIdentities(report)).toEqual([inTenant(1)]);
    expect(report.links).toMatchObject([{ principal: 'pal-link', lastOutcome: 'linked' }]);
    expect(report.parked).toEqual([]);
    expect(azure.entra.calls['POST /{tenantId}/oauth2/v2.0/token']).toBe(1);
    expect(azure.calls).toEqual({
      'GET /providers/Microsoft.ManagementPartner/partners': 2,
      'PUT /providers/Microsoft.ManagementPartner/partners/{partnerId}': 1,
      'GET /subscriptions': 1,
      'GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignments': 1,
      'GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances': 1,
    });
  });

  it('has a link of its own: two tenants, two writes, none at home', async () => {
    const { report, azure } = await settleEstate(anEstate([aConsented(1), aConsented(2)]));

    expect(report.tenants.map(({ state }) => state)).toEqual(['earning', 'earning']);
    expect(linkedIdentities(report)).toEqual([inTenant(1), inTenant(2)].sort());
    expect(linkWrites(azure)).toEqual({ PUT: 2 });
  });

  it('is judged by its roles, inherited downwards, like any other', async () => {
    const role = (scope: string, roleDefinitionId: string) => ({ roles: [{ scope, roleDefinitionId }] });
    const group = `${subscriptionOf(3)}/resourceGroups/Web`;
    const resource = `${subscriptionOf(4)}/resourceGroups/Data/providers/Microsoft.Storage/storageAccounts/one`;
    const customers = [
      aConsented(1, role(managementGroup, CONTRIBUTOR)),
      aConsented(2, role(subscriptionOf(2), READER)),
      aConsented(3, role(group, CONTRIBUTOR)),
      aConsented(4, role(resource, CONTRIBUTOR)),
      aConsented(5, role(subscriptionOf(5), UNPUBLISHED)),
      aConsented(6, {
        roles: [
          { scope: subscriptionOf(6), roleDefinitionId: READER },
          { scope: `${subscriptionOf(6)}/resourceGroups/Web`, roleDefinitionId: CONTRIBUTOR },
        ],
      }),
      aConsented(7, { roles: [] }),
    ];

    const { report } = await settleEstate(anEstate(customers));

    const told = customers.map((_customer, at) => {
      const tenant = tenantOf(report, at + 1);
      const scopes = tenant?.scopes.map(({ scope, verdict, inherited }) => [scope, verdict, inherited]);
      return [tenant?.state, tenant?.reason, scopes];
    });
    expect(told).toEqual([
      ['earning', null, [[subscriptionOf(1), 'earning', true]]],
      ['not-earning', 'role-not-eligible', [[subscriptionOf(2), 'role-not-eligible', false]]],
      ['earning', null, [[group, 'earning', false]]],
      ['earning', null, [[`${subscriptionOf(4)}/resourceGroups/Data`, 'earning', false]]],
      ['not-earning', 'role-unknown', [[subscriptionOf(5), 'role-unknown', false]]],
      [
        'partly-earning',
        'role-not-eligible',
        [
          [subscriptionOf(6), 'role-not-eligible', false],
          [`${subscriptionOf(6)}/resourceGroups/Web`, 'earning', false],
        ],
      ],
      ['not-delegated', 'nothing-visible', []],
    ]);
    expect(report.parked).toEqual([]);
  });

  it('linked to another partner is refused, and the others are not', async () => {
    const customers = [aConsented(1, { link: OTHER_PARTNER_ID }), aConsented(2, { link: PARTNER_ID })];

    const { report, azure } = await settleEstate(anEstate(customers));

    expect([1, 2].map((n) => tenantOf(report, n)?.state)).toEqual(['linked-elsewhere', 'earning']);
    expect(linkedIdentities(report)).toEqual([inTenant(1, OTHER_PARTNER_ID), inTenant(2)].sort());
    expect(linkWrites(azure)).toEqual({});
  });

  it('is only told what would be done in observe mode', async () => {
    const { report, azure } = await settleEstate(anEstate([aConsented(1)]), { mode: 'observe' });

    expect(report.tenants).toMatchObject([{ state: 'unlinked', scopes: [{ verdict: 'earning' }] }]);
    expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'would-link' }]);
    expect(linkWrites(azure)).toEqual({});
  });

  it('is linked once and changes once when its event comes five times', async () => {
    const estate = anEstate([aConsented(1)], {
      events: Array.from({ length: 5 }, () => ({
        tenantId: tenantIdOf(1),
        displayName: 'Customer 1',
        accessKinds: ['service-principal'],
      })),
    });

    const { report, azure } = await settleEstate(estate);

    expect(report.tenants).toMatchObject([{ state: 'earning', changes: 1 }]);
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
    expect(report.parked).toEqual([]);
  });
});

describe('held beside a delegation', () => {
  const both = { accessKinds: ['lighthouse', 'service-principal'] };

  it('each way has its link, and the scopes are told once', async () => {
    const { report, azure } = await settleEstate(anEstate([aConsented(1, { delegated: true, event: both })]));

    expect(report.tenants).toMatchObject([
      { state: 'earning', failure: null, scopes: [{ scope: subscriptionOf(1), verdict: 'earning' }] },
    ]);
    expect(report.tenants[0]?.scopes).toHaveLength(1);
    expect(linkWrites(azure)).toEqual({ PUT: 2 });
    expect(report.links).toHaveLength(2);
  });

  it('a scope is as good as its best coverage', async () => {
    const weak = { roles: [{ scope: subscriptionOf(1), roleDefinitionId: READER }] };
    const customers = [
      aConsented(1, { ...weak, delegated: true, event: both }),
      aConsented(2, { delegated: false, event: both }),
    ];

    const { report } = await settleEstate(anEstate(customers));

    expect([1, 2].map((n) => tenantOf(report, n)?.state)).toEqual(['earning', 'earning']);
  });

  it('a delegation counts though the application is unknown in the tenant, which is told', async () => {
    const customer = { ...aConsented(1, { delegated: true, event: both }), servicePrincipal: null };

    const { report, azure } = await settleEstate(anEstate([customer]));

    expect(report.tenants).toMatchObject([{ state: 'earning', failure: { kind: 'denied' } }]);
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
  });
});

describe('trouble in one tenant', () => {
  const refusals = [
    ['consent is missing', 400, 'AADSTS65001: The user or administrator has not consented.'],
    ['the application is disabled', 400, 'AADSTS7000112: Application is disabled.'],
    ['the secret is wrong', 401, 'AADSTS7000215: Invalid client secret provided.'],
  ] as const;

  it('stops that tenant only, says why, and writes nothing there', async () => {
    const unknown = { ...aConsented(9), servicePrincipal: null };
    const customers = [unknown, ...refusals.map((_refusal, n) => aConsented(n + 1)), aConsented(8)];
    const faults = refusals.map(([, status, text], n) => ({
      method: 'POST',
      path: tokenOf(n + 1),
      times: null,
      status,
      body: { error: 'invalid_client', error_description: text },
    }));

    const { report, azure } = await settleEstate(anEstate(customers, { faults }));

    expect(tenantOf(report, 8)).toMatchObject({ state: 'earning', failure: null });
    for (const [n, code] of [
      [9, 'AADSTS700016'],
      [1, 'AADSTS65001'],
      [2, 'AADSTS7000112'],
      [3, 'AADSTS7000215'],
    ] as const) {
      const tenant = tenantOf(report, n);
      expect(tenant).toMatchObject({ state: 'unobserved', failure: { kind: 'denied' }, changes: 0 });
      expect(tenant?.failure?.message).toContain(code);
    }
    expect(linkedIdentities(report)).toEqual([inTenant(8)]);
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
    expect(report.parked).toEqual([]);
  });

  it('nothing is written with the token of another object than the event names', async () => {
    const customers = [
      aConsented(1, { event: { servicePrincipalObjectId: objectIdOf(77) } }),
      aConsented(2, { event: { servicePrincipalObjectId: objectIdOf(2).toUpperCase() } }),
    ];

    const { report, azure } = await settleEstate(anEstate(customers));

    expect(tenantOf(report, 1)).toMatchObject({ state: 'unobserved', failure: { kind: 'denied' } });
    expect(tenantOf(report, 1)?.failure?.message).toContain(objectIdOf(77));
    expect(tenantOf(report, 2)).toMatchObject({ state: 'earning' });
    expect(linkedIdentities(report)).toEqual([inTenant(2)]);
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
    expect(linkReads(azure)).toBe(2);
  });

  it('passes when Entra throttles or fails for a while', async () => {
    const faults = [
      { method: 'POST', path: tokenOf(1), times: 2, status: 429, headers: { 'Retry-After': '1' } },
      { method: 'POST', path: tokenOf(2), times: 1, status: 500 },
      { method: 'POST', path: tokenOf(3), times: 1, kind: 'reset' },
    ];

    const { report, azure } = await settleEstate(
      anEstate([aConsented(1), aConsented(2), aConsented(3)], { faults }),
    );

    expect(report.tenants.map(({ state, failure, changes }) => [state, failure, changes])).toEqual(
      Array.from({ length: 3 }, () => ['earning', null, 1]),
    );
    expect(linkWrites(azure)).toEqual({ PUT: 3 });
    expect(report.parked).toEqual([]);
  });

  it('is not asked for tokens before its time, however many events come', async () => {
    const estate = anEstate([aConsented(1), aConsented(2)], {
      events: Array.from({ length: 5 }, () => ({ tenantId: tenantIdOf(1) })),
      faults: [{ method: 'POST', path: tokenOf(1), times: 1, status: 429, headers: { 'Retry-After': '2' } }],
    });

    const { report, azure } = await settleEstate(estate);

    expect(report.tenants.map(({ state }) => state)).toEqual(['earning', 'earning']);
    expect(azure.entra).toMatchObject({ throttled: 1, beforeRetryAfter: 0 });
    expect(linkWrites(azure)).toEqual({ PUT: 2 });
  });

  it('passes when ARM does', async () => {
    const listing = { method: 'GET', path: '^/subscriptions\\?' };
    const roles = { method: 'GET', path: `${subscriptionOf(1)}/.*roleAssignments\\?` };
    const ends = { method: 'GET', path: `${subscriptionOf(1)}/.*roleAssignmentScheduleInstances` };
    const faults = [
      { ...listing, times: 1, status: 429, headers: { 'Retry-After': '1' } },
      { ...roles, times: 1, status: 500 },
      { ...ends, times: 1, status: 503, headers: { 'Retry-After': '1' } },
      { method: 'PUT', path: '/partners/', times: 1, status: 429, headers: { 'Retry-After': '1' } },
    ];

    const { report, azure } = await settleEstate(anEstate([aConsented(1)], { faults }));

    expect(report.tenants).toMatchObject([{ state: 'earning', failure: null, changes: 1 }]);
    expect(azure.beforeRetryAfter).toBe(0);
    expect(linkWrites(azure)).toEqual({ PUT: 2 });
    expect(report.parked).toEqual([]);
  });
});

describe('what changes after onboarding', () => {
  const servicePrincipal = (n: number, change: object) => ({
    // After the first passes, on a busy machine too.
    afterMs: 5_000,
    patch: { customers: [{ tenantId: tenantIdOf(n), servicePrincipal: change }] },
  });

  it('is found by the sweep: a role taken away, a link removed, and one token each', async () => {
    const timeline = [
      servicePrincipal(1, { roles: [{ scope: subscriptionOf(1), roleDefinitionId: READER }] }),
      servicePrincipal(2, { roles: [] }),
      servicePrincipal(3, { link: null }),
    ];
    const running = await runStack(
      anEstate(
        [1, 2, 3, 4].map((n) => aConsented(n)),
        { timeline },
      ),
    );
    try {
      const before = await running.settle();
      await running.stack.startSweep();
      const report = await running.settle();
      const azure = await running.azure();

      expect(before.tenants.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'earning'));
      expect([1, 2, 3, 4].map((n) => [tenantOf(report, n)?.state, tenantOf(report, n)?.reason])).toEqual([
        ['not-earning', 'role-not-eligible'],
        ['not-delegated', 'gone'],
        ['earning', null],
        ['earning', null],
      ]);
      expect([1, 2, 3, 4].map((n) => tenantOf(report, n)?.changes)).toEqual([2, 2, 1, 1]);
      expect(linkWrites(azure)).toEqual({ PUT: 5 });
      expect(azure.entra.calls['POST /{tenantId}/oauth2/v2.0/token']).toBe(4);
      expect(report.links).toHaveLength(4);
    } finally {
      await running.stop();
    }
  });

  it('an application consented to anew is linked once an event has named its object', async () => {
    const timeline = [servicePrincipal(1, { objectId: objectIdOf(77), link: null })];
    const running = await runStack(anEstate([aConsented(1)], { timeline }));
    try {
      await running.settle();
      await running.send({ tenantId: tenantIdOf(1), servicePrincipalObjectId: objectIdOf(77) });
      const report = await running.settle();

      expect(tenantOf(report, 1)).toMatchObject({ state: 'earning', failure: null });
      expect(linkedIdentities(report)).toEqual([inTenant(1), [tenantIdOf(1), objectIdOf(77), PARTNER_ID]]);
      expect(linkWrites(await running.azure())).toEqual({ PUT: 2 });
    } finally {
      await running.stop();
    }
  });
});
