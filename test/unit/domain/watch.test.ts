import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess, closeRecord } from '../../../src/lib/domain/assessment.ts';
import { daysAtRisk } from '../../../src/lib/domain/days-at-risk.ts';
import type { Reading } from '../../../src/lib/domain/reading.ts';
import {
  compareWithIndex,
  indexReadings,
  planSweep,
  type SweptTenant,
} from '../../../src/lib/domain/sweep.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import {
  everything,
  isDelegationWatched,
  isOwnAccessWatched,
  isScopeWatched,
  isTenantExcluded,
  isUnseenWatched,
  isWhollyExcluded,
  watchedPart,
  type WatchRules,
} from '../../../src/lib/domain/watch.ts';
import { MINUTE } from '../../support/clock.ts';
import {
  aDelegation,
  aReadingWithRole,
  ids,
  resourceGroup,
  roles,
  someFacts,
  someRules,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aCoveredTenant, aGap, aRegistration, aScopeRecord, aSelection } from '../../support/tenants.ts';

type Chosen = Parameters<typeof aSelection>[0];
const including = (chosen: Chosen): WatchRules => ({ include: aSelection(chosen), exclude: null });
const excluding = (chosen: Chosen): WatchRules => ({ include: null, exclude: aSelection(chosen) });

const NOON = '2026-03-10T12:00:00.000Z';
const at = new Date(NOON);

describe('a tenant', () => {
  const tags = { env: ['test', 'lab'] };
  const tagged = (env: string) => aRegistration({ facts: { tags: { env } } });

  it.each<[string, WatchRules, ReturnType<typeof aRegistration>, boolean]>([
    ['is watched where nothing is said', everything, aRegistration(), false],
    [
      'is watched where nothing is named',
      { include: aSelection(), exclude: aSelection() },
      aRegistration(),
      false,
    ],
    ['is excluded by id', excluding({ tenants: [ids.customer] }), aRegistration(), true],
    [
      'is excluded by id, in whatever case it is on record',
      excluding({ tenants: [ids.customer] }),
      aRegistration({ tenantId: ids.customer.toUpperCase() }),
      true,
    ],
    ['is not excluded by another’s id', excluding({ tenants: [ids.otherCustomer] }), aRegistration(), false],
    ['is excluded by any of its tag’s values', excluding({ tags }), tagged('lab'), true],
    ['is not excluded by another value', excluding({ tags }), tagged('prod'), false],
    ['is not excluded by a tag it does not carry', excluding({ tags }), aRegistration(), false],
    ['is not excluded by a tag’s value in another case', excluding({ tags }), tagged('Test'), false],
    ['is watched when it is included by id', including({ tenants: [ids.customer] }), aRegistration(), false],
    ['is watched when it is included by tag', including({ tags }), tagged('test'), false],
    [
      'is excluded where others are included by id',
      including({ tenants: [ids.otherCustomer] }),
      aRegistration(),
      true,
    ],
    ['is excluded where others are included by tag', including({ tags }), aRegistration(), true],
    [
      'is watched when its id is included, whatever tags are',
      including({ tenants: [ids.customer], tags }),
      tagged('prod'),
      false,
    ],
    [
      'stays where only subscriptions are included',
      including({ subscriptions: [subscriptionId(9)] }),
      aRegistration(),
      false,
    ],
    [
      'stays where only its offer is excluded',
      excluding({ offers: ['Fabrikam managed service'] }),
      aRegistration(),
      false,
    ],
    [
      'is excluded when it is both included and excluded',
      { include: aSelection({ tenants: [ids.customer] }), exclude: aSelection({ tags }) },
      tagged('test'),
      true,
    ],
  ])('%s', (_, rules, registration, excluded) => {
    expect(isTenantExcluded(rules, registration)).toBe(excluded);
  });

  it('is wholly excluded when its last look found nothing else, until a look finds more', () => {
    const registration = aRegistration();

    expect(isWhollyExcluded(everything, { registration, phase: 'excluded' })).toBe(true);
    expect(isWhollyExcluded(everything, { registration, phase: 'covered' })).toBe(false);
    expect(isWhollyExcluded(excluding({ tenants: [ids.customer] }), { registration, phase: 'covered' })).toBe(
      true,
    );
  });
});

describe('a subscription', () => {
  const first = [subscriptionId(1)];
  const offers = ['fabrikam MANAGED Service'];

  /** Whether subscription 1 is watched: delegated by an offer, by our own roles there, and as yet unseen. */
  it.each<[string, WatchRules, { delegated: boolean; own: boolean; unseen: boolean }]>([
    ['is watched where nothing is said', everything, { delegated: true, own: true, unseen: true }],
    [
      'is excluded by id',
      excluding({ subscriptions: first }),
      { delegated: false, own: false, unseen: false },
    ],
    [
      'is not excluded by another’s',
      excluding({ subscriptions: [subscriptionId(2)] }),
      { delegated: true, own: true, unseen: true },
    ],
    [
      'is excluded by its offer, in any case',
      excluding({ offers }),
      { delegated: false, own: true, unseen: true },
    ],
    ['is included by id', including({ subscriptions: first }), { delegated: true, own: true, unseen: true }],
    [
      'is left out by another’s',
      including({ subscriptions: [subscriptionId(2)] }),
      { delegated: false, own: false, unseen: false },
    ],
    [
      'is included by its offer; what is unseen may be of it',
      including({ offers }),
      { delegated: true, own: false, unseen: true },
    ],
    [
      'is left out by another offer',
      including({ offers: ['Basic'] }),
      { delegated: false, own: false, unseen: true },
    ],
    [
      'is included by id or offer',
      including({ subscriptions: first, offers: ['Basic'] }),
      { delegated: true, own: true, unseen: true },
    ],
    [
      'is excluded though it is included',
      { include: aSelection({ subscriptions: first }), exclude: aSelection({ offers }) },
      { delegated: false, own: true, unseen: true },
    ],
    [
      'stays where only tenants are included',
      including({ tenants: [ids.customer] }),
      { delegated: true, own: true, unseen: true },
    ],
  ])('%s', (_, rules, { delegated, own, unseen }) => {
    expect(isDelegationWatched(rules, aDelegation())).toBe(delegated);
    expect(isOwnAccessWatched(rules, subscriptionId(1).toUpperCase())).toBe(own);
    expect(isUnseenWatched(rules, subscriptionId(1))).toBe(unseen);
    expect(isScopeWatched(rules, aScopeRecord(1))).toBe(delegated);
    expect(isScopeWatched(rules, aScopeRecord(1, { coveredBy: ['service-principal'], offers: [] }))).toBe(
      own,
    );
    expect(isScopeWatched(rules, aScopeRecord(1, { coveredBy: [], offers: [] }))).toBe(unseen);
  });

  it('an offer without a name is named by nobody', () => {
    const nameless = aDelegation({ offer: null });

    expect(isDelegationWatched(excluding({ offers }), nameless)).toBe(true);
    expect(isDelegationWatched(including({ offers }), nameless)).toBe(false);
  });

  it('is watched while one of the ways it is covered is', () => {
    const both = aScopeRecord(1, { coveredBy: ['lighthouse', 'service-principal'] });

    expect(isScopeWatched(excluding({ offers }), both)).toBe(true);
    expect(isScopeWatched(excluding({ subscriptions: first }), both)).toBe(false);
  });
});

describe('what the index shows of a subscription', () => {
  const basic = aDelegation({ offer: 'Basic', scope: resourceGroup(1, 'web') });
  const managed = aDelegation();
  const foreign = aDelegation({ managedByTenantId: ids.otherPartner, offer: 'Basic' });
  const found = { facts: someFacts(1), delegations: [basic, managed, foreign] };

  it('is watched but for the delegations that are excluded; other partners’ are none of ours', () => {
    const part = watchedPart(excluding({ offers: ['basic'] }), found, ids.managingTenant);

    expect(part?.delegations).toEqual([managed, foreign]);
  });

  it('is not watched where all our delegations are excluded', () => {
    const rules = excluding({ offers: ['basic', 'Fabrikam managed service'] });

    expect(watchedPart(rules, found, ids.managingTenant)).toBeNull();
  });
});

describe('a sweep', () => {
  const indexed = [{ facts: someFacts(1), delegations: [aDelegation()] }];
  const excludedTenant = excluding({ tenants: [ids.customer] });
  const excludedSubscription = excluding({ subscriptions: [subscriptionId(1)] });
  const covered = aCoveredTenant([aScopeRecord(1)]);
  const closed: TenantRecord = { ...covered, phase: 'excluded' };

  function planned(record: TenantRecord | null, watchRules: WatchRules, changes: Partial<SweptTenant> = {}) {
    const listed = record && summaryOf(record);
    const swept = { tenantId: ids.customer, listed, sameDigest: true, indexed, at, ...changes };
    return planSweep(swept, { managingTenantId: ids.managingTenant, watchRules });
  }
  const leftOut = { do: 'nothing', count: 'excluded' };

  it('adopts nothing that is excluded, wholly or in all that is delegated', () => {
    expect(planned(null, everything)).toEqual({ do: 'adopt' });
    expect(planned(null, excludedTenant)).toEqual(leftOut);
    expect(planned(null, excludedSubscription)).toEqual(leftOut);
    expect(planned(null, including({ tags: { env: ['prod'] } }))).toEqual(leftOut);
  });

  it('closes the record of a tenant that is excluded, once', () => {
    expect(planned(covered, excludedTenant)).toEqual({ do: 'exclude' });
    expect(planned(closed, excludedTenant)).toEqual(leftOut);
  });

  it('asks for a look when a tenant is watched again', () => {
    expect(planned(closed, everything)).toEqual({ do: 'ask' });
  });

  it('leaves a tenant alone of which all is excluded that is delegated, and asks when that is no longer so', () => {
    const nothingLeft = aCoveredTenant([], { phase: 'excluded' });

    expect(planned(nothingLeft, excludedSubscription)).toEqual(leftOut);
    expect(planned(nothingLeft, excludedSubscription, { indexed: [] })).toEqual({ do: 'ask' });
    expect(planned(nothingLeft, everything)).toEqual({ do: 'ask' });
  });

  it('excludes before it asks for a tenant in trouble', () => {
    const failure = { kind: 'denied', message: 'Azure answered 403.', at: NOON, requestId: null } as const;

    expect(planned({ ...covered, failure }, excludedTenant)).toEqual({ do: 'exclude' });
  });

  it('drops a subscription that is excluded without taking it for bad news', () => {
    const before = aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]);
    const both = [
      ...indexed,
      { facts: someFacts(2), delegations: [aDelegation({ scope: subscription(2) })] },
    ];
    const rules = someRules({ watchRules: excludedSubscription });

    const comparison = compareWithIndex(
      before,
      indexReadings(both, rules),
      { ...rules, indexLagAllowanceMs: 15 * MINUTE },
      { at, causeId: 'sweep-1', sweptAt: null },
    );

    expect(comparison).toMatchObject({
      do: 'commit',
      assessment: { record: { phase: 'covered', scopes: [{ subscriptionId: subscriptionId(2) }] } },
    });
  });

  it('does not miss an excluded subscription that was expected', () => {
    const registration = aRegistration({
      facts: { subscriptionIds: [subscriptionId(1), subscriptionId(2)] },
    });
    const before = aCoveredTenant([aScopeRecord(1)], { registration });
    const compared = (watchRules: WatchRules) =>
      compareWithIndex(
        before,
        indexReadings(indexed, someRules({ watchRules })),
        { ...someRules({ watchRules }), indexLagAllowanceMs: 15 * MINUTE },
        { at, causeId: 'sweep-1', sweptAt: null },
      ).do;

    expect(compared(everything)).toBe('ask');
    expect(compared(excluding({ subscriptions: [subscriptionId(2)] }))).toBe('commit');
  });
});

describe('a gap of what is excluded', () => {
  const bad = aScopeRecord(1, { verdict: 'role-not-eligible', since: '2026-03-05T12:00:00.000Z' });
  const before = aCoveredTenant([bad], { openGaps: [aGap(1)] });
  const month = { days: 30, now: new Date('2026-03-20T12:00:00.000Z'), sweptAt: null };

  it('ends as excluded with its tenant, whose record keeps what was seen', () => {
    const { record, change } = closeRecord(before, { at, causeId: 'sweep-1', sweptAt: null }, 'excluded');

    expect(record).toMatchObject({
      phase: 'excluded',
      scopes: [{ verdict: 'role-not-eligible' }],
      openGaps: [],
      closedGaps: [{ closedAt: NOON, ending: { as: 'excluded' } }],
    });
    expect(change).toMatchObject({ phase: { from: 'covered', to: 'excluded' } });
    expect(
      closeRecord(record, { at: month.now, causeId: 'sweep-2', sweptAt: null }, 'excluded').change,
    ).toBeNull();
  });

  it('ends as excluded with its subscription, which is no scope of ours any more', () => {
    const watchRules = excluding({ subscriptions: [subscriptionId(1)] });
    const readings: Reading[] = [{ kind: 'excluded', scope: subscription(1) }];

    const { record } = assess(before, { at, causeId: 'e', readings }, someRules({ watchRules }));

    expect(record).toMatchObject({
      phase: 'excluded',
      scopes: [],
      openGaps: [],
      closedGaps: [{ ending: { as: 'excluded' } }],
    });
  });

  it('counts no days at risk any more', () => {
    const { record } = closeRecord(before, { at, causeId: 'sweep-1', sweptAt: null }, 'excluded');
    const days = (tenant: typeof record) =>
      daysAtRisk(summaryOf(tenant), { ...month, now: new Date('2026-03-20T12:00:00.000Z') });

    expect(days(before).certain).toBeGreaterThan(0);
    expect(days(record)).toEqual({ certain: 0, possible: 0, neverEarned: 0 });
  });
});

describe('excluding and watching again', () => {
  const role = fc.constantFrom(roles.contributor, roles.reader, roles.assignmentDelete);
  const subscriptions = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
  const cases = subscriptions.chain((numbers) =>
    fc.record({
      first: fc.tuple(...numbers.map((n) => role.map((one) => aReadingWithRole(n, one)))),
      then: fc.tuple(...numbers.map((n) => role.map((one) => aReadingWithRole(n, one)))),
      excluded: fc.subarray(numbers, { minLength: 1 }),
    }),
  );
  const later = (hours: number) => new Date(at.getTime() + hours * 60 * MINUTE);
  const seen = ({ phase, scopes, openGaps }: TenantRecord) => ({
    phase,
    scopes: scopes.map(({ scope, verdict, countsFor, roleIds, offers, coveredBy }) => ({
      ...{ scope, verdict, countsFor, roleIds, offers, coveredBy },
    })),
    gaps: openGaps.map(({ scope, reason }) => ({ scope, reason })),
  });

  it('subscriptions leads to what one look sees that never excluded them, but for the days of gaps', () => {
    fc.assert(
      fc.property(cases, ({ first, then, excluded }) => {
        const start = assess(
          aCoveredTenant([], { phase: 'unobserved' }),
          { at, causeId: '1', readings: first },
          someRules(),
        );
        const watchRules = excluding({ subscriptions: excluded.map(subscriptionId) });
        const isExcluded = (one: Reading) =>
          excluded.some((n) => subscriptionId(n) === one.scope.subscriptionId);
        const left = first.map((one): Reading =>
          isExcluded(one) ? { kind: 'excluded', scope: one.scope } : one,
        );

        const without = assess(
          start.record,
          { at: later(1), causeId: '2', readings: left },
          someRules({ watchRules }),
        );
        const lifted = assess(without.record, { at: later(2), causeId: '3', readings: then }, someRules());
        const never = assess(start.record, { at: later(2), causeId: '3', readings: then }, someRules());

        expect(
          without.record.scopes.some(({ subscriptionId: id }) => excluded.map(subscriptionId).includes(id)),
        ).toBe(false);
        expect(seen(lifted.record)).toEqual(seen(never.record));
      }),
    );
  });

  it('a tenant does, too', () => {
    fc.assert(
      fc.property(cases, ({ first, then }) => {
        const start = assess(
          aCoveredTenant([], { phase: 'unobserved' }),
          { at, causeId: '1', readings: first },
          someRules(),
        );

        const closed = closeRecord(start.record, { at: later(1), causeId: '2', sweptAt: null }, 'excluded');
        const lifted = assess(closed.record, { at: later(2), causeId: '3', readings: then }, someRules());
        const never = assess(start.record, { at: later(2), causeId: '3', readings: then }, someRules());

        expect(closed.record.openGaps).toEqual([]);
        expect(seen(lifted.record)).toEqual(seen(never.record));
      }),
    );
  });
});
