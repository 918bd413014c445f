/** Links that many customers share, through the whole stack. */
import { describe, expect, it } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  OTHER_PARTNER_ID,
  PARTNER_ID,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { linkReads, linkWrites, settleEstate } from '../support/stack.ts';

it('links once for hundreds of customers that arrive together, and asks the index for many at a time', async () => {
  const [customers, concurrentCalls] = [300, 64];

  const { report, azure } = await settleEstate(anEstate(customers));

  expect(report.tenants.filter(({ state }) => state === 'earning')).toHaveLength(customers);
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(linkReads(azure)).toBeLessThanOrEqual(5);
  expect(azure.calls['POST /providers/Microsoft.ResourceGraph/resources']).toBeLessThanOrEqual(
    Math.ceil(customers / concurrentCalls) + 3,
  );
  expect(report.parked).toEqual([]);
  expect(azure.throttled).toBe(0);
});

it('keeps each identity’s link apart: ours stays, another partner’s is not replaced, an unknown ID is tried once', async () => {
  const identities = [
    ['ours', PARTNER_ID, PARTNER_ID],
    ['elsewhere', PARTNER_ID, OTHER_PARTNER_ID],
    ['unknown-id', '4680000', null],
  ] as const;
  const objectIdOf = (at: number) => `aaaaaaaa-0000-4000-8000-00000000010${at}`;
  const principals = identities.map(([name, wantedPartnerId, partnerId], at) => ({
    name,
    objectId: objectIdOf(at),
    applicationId: `aaaaaaaa-0000-4000-8000-00000000020${at}`,
    wantedPartnerId,
    link: partnerId && { partnerId },
  }));
  // Two customers for each.
  const customers = [0, 1, 2, 3, 4, 5].map((n) =>
    aCustomer(n, {
      event: { principal: identities[n % 3]?.[0] },
      subscriptions: [
        { subscriptionId: subscriptionIdOf(n), delegations: [delegationTo(objectIdOf(n % 3))] },
      ],
    }),
  );

  const { report, azure } = await settleEstate(anEstate(customers, { principals }));

  const told = (n: number) => {
    const tenant = report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));
    return [tenant?.state, tenant?.changes];
  };
  expect([0, 1, 2].map((n) => [told(n), told(n + 3)])).toEqual(
    ['earning', 'linked-elsewhere', 'unlinked'].map((state) => [
      [state, 1],
      [state, 1],
    ]),
  );
  const onRecord = report.links.map(({ principal, partnerId, lastOutcome, changes }) => [
    ...[principal, partnerId],
    ...[lastOutcome, changes],
  ]);
  expect(onRecord.sort()).toEqual([
    ['elsewhere', OTHER_PARTNER_ID, 'refused', 1],
    ['ours', PARTNER_ID, 'unchanged', 1],
    ['unknown-id', null, 'refused', 1],
  ]);
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
});

describe('what policy says', () => {
  it('replaces another partner’s link in one step', async () => {
    const { report, azure } = await settleEstate(anEstate(2, { link: OTHER_PARTNER_ID }), {
      set: { WHEN_LINKED_ELSEWHERE: 'replace' },
    });

    expect(report.tenants.map(({ state }) => state)).toEqual(['earning', 'earning']);
    expect(report.links).toMatchObject([{ partnerId: PARTNER_ID, lastOutcome: 'relinked' }]);
    expect(linkWrites(azure)).toEqual({ PATCH: 1 });
  });

  it('only says in observe mode what it would do', async () => {
    const { report, azure } = await settleEstate(anEstate(2), { mode: 'observe' });

    expect(report.tenants.map(({ state }) => state)).toEqual(['unlinked', 'unlinked']);
    expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'would-link' }]);
    expect(linkWrites(azure)).toEqual({});
  });
});
