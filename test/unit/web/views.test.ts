import { describe, expect, it } from 'vitest';
import { areasOf } from '../../../web/chart-view.ts';
import type { Sweep, TenantChange } from '../../../web/contract.ts';
import { eventsOf } from '../../../web/history-view.ts';
import { namesOf, scopeName } from '../../../web/scope-view.ts';
import { dayBefore, earningIn, lastFinished, overTime } from '../../../web/sweep-view.ts';

const scope = '/subscriptions/5ab0c0de-0002-4000-8000-000000000002';

function aSweep(
  startedAt: string,
  states: Record<string, number>,
  status: Sweep['status'] = 'finished',
): Sweep {
  return {
    sweepId: `sweep-${startedAt}`,
    status,
    startedAt,
    assessedAt: startedAt,
    finishedAt: status === 'finished' ? startedAt : null,
    tenants: {},
    states,
    partial: false,
    baseline: false,
    heldScopes: 0,
    openFollowUps: 0,
    durationMs: null,
    reasons: {},
    calls: { graphQueries: 0, subscriptionPages: 0 },
    confirmed: null,
    daysAtRisk: null,
    news: null,
  };
}

const third = aSweep('2026-03-03T02:00:00.000Z', { earning: 5 });
const again = aSweep('2026-03-02T20:00:00.000Z', { earning: 4 });
const second = aSweep('2026-03-02T02:00:00.000Z', { earning: 3, unobserved: 2 });
const first = aSweep('2026-03-01T02:00:00.000Z', { earning: 1 });

describe('what sweeps tell', () => {
  it('counts a sweep only when it has come to its end', () => {
    const running = aSweep('2026-03-04T02:00:00.000Z', {}, 'running');

    expect(lastFinished([running, third])).toBe(third);
    expect(overTime([running, third, first])).toEqual([first, third]);
  });

  it('is held against the sweep of the day before, not against one an hour ago', () => {
    expect(dayBefore([third, again, second, first], third)).toBe(second);
  });

  it('is held against the oldest where none is a day old, and against nothing where there is no other', () => {
    expect(dayBefore([third, again], third)).toBe(again);
    expect(dayBefore([third], third)).toBeNull();
  });

  it('counts whoever a person has spoken for among those set up to earn', () => {
    expect(earningIn(aSweep('2026-03-03T02:00:00.000Z', { earning: 5, attested: 2, unobserved: 1 }))).toBe(7);
  });
});

describe('the chart of states over time', () => {
  it('stacks what is well at the bottom, to scale', () => {
    const { areas, highest } = areasOf([first, second, third], { width: 100, height: 50 });

    expect(highest).toBe(5);
    expect(areas).toEqual([
      { state: 'earning', path: 'M0 40L50 20L100 0L100 50L50 50L0 50Z' },
      { state: 'unobserved', path: 'M0 40L50 0L100 0L100 0L50 20L0 40Z' },
    ]);
  });

  it('draws nothing of a single sweep', () => {
    expect(areasOf([first], { width: 100, height: 50 })).toEqual({ areas: [], highest: 0 });
  });
});

describe('a customer’s history in sentences', () => {
  const names = namesOf([{ subscriptionId: '5ab0c0de-0002-4000-8000-000000000002', displayName: 'Prod' }]);
  const change: TenantChange = {
    version: 2,
    at: '2026-03-02T02:00:00.000Z',
    causeId: 'a-cause',
    phase: { from: 'covered', to: 'covered' },
    scopes: [{ scope, from: 'earning', to: 'role-not-eligible' }],
    gapsOpened: [scope],
    gapsClosed: [],
    gapsAccepted: [],
    gapsReopened: [],
    endings: [],
    moves: [],
    agreementChanges: [],
    reverified: [],
    told: [],
    leftOut: {},
  };

  it('tells what a scope was and is, and which gap opened', () => {
    expect(eventsOf(change, names)).toEqual([
      { tone: 'bad', text: 'Prod: role earns nothing; was set up to earn.' },
      { tone: 'bad', text: 'Gap opened: Prod.' },
    ]);
  });

  it('tells many scopes of one fate in one sentence', () => {
    const scopes = ['a', 'b', 'c', 'd', 'e'].map((id) => ({
      scope: `/subscriptions/${id}`,
      from: null,
      to: 'earning' as const,
    }));

    expect(eventsOf({ ...change, scopes, gapsOpened: [] }, names)).toEqual([
      { tone: 'good', text: 'subscription a, subscription b, subscription c and 2 more: set up to earn.' },
    ]);
  });

  it('tells why and until when a gap was accepted', () => {
    const gapsAccepted = [{ scope, by: 'olga', why: 'moves in June', until: '2026-06-01T00:00:00.000Z' }];

    expect(eventsOf({ ...change, scopes: [], gapsOpened: [], gapsAccepted }, names)).toEqual([
      { tone: 'quiet', text: 'Gap accepted until 2026-06-01 00:00 UTC: “moves in June” (Prod).' },
    ]);
  });

  it('tells until when something earns, and that it has no end any more', () => {
    const endings = [
      { scope, from: null, to: '2026-06-01T00:00:00.000Z' },
      { scope: '/subscriptions/a', from: '2026-06-01T00:00:00.000Z', to: null },
    ];

    expect(eventsOf({ ...change, scopes: [], gapsOpened: [], endings }, names)).toEqual([
      { tone: 'partly', text: 'Prod: earns until 2026-06-01 00:00 UTC.' },
      { tone: 'good', text: 'subscription a: earns without an end.' },
    ]);
  });

  it('tells of subscriptions that moved, and where their history is', () => {
    const moves = [
      { subscriptionId: '5ab0c0de-0002-4000-8000-000000000002', to: 'tenant-a' },
      { subscriptionId: 'b0000000-0000-4000-8000-000000000000', from: 'tenant-b' },
    ];

    expect(eventsOf({ ...change, scopes: [], gapsOpened: [], moves }, names)).toEqual([
      { tone: 'partly', text: 'Moved to tenant tenant-a, where its history goes on: Prod.' },
      { tone: 'quiet', text: 'Came from tenant tenant-b, with its history: subscription b0000000.' },
    ]);
  });

  it('tells of an agreement that changed, and of what was verified anew', () => {
    const agreementChanges = [
      {
        subscriptionId: '5ab0c0de-0002-4000-8000-000000000002',
        from: 'ea' as const,
        to: 'azure-plan' as const,
      },
    ];

    expect(
      eventsOf({ ...change, scopes: [], gapsOpened: [], agreementChanges, reverified: [scope] }, names),
    ).toEqual([
      { tone: 'quiet', text: 'Agreement of Prod: Azure plan; was Enterprise Agreement.' },
      { tone: 'good', text: 'Verified anew after a change of agreement: Prod.' },
    ]);
  });

  it('counts what history does not name', () => {
    const leftOut = { scopes: 4_700, gapsOpened: 12, moves: 3 };

    expect(eventsOf({ ...change, scopes: [], gapsOpened: [], leftOut }, names)).toEqual([
      { tone: 'quiet', text: '4,700 more scopes changed.' },
      { tone: 'quiet', text: '12 more gaps were opened.' },
      { tone: 'quiet', text: '3 more subscriptions moved.' },
    ]);
  });

  it('is never silent', () => {
    expect(eventsOf({ ...change, scopes: [], gapsOpened: [] }, names)).toHaveLength(1);
  });

  it('names a resource group with its subscription', () => {
    expect(scopeName(`${scope}/resourceGroups/web`, names)).toBe('web in Prod');
    expect(scopeName(`${scope}/resourceGroups/web`)).toBe('resource group web');
    expect(scopeName(scope)).toBe('subscription 5ab0c0de');
  });
});
