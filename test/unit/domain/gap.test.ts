import { describe, expect, it } from 'vitest';
import { gapIdOf, gapOf, isGap } from '../../../src/lib/domain/gap.ts';
import { DAY } from '../../support/clock.ts';
import { subscriptionId } from '../../support/delegations.ts';
import { aGap } from '../../support/tenants.ts';

describe('a gap', () => {
  it.each([
    ['role-not-eligible', true],
    ['eligible-only', true],
    ['other-principal', true],
    ['wrong-object-id', true],
    ['principal-missing', true],
    ['gone', true],
    ['earning', false],
    ['role-unknown', false],
    ['subscription-inactive', false],
    ['not-visible', false],
    ['delegation-not-ready', false],
  ] as const)('is opened at once by %s: %s', (verdict, gap) => {
    expect(isGap(verdict, 0)).toBe(gap);
  });

  it.each([
    [DAY - 1, false],
    [DAY, true],
  ])('is opened by a delegation that has not been ready for %d ms: %s', (heldMs, gap) => {
    expect(isGap('delegation-not-ready', heldMs)).toBe(gap);
  });

  it('is never opened by an unknown role, however long it stands', () => {
    expect(isGap('role-unknown', 365 * DAY)).toBe(false);
  });
});

describe("a gap's id", () => {
  const scope = `/subscriptions/${subscriptionId(1)}`;

  it('names subscription, resource group and the instant it was opened at', () => {
    expect(gapIdOf(aGap(1))).toBe(`${subscriptionId(1)}.mmdeydc0`);
    expect(gapIdOf(aGap(1, { scope: `${scope}/resourceGroups/rg.web_1` }))).toBe(
      `${subscriptionId(1)}.rg.web_1.mmdeydc0`,
    );
  });

  it('stays the same in every spelling of the scope, and whatever becomes of the gap', () => {
    const group = aGap(1, { scope: `${scope}/resourceGroups/RG-Web` });
    const later = aGap(1, {
      scope: `${scope.toUpperCase()}/RESOURCEGROUPS/rg-web`,
      reason: 'gone',
      lastBadAt: '2026-03-09T12:00:00.000Z',
      closedAt: '2026-03-10T12:00:00.000Z',
    });

    expect(gapIdOf(later)).toBe(gapIdOf(group));
  });

  it.each(['rg (old)', 'Ärger', '東京', 'a~b'])('of resource group %s needs no escaping in a URL', (name) => {
    const id = gapIdOf(aGap(1, { scope: `${scope}/resourceGroups/${name}` }));

    expect(encodeURIComponent(id)).toBe(id);
    expect(id).not.toContain(name.toLowerCase());
  });
});

it('a gap stored before its observations were kept reads as seen once', () => {
  const stored = {
    scope: aGap(1).scope,
    reason: 'gone' as const,
    openedAt: '2026-03-05T12:00:00.000Z',
    lastEarningAt: null,
    closedAt: '2026-03-06T12:00:00.000Z',
  };

  expect(gapOf(stored)).toEqual({
    ...stored,
    firstBadAt: '2026-03-05T12:00:00.000Z',
    lastBadAt: '2026-03-05T12:00:00.000Z',
    ending: { as: 'repaired' },
    acceptance: null,
  });
});
