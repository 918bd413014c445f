import { describe, expect, it } from 'vitest';
import { verdicts as verdictNames } from '../../../src/lib/domain/coverage.ts';
import { tenantStates } from '../../../src/lib/domain/tenant-state.ts';
import {
  ago,
  countsForWords,
  lasting,
  outcomeWords,
  reasonWords,
  stateOrder,
  states,
  verdicts,
} from '../../../web/words.ts';

const now = Date.parse('2026-03-02T12:00:00.000Z');

describe('words for people', () => {
  it('say that earning is to be set up to earn', () => {
    expect([states.earning.name, verdicts.earning.name]).toEqual(['Set up to earn', 'Set up to earn']);
  });

  it('are there for every state and every verdict', () => {
    expect(Object.keys(states).sort()).toEqual([...tenantStates].sort());
    expect([...stateOrder].sort()).toEqual([...tenantStates].sort());
    expect(Object.keys(verdicts).sort()).toEqual([...verdictNames].sort());
  });

  it('tell a reason, and one they do not know as it is', () => {
    expect(reasonWords('role-not-eligible')).toBe('role earns nothing');
    expect(reasonWords('stale')).toBe('no good look for too long');
    expect(reasonWords('some-new-thing')).toBe('some new thing');
    expect(reasonWords(null)).toBe('');
    expect(outcomeWords('would-link')).toBe('would be made');
    expect(countsForWords('pec')).toBe('earned credit');
  });

  it('tell an age in its largest unit, rounded down', () => {
    expect(ago('2026-03-02T11:59:30.000Z', now)).toBe('just now');
    expect(ago('2026-03-02T11:01:00.000Z', now)).toBe('59 min ago');
    expect(ago('2026-03-01T12:00:01.000Z', now)).toBe('23 h ago');
    expect(ago('2026-02-20T12:00:00.000Z', now)).toBe('10 d ago');
    expect(ago(null, now)).toBe('never');
  });

  it('do not call a time to come a past one', () => {
    expect(ago('2026-03-02T13:00:00.000Z', now)).toBe('in the future');
    expect(lasting(3 * 60_000)).toBe('3 min');
  });
});
