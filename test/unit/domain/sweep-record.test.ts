import { describe, expect, it } from 'vitest';
import {
  earlierBeside,
  newSweepRecord,
  storedSuspectOf,
  storedSweepOf,
  sweptAt,
  type SweepRecord,
} from '../../../src/lib/domain/sweep-record.ts';
import { aRegistration } from '../../support/tenants.ts';

/** A sweep of the nth night of March that came as far as a tenant, or to the end, and knows what was before. */
function aNight(night: number, upTo: string | null, last: SweepRecord | null = null): SweepRecord {
  const startedAt = `2026-03-${String(night).padStart(2, '0')}T02:00:00.000Z`;
  const partial = upTo !== null;
  const coveredUpTo = upTo === 'nowhere' ? null : upTo;
  const sweep = { ...newSweepRecord(`sweep-${night}`, startedAt), partial, coveredUpTo };
  return { ...sweep, status: 'finished', earlier: earlierBeside(sweep, last) };
}

const tenant = (tenantId: string) => ({
  registration: aRegistration({ tenantId }),
  failure: null,
  heldBy: null,
  lastGood: '2026-02-01T00:00:00.000Z',
});

const nightSeen = (tenantId: string, last: SweepRecord) =>
  sweptAt(tenant(tenantId), last)?.slice(8, 10) ?? null;

describe('a tenant was last seen well', () => {
  const first = aNight(1, null);

  it('by the last sweep that came to its end', () => {
    expect(nightSeen('d', aNight(2, null, first))).toBe('02');
  });

  it('by an earlier one, where the last could read nothing', () => {
    expect(nightSeen('d', aNight(2, 'nowhere', first))).toBe('01');
    expect(nightSeen('d', aNight(3, 'nowhere', aNight(2, 'nowhere', first)))).toBe('01');
  });

  it('by the last that came so far', () => {
    const last = aNight(4, 'b', aNight(3, 'f', aNight(2, 'd', first)));

    expect(['a', 'b', 'c', 'f', 'g'].map((tenantId) => nightSeen(tenantId, last))).toEqual([
      '04',
      '04',
      '03',
      '03',
      '01',
    ]);
  });

  it('by none that left it to a pass, also while shorter ones follow', () => {
    const left = { ...tenant('d'), heldBy: 'sweep-2' };
    const second = aNight(2, null, first);

    expect(sweptAt(left, second)).toBeNull();
    expect(sweptAt(left, aNight(3, 'b', second))).toBeNull();
    expect(sweptAt(left, aNight(3, 'f', second))).toBe('2026-03-03T02:00:00.000Z');
  });

  it('by an earlier one that an earlier version of the product has written down', () => {
    const { earlier: _, ...night } = aNight(3, 'b');
    const stored = { ...night, earlier: [{ upTo: null, startedAt: '2026-03-02T02:00:00.000Z' }] as never };

    expect(nightSeen('d', storedSweepOf(stored))).toBe('02');
  });

  it('by nobody, where no sweep has come so far', () => {
    expect(nightSeen('d', aNight(2, 'c', aNight(1, 'b')))).toBeNull();
  });

  it('by the sweep that came furthest, however many nights were shorter and shorter', () => {
    const last = Array.from({ length: 25 }, (_, n) => n).reduce(
      (before, n) => aNight(n + 2, `c${String(99 - n)}`, before),
      first,
    );

    expect(last.earlier).toHaveLength(10);
    expect(nightSeen('d', last)).toBe('01');
    expect(nightSeen('c10', last)).toBe('26');
  });
});

describe('a suspect', () => {
  it('that an earlier version has kept by name loses one scope at least', () => {
    expect(storedSuspectOf('d')).toEqual({ tenantId: 'd', worsening: 1 });
    expect(storedSuspectOf({ tenantId: 'd', worsening: 3 })).toEqual({ tenantId: 'd', worsening: 3 });
  });
});
