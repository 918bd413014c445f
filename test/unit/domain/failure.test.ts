import { describe, expect, it } from 'vitest';
import { dispositionOf, Failure, noteOf, type FailureKind } from '../../../src/lib/domain/failure.ts';

const policy = { limit: 4, baseMs: 1_000, capMs: 3_000, ceilingMs: 60_000 };
const now = new Date('2026-03-10T12:00:00.000Z');
const noJitter = 0.5;

function fate(
  kind: FailureKind,
  attempt: number,
  options: { retryAt?: Date; since?: string; jitter?: number } = {},
) {
  const failure = new Failure(
    kind,
    'Azure answered 500.',
    options.retryAt ? { retryAt: options.retryAt } : {},
  );
  const since = new Date(options.since ?? '2026-03-10T12:00:00.000Z');
  return dispositionOf(failure, { attempt, since }, policy, now, options.jitter ?? noJitter);
}

describe('the fate of a failed pass', () => {
  it.each<[FailureKind, number, object]>([
    ['throttled', 0, { do: 'retry', at: new Date('2026-03-10T12:00:01.000Z'), counted: false }],
    ['throttled', 99, { do: 'retry', at: new Date('2026-03-10T12:00:01.000Z'), counted: false }],
    ['unavailable', 0, { do: 'retry', at: new Date('2026-03-10T12:00:01.000Z'), counted: true }],
    ['unavailable', 1, { do: 'retry', at: new Date('2026-03-10T12:00:02.000Z'), counted: true }],
    ['unavailable', 2, { do: 'retry', at: new Date('2026-03-10T12:00:03.000Z'), counted: true }],
    ['unavailable', 3, { do: 'park', reason: 'Given up after 4 attempts: Azure answered 500.' }],
    ['unavailable', 9, { do: 'park', reason: 'Given up after 10 attempts: Azure answered 500.' }],
    ['conflict', 0, { do: 'retry', at: new Date('2026-03-10T12:00:01.000Z'), counted: true }],
    ['conflict', 2, { do: 'retry', at: new Date('2026-03-10T12:00:03.000Z'), counted: true }],
    ['conflict', 3, { do: 'park', reason: 'Given up after 4 attempts: Azure answered 500.' }],
    ['denied', 0, { do: 'settle' }],
    ['denied', 3, { do: 'settle' }],
    ['rejected', 0, { do: 'park', reason: 'Azure answered 500.' }],
    ['rejected', 3, { do: 'park', reason: 'Azure answered 500.' }],
    ['unexpected', 0, { do: 'park', reason: 'Azure answered 500.' }],
    ['unexpected', 3, { do: 'park', reason: 'Azure answered 500.' }],
  ])('by %s after %d counted failures', (kind, attempt, expected) => {
    expect(fate(kind, attempt)).toEqual(expected);
  });

  it('waits until Azure says it may be asked again', () => {
    const retryAt = new Date('2026-03-10T12:00:17.000Z');

    expect(fate('throttled', 0, { retryAt })).toEqual({ do: 'retry', at: retryAt, counted: false });
  });

  it('does not look back when that time has passed', () => {
    const retryAt = new Date('2026-03-10T11:59:00.000Z');

    expect(fate('throttled', 0, { retryAt })).toMatchObject({ at: now });
  });

  it.each([
    ['2026-03-10T11:59:10.000Z', 'retry'],
    ['2026-03-10T11:59:09.999Z', 'park'],
  ])(
    'of a request throttled since %s for ten seconds more is %s at the ceiling of a minute',
    (since, expected) => {
      const retryAt = new Date('2026-03-10T12:00:10.000Z');

      expect(fate('throttled', 0, { since, retryAt }).do).toBe(expected);
    },
  );

  it('says for how long it was throttled', () => {
    const retryAt = new Date('2026-03-10T12:00:10.000Z');

    expect(fate('throttled', 0, { since: '2026-03-10T11:58:30.000Z', retryAt })).toEqual({
      do: 'park',
      reason: 'Throttled for 100 s, which is too long: Azure answered 500.',
    });
  });

  it.each([
    [0, '2026-03-10T12:00:00.750Z'],
    [0.5, '2026-03-10T12:00:01.000Z'],
    [0.998, '2026-03-10T12:00:01.249Z'],
  ])('spreads retries: at jitter %d it is tried at %s', (jitter, at) => {
    expect(fate('unavailable', 0, { jitter })).toMatchObject({ at: new Date(at) });
  });
});

describe('a failure', () => {
  it('is noted with what support asks for', () => {
    const failure = new Failure('denied', 'Azure answered 403.', { requestId: 'r-1' });

    expect(noteOf(failure, now)).toEqual({
      kind: 'denied',
      message: 'Azure answered 403.',
      at: '2026-03-10T12:00:00.000Z',
      requestId: 'r-1',
    });
  });

  it('keeps its cause in words, without the request that holds a token', () => {
    const cause = Object.assign(new Error('socket hang up'), { request: { authorization: 'Bearer x' } });

    const failure = new Failure('unavailable', 'Azure gave no answer.', { cause });

    expect(failure.cause).toEqual(new Error('Error socket hang up'));
    expect(failure.cause).not.toHaveProperty('request');
  });
});
