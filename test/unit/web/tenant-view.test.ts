import { describe, expect, it } from 'vitest';
import type { TenantItem } from '../../../web/contract.ts';
import {
  estateOf,
  everything,
  isByHand,
  reasonsIn,
  scopesOf,
  shownIn,
  tallyOf,
} from '../../../web/tenant-view.ts';

function aTenant(name: string, given: Partial<TenantItem> = {}): TenantItem {
  return {
    tenantId: `${name.toLowerCase()}-id`,
    displayName: name,
    state: 'earning',
    reason: null,
    stale: false,
    lastGood: '2026-03-02T02:00:00.000Z',
    failure: null,
    accessKinds: ['lighthouse'],
    agreement: 'azure-plan',
    principal: 'pal-link',
    tags: {},
    openGaps: 0,
    acceptedGaps: 0,
    toReverify: 0,
    daysAtRisk: { certain: 0, possible: 0, neverEarned: 0 },
    verdicts: { earning: 1 },
    lastOutcome: 'unchanged',
    announcedAt: '2026-03-01T10:00:00.000Z',
    offboardedAt: null,
    version: 1,
    ...given,
  };
}

const names = (tenants: readonly TenantItem[]) => tenants.map(({ displayName }) => displayName);

describe('the list as somebody wants to see it', () => {
  const estate = [
    aTenant('Contoso', { tags: { region: 'north' } }),
    aTenant('Fabrikam', { state: 'not-earning', reason: 'role-not-eligible', openGaps: 2 }),
    aTenant('Adatum', { state: 'unobserved', lastGood: null, stale: true }),
    aTenant('Litware', { state: 'offboarded' }),
  ];

  it('puts first what is to be done, and leaves out whoever is gone', () => {
    expect(names(shownIn(estate, everything))).toEqual(['Fabrikam', 'Adatum', 'Contoso']);
  });

  it('shows offboarded customers to whoever asks for them', () => {
    expect(names(shownIn(estate, { ...everything, states: ['offboarded'] }))).toEqual(['Litware']);
  });

  it('finds by any part of name, id, principal or tag, whatever the case', () => {
    const found = (search: string) => names(shownIn(estate, { ...everything, search }));

    expect(found('BRIK')).toEqual(['Fabrikam']);
    expect(found('adatum-id')).toEqual(['Adatum']);
    expect(found('region=north')).toEqual(['Contoso']);
    expect(found('contoso north')).toEqual(['Contoso']);
    expect(found('contoso south')).toEqual([]);
  });

  it('takes a customer that was never seen for the one seen longest ago', () => {
    expect(names(shownIn(estate, { ...everything, sort: 'lastGood' }))[0]).toBe('Adatum');
  });

  it('turns any order round', () => {
    const view = { ...everything, sort: 'name' as const };

    expect(names(shownIn(estate, { ...view, descending: true }))).toEqual(
      names(shownIn(estate, view)).reverse(),
    );
  });

  it('narrows by reason and by staleness', () => {
    expect(names(shownIn(estate, { ...everything, reason: 'role-not-eligible' }))).toEqual(['Fabrikam']);
    expect(names(shownIn(estate, { ...everything, stale: true }))).toEqual(['Adatum']);
  });

  it('leaves the customers it was given as they were', () => {
    const before = names(estate);
    shownIn(estate, { ...everything, sort: 'name', descending: true });

    expect(names(estate)).toEqual(before);
  });

  it('sorts ten thousand within a blink', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      aTenant(`Customer ${(index * 7_919) % 10_000}`),
    );
    const started = performance.now();

    expect(names(shownIn(many, { ...everything, sort: 'name' })).slice(0, 2)).toEqual([
      'Customer 0',
      'Customer 1',
    ]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('counts customers by state, and never those that are gone among the whole', () => {
    expect(tallyOf(estate)).toEqual({
      all: 3,
      states: { earning: 1, 'not-earning': 1, unobserved: 1, offboarded: 1 },
      stale: 1,
      daysAtRisk: { certain: 0, possible: 0, neverEarned: 0 },
    });
  });

  it('puts first whoever has lost most, for certain and then possibly', () => {
    const lost = (name: string, certain: number, possible: number) =>
      aTenant(name, { daysAtRisk: { certain, possible, neverEarned: 0 } });
    const losing = [lost('Adatum', 1, 9), lost('Contoso', 4, 4), lost('Fabrikam', 1, 2)];

    expect(names(shownIn(losing, { ...everything, sort: 'risk' }))).toEqual([
      'Contoso',
      'Adatum',
      'Fabrikam',
    ]);
    expect(tallyOf(losing).daysAtRisk).toEqual({ certain: 6, possible: 15, neverEarned: 0 });
  });

  it('offers the reasons behind what is shown, the most frequent first', () => {
    const troubled = [
      aTenant('Adatum', { state: 'not-earning', reason: 'gone' }),
      aTenant('Contoso', { state: 'not-earning', reason: 'role-not-eligible' }),
      aTenant('Fabrikam', { state: 'not-earning', reason: 'role-not-eligible' }),
      aTenant('Litware', { state: 'unobserved', reason: 'denied' }),
    ];
    const view = { ...everything, states: ['not-earning' as const], reason: 'gone' };

    expect(reasonsIn(troubled, view)).toEqual([
      { reason: 'role-not-eligible', number: 2 },
      { reason: 'gone', number: 1 },
    ]);
  });

  it('does not call a customer unseen whom no pass is to look at', () => {
    expect(isByHand({ state: 'attested', lastGood: null })).toBe(true);
    expect(isByHand({ state: 'unobserved', lastGood: null })).toBe(false);
    expect(isByHand({ state: 'needs-person', lastGood: '2026-03-02T02:00:00.000Z' })).toBe(false);
  });

  it('counts scopes and those set up to earn', () => {
    expect(scopesOf({ verdicts: { earning: 2, gone: 1 } })).toEqual({ all: 3, earning: 2 });
    expect(scopesOf({ verdicts: {} })).toEqual({ all: 0, earning: 0 });
  });
});

describe('the estate in numbers', () => {
  const items = [aTenant('Contoso'), aTenant('Adatum', { state: 'unobserved', stale: true })];
  const totals = {
    states: { earning: 8_000, unobserved: 200, offboarded: 50 },
    reasons: {},
    daysAtRisk: { certain: 3, possible: 7, neverEarned: 0 },
    countedAt: '2026-03-02T02:05:00.000Z',
  };

  it('is counted of the customers, as they stand now', () => {
    expect(estateOf({ items, totals, cut: false })).toMatchObject({
      all: 2,
      states: { earning: 1, unobserved: 1 },
      stale: 1,
      countedAt: null,
      partly: false,
    });
  });

  it('is the last sweep’s while not everybody has been read, with its time and without what it did not count', () => {
    expect(estateOf({ items, totals, cut: true })).toEqual({
      all: 8_200,
      states: totals.states,
      stale: null,
      daysAtRisk: totals.daysAtRisk,
      countedAt: totals.countedAt,
      partly: false,
    });
  });

  it('is said to be a part where no sweep has counted and not everybody has been read', () => {
    expect(estateOf({ items, totals: null, cut: true })).toMatchObject({ all: 2, partly: true });
  });
});
