import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  daysAtRisk,
  scopesAtRisk,
  type GapSpan,
  type ScopesAtRisk,
} from '../../../src/lib/domain/days-at-risk.ts';
import { DAY, HOUR } from '../../support/clock.ts';
import { aCoveredTenant, aGap, aScopeRecord } from '../../support/tenants.ts';

/** A gap in March 2026 that looks go on showing, after a scope had earned. */
function aSpan(changes: Partial<GapSpan> = {}): GapSpan {
  return {
    firstBadAt: '2026-03-01T10:00:00.000Z',
    lastBadAt: '2026-03-04T09:00:00.000Z',
    lastEarningAt: '2026-02-28T10:00:00.000Z',
    closedAt: '2026-03-05T08:00:00.000Z',
    acceptedUntil: null,
    showing: false,
    ...changes,
  };
}

const NOW = new Date('2026-03-20T12:00:00.000Z');

/** Days at risk of one scope in the 30 days up to 20 March 2026, at noon. */
function days(gaps: readonly GapSpan[], changes: { lastGood?: string; sweptAt?: string; now?: Date } = {}) {
  return daysAtRisk(
    { atRisk: [{ scopes: 1, gaps }], lastGood: changes.lastGood ?? null },
    { days: 30, now: changes.now ?? NOW, sweptAt: changes.sweptAt ?? null },
  );
}

describe('certain days at risk', () => {
  it.each([
    ['of 1 March 10:00 to 4 March 09:00', '2026-03-01T10:00:00.000Z', '2026-03-04T09:00:00.000Z', 2],
    ['of a day from midnight to midnight', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z', 1],
    ['of all but the last millisecond of a day', '2026-03-02T00:00:00.000Z', '2026-03-02T23:59:59.999Z', 0],
    ['of one look', '2026-03-02T12:00:00.000Z', '2026-03-02T12:00:00.000Z', 0],
    ['of the nights of two days', '2026-03-02T02:00:00.000Z', '2026-03-03T02:00:00.000Z', 0],
    ['of the nights of three days', '2026-03-02T02:00:00.000Z', '2026-03-04T02:00:00.000Z', 1],
  ])('%s are the whole UTC days in between', (_, firstBadAt, lastBadAt, certain) => {
    expect(days([aSpan({ firstBadAt, lastBadAt, closedAt: lastBadAt })]).certain).toBe(certain);
  });

  it('grow with every sweep that shows an open gap again, though none writes it', () => {
    const gap = aSpan({ lastBadAt: '2026-03-01T10:00:00.000Z', closedAt: null, showing: true });

    expect(days([gap], { sweptAt: '2026-03-04T02:00:00.000Z' }).certain).toBe(2);
    expect(days([gap], { sweptAt: '2026-03-05T02:00:00.000Z' }).certain).toBe(3);
    expect(days([gap], { lastGood: '2026-03-06T02:00:00.000Z' }).certain).toBe(4);
  });

  it('do not grow while the scope is out of sight', () => {
    const gap = aSpan({ closedAt: null, showing: false });

    expect(days([gap], { lastGood: '2026-03-19T02:00:00.000Z' }).certain).toBe(2);
  });
});

describe('possible days at risk', () => {
  it('are all days from the last good look to the first good one, both included', () => {
    const gap = aSpan({ lastEarningAt: '2026-02-28T23:59:59.999Z', closedAt: '2026-03-05T00:00:00.000Z' });

    expect(days([gap]).possible).toBe(6);
  });

  it('go up to today while the gap is open', () => {
    expect(days([aSpan({ lastEarningAt: '2026-03-01T02:00:00.000Z', closedAt: null })]).possible).toBe(20);
  });

  it('hold the day of a gap that was repaired the same day', () => {
    const gap = aSpan({
      lastEarningAt: '2026-03-02T02:00:00.000Z',
      firstBadAt: '2026-03-02T10:00:00.000Z',
      lastBadAt: '2026-03-02T11:00:00.000Z',
      closedAt: '2026-03-02T12:00:00.000Z',
    });

    expect(days([gap])).toEqual({ certain: 0, possible: 1, neverEarned: 0 });
  });

  it('count a day once that two gaps of a scope touch', () => {
    const morning = aSpan({
      lastEarningAt: '2026-03-01T02:00:00.000Z',
      firstBadAt: '2026-03-02T02:00:00.000Z',
      lastBadAt: '2026-03-03T02:00:00.000Z',
      closedAt: '2026-03-03T09:00:00.000Z',
    });
    const evening = aSpan({
      lastEarningAt: '2026-03-03T10:00:00.000Z',
      firstBadAt: '2026-03-03T18:00:00.000Z',
      lastBadAt: '2026-03-04T02:00:00.000Z',
      closedAt: '2026-03-04T09:00:00.000Z',
    });

    expect(days([morning, evening]).possible).toBe(4);
  });
});

it('days of scopes that have never earned are a figure of their own', () => {
  const gap = aSpan({ lastEarningAt: null, firstBadAt: '2026-03-18T10:00:00.000Z', closedAt: null });

  expect(days([gap])).toEqual({ certain: 0, possible: 0, neverEarned: 3 });
});

it('days before the window do not count, and today is its last day', () => {
  const long = aSpan({
    lastEarningAt: '2025-12-01T02:00:00.000Z',
    firstBadAt: '2025-12-02T02:00:00.000Z',
    lastBadAt: '2026-03-20T02:00:00.000Z',
    closedAt: null,
  });

  expect(days([long])).toEqual({ certain: 29, possible: 30, neverEarned: 0 });
});

it('days of scopes add up', () => {
  const atRisk: ScopesAtRisk[] = [
    { scopes: 3, gaps: [aSpan()] },
    { scopes: 2, gaps: [aSpan({ lastEarningAt: null })] },
  ];

  expect(daysAtRisk({ atRisk, lastGood: null }, { days: 30, now: NOW, sweptAt: null })).toEqual({
    certain: 6,
    possible: 18,
    neverEarned: 10,
  });
});

describe('an accepted gap', () => {
  const gap = aSpan({
    lastEarningAt: '2026-03-01T02:00:00.000Z',
    firstBadAt: '2026-03-02T02:00:00.000Z',
    lastBadAt: '2026-03-15T02:00:00.000Z',
    closedAt: null,
    showing: true,
    acceptedUntil: '2026-03-10T00:00:00.000Z',
  });

  it('does not count while that lasts, from its first day on', () => {
    expect(days([gap], { now: new Date('2026-03-09T23:00:00.000Z') })).toEqual({
      certain: 0,
      possible: 0,
      neverEarned: 0,
    });
  });

  it('counts from the end of the acceptance on', () => {
    expect(days([gap], { lastGood: '2026-03-15T02:00:00.000Z' })).toEqual({
      certain: 5,
      possible: 11,
      neverEarned: 0,
    });
  });

  it('that was repaired while it was accepted never counts', () => {
    const repaired = { ...gap, lastBadAt: '2026-03-05T02:00:00.000Z', closedAt: '2026-03-06T02:00:00.000Z' };

    expect(days([repaired])).toEqual({ certain: 0, possible: 0, neverEarned: 0 });
  });
});

describe('what the list keeps of gaps', () => {
  it('is one entry for all scopes whose gaps are the same', () => {
    const bad = { verdict: 'role-not-eligible' } as const;
    const record = aCoveredTenant(
      [1, 2, 3].map((n) => aScopeRecord(n, bad)),
      {
        openGaps: [aGap(1), aGap(2), aGap(3, { openedAt: '2026-03-06T12:00:00.000Z' })],
        closedGaps: [aGap(3, { closedAt: '2026-03-05T18:00:00.000Z', ending: { as: 'repaired' } })],
      },
    );

    expect(scopesAtRisk(record).map(({ scopes, gaps }) => [scopes, gaps.length])).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });

  it('leaves out what the settings exclude: a scope by its gap’s ending, a tenant as a whole', () => {
    const closedAt = '2026-03-05T08:00:00.000Z';
    const excluded = aGap(1, { closedAt, ending: { as: 'excluded' } });
    const repaired = aGap(2, { closedAt, ending: { as: 'repaired' } });
    const tenant = aCoveredTenant([], { closedGaps: [excluded, repaired] });

    expect(scopesAtRisk(tenant)).toMatchObject([{ scopes: 1 }]);
    expect(scopesAtRisk({ ...tenant, phase: 'excluded' })).toEqual([]);
  });

  it('leaves out a gap that moved to another tenant with its subscription', () => {
    const moved = aGap(1, {
      closedAt: '2026-03-06T12:00:00.000Z',
      ending: { as: 'moved', to: 'cccccccc-0000-4000-8000-000000000002' },
    });

    expect(scopesAtRisk(aCoveredTenant([], { closedGaps: [moved] }))).toEqual([]);
  });

  it('tells a gap that looks go on showing from one that is out of sight', () => {
    const record = aCoveredTenant(
      [aScopeRecord(1, { verdict: 'role-not-eligible' }), aScopeRecord(2, { verdict: 'not-visible' })],
      { openGaps: [aGap(1), aGap(2)] },
    );

    expect(scopesAtRisk(record).map(({ gaps }) => gaps[0]?.showing)).toEqual([true, false]);
  });
});

const START = Date.parse('2026-03-01T00:00:00.000Z');
const instant = fc.integer({ min: 0, max: 24 * 25 }).map((hours) => START + hours * HOUR);
const iso = (at: number) => new Date(at).toISOString();

/** Gaps of one scope, each in its order: last good, first bad, last bad, closed or open. */
const spans = fc.array(
  fc
    .record({
      times: fc.tuple(instant, instant, instant, instant).map((all) => all.toSorted((a, b) => a - b)),
      never: fc.boolean(),
      open: fc.boolean(),
      showing: fc.boolean(),
      accepted: fc.option(instant, { nil: null }),
    })
    .map(({ times: [good = 0, first = 0, last = 0, closed = 0], never, open, showing, accepted }) =>
      aSpan({
        lastEarningAt: never ? null : iso(good),
        firstBadAt: iso(first),
        lastBadAt: iso(last),
        closedAt: open ? null : iso(closed),
        acceptedUntil: accepted === null ? null : iso(accepted),
        showing: open && showing,
      }),
    ),
  { maxLength: 4 },
);
const END = new Date(START + 25 * DAY);
const sweeps = fc.option(instant.map(iso), { nil: undefined });
const withSweep = (sweptAt: string | undefined) => ({ now: END, ...(sweptAt ? { sweptAt } : {}) });

describe('days at risk of any scope', () => {
  it('are certain only where they are possible', () => {
    fc.assert(
      fc.property(spans, sweeps, (gaps, sweptAt) => {
        const { certain, possible } = days(gaps, withSweep(sweptAt));

        expect(certain).toBeLessThanOrEqual(possible);
      }),
    );
  });

  it('are never more than the days of the window', () => {
    fc.assert(
      fc.property(spans, sweeps, (gaps, sweptAt) => {
        const { possible, neverEarned } = days(gaps, withSweep(sweptAt));

        expect(possible).toBeLessThanOrEqual(30);
        expect(neverEarned).toBeLessThanOrEqual(30);
      }),
    );
  });

  it('are the same whether a gap is told whole or cut where its reason changed', () => {
    fc.assert(
      fc.property(spans, fc.nat({ max: 100 }), (gaps, part) => {
        const cut = gaps.flatMap((gap) => {
          const [from, to] = [Date.parse(gap.firstBadAt), Date.parse(gap.lastBadAt)];
          const at = iso(from + Math.floor(((to - from) * part) / 100));
          return [
            { ...gap, lastBadAt: at, closedAt: at, showing: false },
            { ...gap, firstBadAt: at, ...(gap.lastEarningAt === null ? {} : { lastEarningAt: at }) },
          ];
        });

        expect(days(cut, { now: END })).toEqual(days(gaps, { now: END }));
      }),
    );
  });

  it('do not depend on the order of gaps, nor on one told twice', () => {
    fc.assert(
      fc.property(spans, (gaps) => {
        expect(days([...gaps.toReversed(), ...gaps], { now: END })).toEqual(days(gaps, { now: END }));
      }),
    );
  });

  it('become no fewer by another gap', () => {
    fc.assert(
      fc.property(spans, spans, (gaps, more) => {
        const few = days(gaps, { now: END });
        const many = days([...gaps, ...more], { now: END });

        expect(many.certain).toBeGreaterThanOrEqual(few.certain);
        expect(many.possible).toBeGreaterThanOrEqual(few.possible);
        expect(many.neverEarned).toBeGreaterThanOrEqual(few.neverEarned);
      }),
    );
  });

  it('become no fewer by another sweep that shows them', () => {
    fc.assert(
      fc.property(spans, instant, (gaps, swept) => {
        const before = days(gaps, { now: END });
        const after = days(gaps, { now: END, sweptAt: iso(swept) });

        expect(after.certain).toBeGreaterThanOrEqual(before.certain);
        expect(after.possible).toBe(before.possible);
      }),
    );
  });
});
