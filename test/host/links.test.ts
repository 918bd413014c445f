import { expect, it } from 'vitest';
import { anEstate, OTHER_PARTNER_ID, PARTNER_ID } from '../support/estate.ts';
import { linkReads, linkWrites, settleEstate } from '../support/stack.ts';

it('links once for a hundred customers that arrive together', async () => {
  const { report, azure } = await settleEstate(anEstate(100));

  expect(report.tenants.map(({ state }) => state)).toEqual(Array.from({ length: 100 }, () => 'earning'));
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(linkReads(azure)).toBeLessThanOrEqual(5);
  expect(report.parked).toEqual([]);
  expect(azure.throttled).toBe(0);
});

it('asks the index once for all the customers it works on at a time', async () => {
  const concurrentCalls = 64;

  const { report, azure } = await settleEstate(anEstate(1_000));

  expect(report.tenants.filter(({ state }) => state === 'earning')).toHaveLength(1_000);
  expect(azure.calls['POST /providers/Microsoft.ResourceGraph/resources']).toBeLessThanOrEqual(
    Math.ceil(1_000 / concurrentCalls) + 5,
  );
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(linkReads(azure)).toBeLessThanOrEqual(5);
  expect(azure.throttled).toBe(0);
});

it('writes nothing when the principal is linked to our partner ID already', async () => {
  const { report, azure } = await settleEstate(anEstate(2, { link: PARTNER_ID }));

  expect(report.tenants.map(({ state }) => state)).toEqual(['earning', 'earning']);
  expect(linkWrites(azure)).toEqual({});
});

it('refuses to replace a link to another partner: one change for the link, no more than the first look for a tenant', async () => {
  const { report, azure } = await settleEstate(anEstate(3, { link: OTHER_PARTNER_ID }));

  expect(report.tenants.map(({ state, changes }) => [state, changes])).toEqual(
    Array.from({ length: 3 }, () => ['linked-elsewhere', 1]),
  );
  expect(report.links).toMatchObject([{ partnerId: OTHER_PARTNER_ID, lastOutcome: 'refused', changes: 1 }]);
  expect(linkWrites(azure)).toEqual({});
});

it('replaces a link in one step where policy says so', async () => {
  const { report, azure } = await settleEstate(anEstate(2, { link: OTHER_PARTNER_ID }), {
    set: { WHEN_LINKED_ELSEWHERE: 'replace' },
  });

  expect(report.tenants.map(({ state }) => state)).toEqual(['earning', 'earning']);
  expect(report.links).toMatchObject([{ partnerId: PARTNER_ID, lastOutcome: 'relinked' }]);
  expect(linkWrites(azure)).toEqual({ PATCH: 1 });
});

it('only says what it would do in observe mode', async () => {
  const { report, azure } = await settleEstate(anEstate(2), { mode: 'observe' });

  expect(report.tenants.map(({ state }) => state)).toEqual(['unlinked', 'unlinked']);
  expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'would-link' }]);
  expect(linkWrites(azure)).toEqual({});
});

it('refuses a partner ID that Azure does not know, and tries no further', async () => {
  const estate = anEstate(1, {
    partnerIds: [{ id: OTHER_PARTNER_ID, name: 'Fabrikam Bergen', kind: 'location' }],
  });

  const { report, azure } = await settleEstate(estate);

  expect(report.tenants.map(({ state }) => state)).toEqual(['unlinked']);
  expect(report.links).toMatchObject([{ partnerId: null, lastOutcome: 'refused' }]);
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
});
