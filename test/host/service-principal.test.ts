/** Customers in whose tenants our application has a service principal, through the whole stack. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  aConsented,
  anEstate,
  CONTRIBUTOR,
  MANAGING_TENANT,
  objectIdOf,
  OTHER_PARTNER_ID,
  PARTNER_ID,
  READER,
  subscriptionOf,
  tenantIdOf,
  type Consented,
} from '../support/estate.ts';
import type { AzureReport } from '../../local/stack.ts';
import { linkWrites, runStack, settleEstate, type StackReport } from '../support/stack.ts';

const UNPUBLISHED = '91c1777a-f3dc-4fae-b103-61d183457e46';

const managementGroup = '/providers/Microsoft.Management/managementGroups/contoso';
const tokenOf = (n: number) => `/${tenantIdOf(n)}/oauth2/v2.0/token`;

const tenantOf = (report: StackReport, n: number) =>
  report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));
const linksOf = (report: StackReport, n: number) =>
  report.links.filter(({ tenantId }) => tenantId === tenantIdOf(n));
const linkedIdentities = (report: StackReport) =>
  report.links.map(({ tenantId, objectId, partnerId }) => [tenantId, objectId, partnerId]).sort();
const inTenant = (n: number, partnerId: string | null = PARTNER_ID) => [
  tenantIdOf(n),
  objectIdOf(n),
  partnerId,
];

it('links each tenant in itself, with one write and few calls, and nothing at home or by another object', async () => {
  const customers = [
    aConsented(1),
    aConsented(2, { event: { servicePrincipalObjectId: objectIdOf(2).toUpperCase() } }),
    aConsented(3, { event: { servicePrincipalObjectId: objectIdOf(77) } }),
  ];

  // Without further looks of its own accord, so that each customer has one.
  const set = { SECOND_LOOKS_FOR_MS: '0' };
  const { report, azure } = await settleEstate(anEstate(customers), { set });

  // Nothing is read or written with the token of another object than the event names.
  expect(tenantOf(report, 3)).toMatchObject({
    state: 'unobserved',
    failure: { kind: 'denied', message: expect.stringContaining(objectIdOf(77)) as unknown },
  });
  expect([1, 2].map((n) => tenantOf(report, n))).toMatchObject(
    [1, 2].map((n) => ({
      state: 'earning',
      failure: null,
      lastOutcome: 'assessed',
      changes: 1,
      scopes: [{ scope: subscriptionOf(n), verdict: 'earning', inherited: false, countsFor: 'pec' }],
    })),
  );
  expect(linkedIdentities(report)).toEqual([inTenant(1), inTenant(2)].sort());
  expect(report.links.map(({ principal, lastOutcome }) => [principal, lastOutcome])).toEqual([
    ['pal-link', 'linked'],
    ['pal-link', 'linked'],
  ]);
  expect(report.parked).toEqual([]);
  expect(azure.entra.calls['POST /{tenantId}/oauth2/v2.0/token']).toBe(3);
  expect(azure.calls).toEqual({
    'GET /providers/Microsoft.ManagementPartner/partners': 4,
    'PUT /providers/Microsoft.ManagementPartner/partners/{partnerId}': 2,
    'GET /subscriptions': 2,
    'GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignments': 2,
    'GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances': 2,
  });
});

it('only says what it would do in observe mode', async () => {
  const { report, azure } = await settleEstate(anEstate([aConsented(1)]), { mode: 'observe' });

  expect(report.tenants).toMatchObject([{ state: 'unlinked', scopes: [{ verdict: 'earning' }] }]);
  expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'would-link' }]);
  expect(linkWrites(azure)).toEqual({});
});

describe('many tenants at once, each with its own luck', () => {
  const both = { accessKinds: ['lighthouse', 'service-principal'] };
  const role = (scope: string, roleDefinitionId: string) => ({ roles: [{ scope, roleDefinitionId }] });
  const unknownApplication = (n: number, given?: Consented) => ({
    ...aConsented(n, given),
    servicePrincipal: null,
  });
  const groupOf = (n: number) => `${subscriptionOf(n)}/resourceGroups/Web`;

  const judged = [
    aConsented(1, role(managementGroup, CONTRIBUTOR)),
    aConsented(2, role(subscriptionOf(2), READER)),
    aConsented(3, role(groupOf(3), CONTRIBUTOR)),
    aConsented(4, role(`${groupOf(4)}/providers/Microsoft.Storage/storageAccounts/one`, CONTRIBUTOR)),
    aConsented(5, role(subscriptionOf(5), UNPUBLISHED)),
    aConsented(6, {
      roles: [
        { scope: subscriptionOf(6), roleDefinitionId: READER },
        { scope: groupOf(6), roleDefinitionId: CONTRIBUTOR },
      ],
    }),
    aConsented(7, { roles: [] }),
  ];
  const [ELSEWHERE, OURS, OFTEN] = [11, 12, 13];
  const linked = [
    aConsented(ELSEWHERE, { link: OTHER_PARTNER_ID }),
    aConsented(OURS, { link: PARTNER_ID }),
    aConsented(OFTEN),
  ];
  const [BOTH, WEAK, ONE_WAY, DELEGATED] = [21, 22, 23, 24];
  const beside = [
    aConsented(BOTH, { delegated: true, event: both }),
    aConsented(WEAK, { ...role(subscriptionOf(WEAK), READER), delegated: true, event: both }),
    aConsented(ONE_WAY, { event: both }),
    unknownApplication(DELEGATED, { delegated: true, event: both }),
  ];
  const refused = [
    [31, 'AADSTS65001', 400, 'The user or administrator has not consented.'],
    [32, 'AADSTS7000112', 400, 'Application is disabled.'],
    [33, 'AADSTS7000215', 401, 'Invalid client secret provided.'],
  ] as const;
  const UNKNOWN = 34;
  const entering = [...refused.map(([n]) => aConsented(n)), unknownApplication(UNKNOWN)];
  const [THROTTLED, FAILING, RESET, HURRIED, ARM_BUSY] = [41, 42, 43, 44, 45];
  const passing = [THROTTLED, FAILING, RESET, HURRIED, ARM_BUSY];

  const token = (n: number) => ({ method: 'POST', path: tokenOf(n) });
  const inside = (n: number) => ({ method: 'GET', tenantId: tenantIdOf(n) });
  const busy = { status: 429, headers: { 'Retry-After': '1' } };
  const faults = [
    ...refused.map(([n, code, status, text]) => ({
      ...token(n),
      times: null,
      status,
      body: { error: 'invalid_client', error_description: `${code}: ${text}` },
    })),
    { ...token(THROTTLED), ...busy, times: 2 },
    { ...token(FAILING), times: 1, status: 500 },
    { ...token(RESET), times: 1, kind: 'reset' },
    { ...token(HURRIED), times: 1, status: 429, headers: { 'Retry-After': '2' } },
    { ...inside(ARM_BUSY), path: '^/subscriptions\\?', times: 1, ...busy },
    { ...inside(ARM_BUSY), path: 'roleAssignments\\?', times: 1, status: 500 },
    { ...inside(ARM_BUSY), path: 'roleAssignmentScheduleInstances', times: 1, ...busy, status: 503 },
    { ...inside(ARM_BUSY), method: 'PUT', path: '/partners/', times: 1, ...busy },
  ];
  const again = (n: number) => Array.from({ length: 4 }, () => ({ tenantId: tenantIdOf(n) }));

  let report: StackReport;
  let azure: AzureReport;

  beforeAll(async () => {
    const customers = [...judged, ...linked, ...beside, ...entering, ...passing.map((n) => aConsented(n))];
    const events = [...again(OFTEN), ...again(HURRIED)];
    ({ report, azure } = await settleEstate(anEstate(customers, { events, faults })));
  }, 90_000);

  it('each is judged by its roles, inherited downwards, like any other', () => {
    const told = judged.map((_customer, at) => {
      const tenant = tenantOf(report, at + 1);
      const scopes = tenant?.scopes.map(({ scope, verdict, inherited }) => [scope, verdict, inherited]);
      return [tenant?.state, tenant?.reason, scopes];
    });

    expect(told).toEqual([
      ['earning', null, [[subscriptionOf(1), 'earning', true]]],
      ['not-earning', 'role-not-eligible', [[subscriptionOf(2), 'role-not-eligible', false]]],
      ['earning', null, [[groupOf(3), 'earning', false]]],
      ['earning', null, [[groupOf(4), 'earning', false]]],
      ['not-earning', 'role-unknown', [[subscriptionOf(5), 'role-unknown', false]]],
      [
        'partly-earning',
        'role-not-eligible',
        [
          [subscriptionOf(6), 'role-not-eligible', false],
          [groupOf(6), 'earning', false],
        ],
      ],
      ['not-delegated', 'nothing-visible', []],
    ]);
  });

  it('one that is linked to another partner is refused, and the others are not', () => {
    expect(tenantOf(report, ELSEWHERE)?.state).toBe('linked-elsewhere');
    expect(tenantOf(report, OURS)?.state).toBe('earning');
    expect(linksOf(report, ELSEWHERE)).toMatchObject([
      { partnerId: OTHER_PARTNER_ID, lastOutcome: 'refused', changes: 1 },
    ]);
    expect(linksOf(report, OURS)).toMatchObject([{ partnerId: PARTNER_ID, lastOutcome: 'unchanged' }]);
  });

  it('one whose event comes five times is linked once and changes once', () => {
    expect(tenantOf(report, OFTEN)).toMatchObject({ state: 'earning', changes: 1 });
    expect(linksOf(report, OFTEN)).toMatchObject([{ lastOutcome: 'linked', changes: 1 }]);
  });

  it('beside a delegation each way has its link, and the scopes are told once, as good as the better one', () => {
    expect([BOTH, WEAK, ONE_WAY].map((n) => tenantOf(report, n))).toMatchObject(
      [BOTH, WEAK, ONE_WAY].map((n) => ({
        state: 'earning',
        failure: null,
        scopes: [{ scope: subscriptionOf(n), verdict: 'earning' }],
      })),
    );
    expect([BOTH, WEAK, ONE_WAY].map((n) => tenantOf(report, n)?.scopes.length)).toEqual([1, 1, 1]);
    expect(linksOf(report, BOTH)).toMatchObject([{ partnerId: PARTNER_ID }]);
    expect(report.links.filter(({ tenantId }) => tenantId === MANAGING_TENANT)).toMatchObject([
      { partnerId: PARTNER_ID, changes: 1 },
    ]);
  });

  it('a delegation counts though the application is unknown in the tenant, which is told', () => {
    expect(tenantOf(report, DELEGATED)).toMatchObject({ state: 'earning', failure: { kind: 'denied' } });
    expect(linksOf(report, DELEGATED)).toEqual([]);
  });

  it.each([...refused.map(([n, code]) => [n, code] as const), [UNKNOWN, 'AADSTS700016'] as const])(
    'one whose application Entra does not let in (%i, %s) stops alone, says why, and nothing is written there',
    (n, code) => {
      expect(tenantOf(report, n)).toMatchObject({
        state: 'unobserved',
        failure: { kind: 'denied', message: expect.stringContaining(code) as unknown },
        changes: 0,
      });
      expect(linksOf(report, n)).toEqual([]);
    },
  );

  it.each([
    ['Entra throttles', THROTTLED],
    ['Entra fails', FAILING],
    ['Entra hangs up', RESET],
    ['Entra throttles and events keep coming', HURRIED],
    ['ARM throttles and fails', ARM_BUSY],
  ])('one where %s for a while gets there, with one change', (_, n) => {
    expect(tenantOf(report, n)).toMatchObject({ state: 'earning', failure: null, changes: 1 });
    expect(linksOf(report, n)).toMatchObject([{ partnerId: PARTNER_ID }]);
  });

  it('nobody is asked before its time, nothing is parked, and each link is written once', () => {
    const ours = report.links.filter(({ partnerId }) => partnerId === PARTNER_ID);

    expect(azure).toMatchObject({ beforeRetryAfter: 0, entra: { throttled: 3, beforeRetryAfter: 0 } });
    expect(report.parked).toEqual([]);
    const [thereBefore, throttled] = [1, 1];
    expect(linkWrites(azure)).toEqual({ PUT: ours.length - thereBefore + throttled });
  });
});

it('what changes after onboarding is found by the sweep, or told by an event', async () => {
  const CONSENTED_ANEW = 5;
  const servicePrincipal = (n: number, change: object) => ({
    // After the first passes, on a busy machine too.
    afterMs: 5_000,
    patch: { customers: [{ tenantId: tenantIdOf(n), servicePrincipal: change }] },
  });
  const all = [1, 2, 3, 4, CONSENTED_ANEW];
  const running = await runStack(
    anEstate(
      all.map((n) => aConsented(n)),
      {
        timeline: [
          servicePrincipal(1, { roles: [{ scope: subscriptionOf(1), roleDefinitionId: READER }] }),
          servicePrincipal(2, { roles: [] }),
          servicePrincipal(3, { link: null }),
          servicePrincipal(CONSENTED_ANEW, { objectId: objectIdOf(77), link: null }),
        ],
      },
    ),
  );
  onTestFinished(() => running.stop());

  const before = await running.settle();
  await running.stack.startSweep();
  const swept = await running.settle();
  const azure = await running.azure();
  await running.send({ tenantId: tenantIdOf(CONSENTED_ANEW), servicePrincipalObjectId: objectIdOf(77) });
  const told = await running.settle();

  const statesOf = (report: StackReport) =>
    all.map((n) => [tenantOf(report, n)?.state, tenantOf(report, n)?.reason, tenantOf(report, n)?.changes]);
  expect(before.tenants.map(({ state }) => state)).toEqual(all.map(() => 'earning'));
  expect(statesOf(swept).slice(0, 4)).toEqual([
    ['not-earning', 'role-not-eligible', 2],
    ['not-delegated', 'gone', 2],
    ['earning', null, 1],
    ['earning', null, 1],
  ]);
  expect(linkWrites(azure)).toEqual({ PUT: 6 });
  expect(azure.entra.calls['POST /{tenantId}/oauth2/v2.0/token']).toBe(5);
  expect(swept.links).toHaveLength(5);
  expect(tenantOf(told, CONSENTED_ANEW)).toMatchObject({ state: 'earning', failure: null });
  expect(linkedIdentities(told)).toEqual(
    [...all.map((n) => inTenant(n)), [tenantIdOf(CONSENTED_ANEW), objectIdOf(77), PARTNER_ID]].sort(),
  );
  expect(linkWrites(await running.azure())).toEqual({ PUT: 7 });
});
