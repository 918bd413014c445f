import { expect, it } from 'vitest';
import { nextOccurrence, readSchedule } from '../../../local/host/ncrontab.ts';

it.each([
  ['* * * * * *', '2026-03-01T10:00:00.000Z', '2026-03-01T10:00:01.000Z'],
  ['0 */15 * * * *', '2026-03-01T10:14:59.999Z', '2026-03-01T10:15:00.000Z'],
  ['0 30 2 * * *', '2026-03-29T02:00:00.000Z', '2026-03-29T02:30:00.000Z'],
  // Day of month and day of week must both fit, unlike in cron: the next Friday the 13th.
  ['0 0 0 13 * FRI', '2026-03-14T00:00:00.000Z', '2026-11-13T00:00:00.000Z'],
])('%s after %s is due at %s', (expression, from, due) => {
  expect(nextOccurrence(readSchedule(expression, 'test'), new Date(from))?.toISOString()).toBe(due);
});

it.each(['0 3 * * *', '0 0 3 L * *', '61 * * * * *', '0 0 0 ? * *', '00:05:00', ''])(
  'refuses "%s"',
  (expression) => {
    expect(() => readSchedule(expression, 'test')).toThrow(
      /^test: .* is no NCRONTAB expression of six fields/,
    );
  },
);
