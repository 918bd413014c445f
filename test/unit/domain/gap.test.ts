import { describe, expect, it } from 'vitest';
import { isGap } from '../../../src/lib/domain/gap.ts';
import { DAY } from '../../support/clock.ts';

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
