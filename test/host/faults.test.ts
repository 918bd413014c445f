/** What Azure can do to a pass, through the whole stack: for ever or for a while, one kind of trouble for each customer. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AzureReport } from '../../local/stack.ts';
import {
  aConsented,
  aCustomer,
  anEstate,
  delegationTo,
  MANAGING_TENANT,
  PARTNER_ID,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { linkWrites, settleEstate, type StackReport } from '../support/stack.ts';

const troubles = [
  ['403', 'denied', { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }],
  ['429 with Retry-After', 'throttled', { status: 429, headers: { 'Retry-After': '1' } }],
  ['500', 'unavailable', { status: 500 }],
  ['a hang', 'unavailable', { kind: 'hang' }],
  ['a reset connection', 'unavailable', { kind: 'reset' }],
  ['a malformed answer', 'unavailable', { kind: 'malformed' }],
] as const;

let report: StackReport;
let azure: AzureReport;

const tenantOf = (n: number) => report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));
const linksIn = (tenant: string) => report.links.filter(({ tenantId }) => tenantId === tenant);

async function settle(customers: readonly object[], overrides: Record<string, unknown>): Promise<void> {
  // Three tries in all: what hangs for ever is waited for at each.
  const set = { RETRY_LIMIT: '2' };
  ({ report, azure } = await settleEstate(anEstate(customers, overrides), { set }));
}

describe('trouble with links, and with the index', () => {
  const [SHARED, STRANGE_404, RECOVERING] = [10, 11, 12];
  const own = [...troubles.map((_trouble, n) => n), STRANGE_404, RECOVERING];
  const reading = (tenantId: string) => ({ method: 'GET', path: '/partners', tenantId, times: null });

  beforeAll(async () => {
    const faults = [
      ...troubles.map(([, , trouble], n) => ({ ...reading(tenantIdOf(n)), ...trouble })),
      { ...reading(MANAGING_TENANT), status: 403 },
      {
        ...reading(tenantIdOf(STRANGE_404)),
        status: 404,
        body: { error: { code: 'InvalidResourceType', message: 'no' } },
      },
      // Two of them: the third try is the last.
      ...troubles
        .slice(1, 3)
        .map(([, , trouble]) => ({ ...reading(tenantIdOf(RECOVERING)), ...trouble, times: 1 })),
      { method: 'POST', path: 'ResourceGraph', times: 2, status: 429, headers: { 'Retry-After': '2' } },
    ];
    // Each but one has a link of its own: trouble with that is nobody else's.
    await settle([...own.map((n) => aConsented(n)), aCustomer(SHARED)], { faults });
  }, 90_000);

  it.each(troubles.map(([what, kind], n) => [what, kind, n] as const))(
    '%s for ever, where one is read: no state is claimed, nothing is written, the failure is told',
    (_what, kind, n) => {
      expect(tenantOf(n)).toMatchObject({ state: 'unobserved', failure: { kind } });
      expect(linksIn(tenantIdOf(n))).toMatchObject([
        { partnerId: null, lastOutcome: 'failed', failure: { kind } },
      ]);
    },
  );

  it('says so of those that rest on the link that many share', () => {
    expect(tenantOf(SHARED)).toMatchObject({
      state: 'unobserved',
      failure: { kind: 'denied' },
      // Seen for all that, when the index had asked for patience twice.
      scopes: [{ verdict: 'earning' }],
    });
    expect(linksIn(MANAGING_TENANT)).toMatchObject([{ lastOutcome: 'failed', failure: { kind: 'denied' } }]);
  });

  it('takes a 404 that is not about links for trouble, not for a missing link', () => {
    expect(tenantOf(STRANGE_404)).toMatchObject({ state: 'unobserved', failure: { kind: 'unexpected' } });
  });

  it('recovers when it ends, and parks nothing', () => {
    expect(tenantOf(RECOVERING)).toMatchObject({ state: 'earning', failure: null, changes: 1 });
    expect(linksIn(tenantIdOf(RECOVERING))).toMatchObject([{ partnerId: PARTNER_ID, lastOutcome: 'linked' }]);
    expect(report.parked.filter(({ messageId }) => messageId.includes(tenantIdOf(RECOVERING)))).toEqual([]);
  });

  it('writes where a link was read to be missing, and nowhere else', () => {
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
  });

  it('waits as long as each asks, and asks no earlier', () => {
    expect(azure.calls['POST /providers/Microsoft.ResourceGraph/resources']).toBeGreaterThan(2);
    expect(azure.beforeRetryAfter).toBe(0);
  });
});

describe('trouble with coverage, and with writing a link', () => {
  const [FOR_A_WHILE, UNWRITABLE] = [10, 20];
  const on = (from: number, times: number | null) =>
    troubles.map(([, , trouble], n) => ({
      ...trouble,
      method: 'GET',
      path: `/subscriptions/${subscriptionIdOf(from + n)}/.*registrationAssignments`,
      times,
    }));

  beforeAll(async () => {
    const customers = troubles.flatMap((_trouble, n) => [aCustomer(n), aCustomer(FOR_A_WHILE + n)]);
    const writing = { method: 'PUT', path: '/partners', tenantId: tenantIdOf(UNWRITABLE), times: null };
    const faults = [...on(0, null), ...on(FOR_A_WHILE, 1), { ...writing, status: 403 }];
    await settle([...customers, aConsented(UNWRITABLE)], { faults });
  }, 90_000);

  it.each(troubles.map(([what, kind], n) => [what, kind, n] as const))(
    '%s: no state is claimed and the failure told when it lasts for ever; earning once it ends',
    (_what, kind, n) => {
      expect(tenantOf(n)).toMatchObject({ state: 'unobserved', failure: { kind }, changes: 0 });
      expect(tenantOf(FOR_A_WHILE + n)).toMatchObject({ state: 'earning', failure: null, changes: 1 });
    },
  );

  it('shows a link as it was read when it cannot be written', () => {
    expect(tenantOf(UNWRITABLE)).toMatchObject({ state: 'unlinked', failure: { kind: 'denied' } });
  });

  it('parks nothing of those for whom it ends', () => {
    const recovering = troubles.map((_trouble, n) => tenantIdOf(FOR_A_WHILE + n));

    expect(report.parked.filter(({ messageId }) => recovering.some((id) => messageId.includes(id)))).toEqual(
      [],
    );
  });

  it('asks nobody before its time', () => {
    expect(azure.beforeRetryAfter).toBe(0);
  });
});

it('reads many resource groups of one subscription through a small quota', async () => {
  const delegations = Array.from({ length: 6 }, (_, n) => ({
    ...delegationTo(PRINCIPAL),
    resourceGroup: `rg-${n}`,
  }));
  const customer = aCustomer(1, { subscriptions: [{ subscriptionId: subscriptionIdOf(1), delegations }] });
  const quota = { readsPerSecond: 1, readBucket: 2, writesPerSecond: 10, writeBucket: 200, graphPer5s: 15 };

  await settle([customer], { rules: { quota } });

  expect(report.tenants[0]?.scopes.map(({ verdict }) => verdict)).toEqual(delegations.map(() => 'earning'));
  expect(report.parked).toEqual([]);
  expect(azure.beforeRetryAfter).toBe(0);
});
