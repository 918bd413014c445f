import { describe, expect, it } from 'vitest';
import { patienceOf } from '../../../src/functions/api/view/patience.ts';

describe('how long a caller waits', () => {
  it.each([
    ['wait=3', 3],
    ['WAIT=3', 3],
    ['wait = 3', 3],
    ['wait="3"', 3],
    ['wait = "3" ; foo', 3],
    ['respond-async, wait=10', 10],
    ['wait=3, respond-async', 3],
    ['wait=61', 60],
    ['wait=999999999', 60],
    [`wait=${'9'.repeat(180)}`, 60],
  ])('is understood from “%.30s”', (prefer, seconds) => {
    expect(patienceOf({ prefer })).toEqual({
      waitMs: seconds * 1000,
      headers: { 'preference-applied': `wait=${seconds}` },
    });
  });

  it.each([
    '',
    'wait',
    'wait=',
    'wait=0',
    'wait=-1',
    'wait=1.5',
    'wait=1s',
    'await=3',
    'wait="3',
    'respond-async',
  ])('is not at all where “%s” is all it prefers', (prefer) => {
    expect(patienceOf({ prefer })).toEqual({ waitMs: 0, headers: {} });
  });
});
