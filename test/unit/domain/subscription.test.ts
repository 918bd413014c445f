import { describe, expect, it } from 'vitest';
import { isActive } from '../../../src/lib/domain/subscription.ts';

describe('a subscription', () => {
  it.each([
    ['Enabled', true],
    ['Warned', true],
    ['PastDue', true],
    ['SomethingNew', true],
    ['Disabled', false],
    ['disabled', false],
    ['Deleted', false],
  ])('in the state %s is active: %s', (state, active) => {
    expect(isActive(state)).toBe(active);
  });
});
