import { describe, expect, it } from 'vitest';
import { aCustomer, anEstate, delegationTo, PRINCIPAL, subscriptionIdOf } from '../support/estate.ts';
import { linkWrites, settleEstate } from '../support/stack.ts';

const faults = [
  ['403', 'denied', { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }],
  ['429 with Retry-After', 'throttled', { status: 429, headers: { 'Retry-After': '1' } }],
  ['500', 'unavailable', { status: 500 }],
  ['a hang', 'unavailable', { kind: 'hang' }],
  ['a reset connection', 'unavailable', { kind: 'reset' }],
  ['a malformed answer', 'unavailable', { kind: 'malformed' }],
] as const;

describe('while the link cannot be read', () => {
  it.concurrent.each(faults)(
    '%s for ever: nothing is written, no state is claimed, the failure is told',
    async (_what, kind, fault) => {
      const estate = anEstate(1, { faults: [{ ...fault, method: 'GET', path: '/partners', times: null }] });

      const { report, azure } = await settleEstate(estate);

      expect(linkWrites(azure)).toEqual({});
      expect(report.tenants).toMatchObject([{ state: 'unobserved', failure: { kind } }]);
      expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'failed', failure: { kind } }]);
      expect(azure.beforeRetryAfter).toBe(0);
    },
  );
});

it('shows the link as it was read when it cannot be written', async () => {
  const faults = [{ method: 'PUT', path: '/partners', times: null, status: 403 }];

  const { report, azure } = await settleEstate(anEstate(1, { faults }));

  expect(report.tenants).toMatchObject([{ state: 'unlinked', failure: { kind: 'denied' } }]);
  expect(azure.throttled).toBe(0);
});

it('takes a 404 that is not about links for trouble, not for a missing link', async () => {
  const body = { error: { code: 'InvalidResourceType', message: 'no' } };
  const faults = [{ method: 'GET', path: '/partners', times: null, status: 404, body }];

  const { report, azure } = await settleEstate(anEstate(1, { faults }));

  expect(report.tenants).toMatchObject([{ state: 'unobserved', failure: { kind: 'unexpected' } }]);
  expect(linkWrites(azure)).toEqual({});
});

it('reads many resource groups of one subscription through a small quota', async () => {
  const delegations = Array.from({ length: 6 }, (_, n) => ({
    ...delegationTo(PRINCIPAL),
    resourceGroup: `rg-${n}`,
  }));
  const customer = aCustomer(1, { subscriptions: [{ subscriptionId: subscriptionIdOf(1), delegations }] });
  const quota = { readsPerSecond: 1, readBucket: 2, writesPerSecond: 10, writeBucket: 200, graphPer5s: 15 };

  const { report, azure } = await settleEstate(anEstate([customer], { rules: { quota } }));

  expect(report.tenants[0]?.scopes.map(({ verdict }) => verdict)).toEqual(delegations.map(() => 'earning'));
  expect(report.parked).toEqual([]);
  expect(azure.beforeRetryAfter).toBe(0);
});

describe('while coverage cannot be read', () => {
  const customers = faults.map((_fault, n) => aCustomer(n));
  const on = (times: number | null) =>
    faults.map(([, , fault], n) => ({
      ...fault,
      method: 'GET',
      path: `/subscriptions/${subscriptionIdOf(n)}/.*registrationAssignments`,
      times,
    }));

  it('claims no state and tells each failure when it lasts for ever', async () => {
    const { report, azure } = await settleEstate(anEstate(customers, { faults: on(null) }));

    const told = Object.fromEntries(
      report.tenants.map((t) => [t.displayName ?? '', [t.state, t.failure?.kind, t.changes]]),
    );
    expect(told).toEqual(
      Object.fromEntries(faults.map(([, kind], n) => [`Customer ${n}`, ['unobserved', kind, 0]])),
    );
    expect(azure.beforeRetryAfter).toBe(0);
  });

  it('recovers from each when it ends', async () => {
    const { report, azure } = await settleEstate(anEstate(customers, { faults: on(2) }));

    expect(report.tenants.map(({ state, failure, changes }) => [state, failure, changes])).toEqual(
      faults.map(() => ['earning', null, 1]),
    );
    expect(report.parked).toEqual([]);
    expect(azure.beforeRetryAfter).toBe(0);
  });
});

it('recovers when the link can be read again, with one write', async () => {
  const recovering = faults.filter(([, kind]) => kind !== 'denied');
  const estate = anEstate(1, {
    faults: recovering
      .slice(0, 3)
      .map(([, , fault]) => ({ ...fault, method: 'GET', path: '/partners', times: 1 })),
  });

  const { report, azure } = await settleEstate(estate);

  expect(report.tenants).toMatchObject([{ state: 'earning', failure: null }]);
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(azure.beforeRetryAfter).toBe(0);
});

it('waits as long as the index asks, and asks no earlier', async () => {
  const estate = anEstate(5, {
    faults: [
      { method: 'POST', path: 'ResourceGraph', times: 2, status: 429, headers: { 'Retry-After': '2' } },
    ],
  });

  const { report, azure } = await settleEstate(estate);

  expect(report.tenants.every(({ state }) => state === 'earning')).toBe(true);
  expect(azure).toMatchObject({ throttled: 2, beforeRetryAfter: 0 });
});
