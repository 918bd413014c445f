import { describe, expect, it } from 'vitest';
import { callerChecks, type CallerSight } from '../../../cli/doctor-checks.ts';

const now = new Date('2026-11-23T10:00:00Z');
const sight = (changes: Partial<CallerSight> = {}): CallerSight => ({
  url: 'https://pal.example.com/api',
  live: { status: 200, date: new Date('2026-11-23T10:00:02Z') },
  claims: { tid: 't', oid: 'o', roles: ['Pal.Operate'], exp: now.getTime() / 1000 + 600 },
  trouble: null,
  now,
  ...changes,
});
const verdicts = (changes: Partial<CallerSight>) =>
  Object.fromEntries(callerChecks(sight(changes)).map(({ name, verdict }) => [name, verdict]));

describe('what a caller sees of a deployment', () => {
  it('is well when it answers, the token holds and carries a role, and the clocks agree', () => {
    expect(new Set(Object.values(verdicts({})))).toEqual(new Set(['passed']));
  });

  it.each<[string, Partial<CallerSight>, object]>([
    ['nothing answers', { live: null }, { API: 'failed', 'your clock': 'could not tell' }],
    [
      'the app has not started',
      { live: { status: 503, date: now } },
      { API: 'failed', 'your clock': 'passed' },
    ],
    [
      'nobody is signed in',
      { claims: null, trouble: 'no' },
      { 'your token': 'failed', 'your app role': 'could not tell' },
    ],
    ['the token has expired', { claims: { exp: 1, roles: ['Pal.Read'] } }, { 'your token': 'failed' }],
    ['the token carries no role of ours', { claims: { roles: ['Other'] } }, { 'your app role': 'failed' }],
    ['the clock is wrong', { now: new Date('2026-11-23T10:02:00Z') }, { 'your clock': 'failed' }],
  ])('says so when %s', (_what, changes, expected) => {
    expect(verdicts(changes)).toMatchObject(expected);
  });

  it('always says what to do about what did not pass', () => {
    const bad = callerChecks(sight({ live: null, claims: null, trouble: 'no' }));

    expect(bad.filter(({ verdict, remedy }) => verdict !== 'passed' && !remedy)).toEqual([]);
  });
});
