/** A sweep in trouble: a page of the index that fails, and losses that are too many at once to be believed. */
import { beforeAll, expect, it } from 'vitest';
import type { TenantPage } from '../../src/functions/api/contract/tenants.ts';
import {
  answerTo,
  runEstate,
  statesAnswered,
  statesAtTheEnd,
  type EstateRun,
} from '../support/estate-run.ts';
import { linkWrites } from '../support/stack.ts';

let run: EstateRun;

beforeAll(async () => {
  run = await runEstate('sweeps/trouble');
}, 90_000);

const sweepAnswered = (step: number) => (answerTo(run, step).body as { items: unknown[] }).items[0];
const agesAnswered = (step: number, request: number) =>
  (answerTo(run, step, request).body as TenantPage).items.map(({ lastGood }) => lastGood);

const WELL = {
  Well: ['earning', null],
  'Six lost': ['earning', null],
  'Seven lost': ['earning', null],
  'One lost': ['earning', null],
};
const changed = { 'Role changed': ['not-earning', 'role-not-eligible'] };

it('takes what stands behind a page that failed for unread, not for gone, and says that it was partial', () => {
  const before = agesAnswered(0, 0);
  const after = agesAnswered(1, 1);

  expect(sweepAnswered(1)).toMatchObject({
    status: 'finished',
    partial: true,
    tenants: { steady: 1, asked: 1, held: 0 },
    calls: { graphQueries: 2 },
  });
  expect(statesAnswered(run, 1, 1)).toEqual({ ...changed, ...WELL });
  expect(after.slice(2)).toEqual(before.slice(2));
  expect((after[1] ?? '') > (before[1] ?? '')).toBe(true);
});

it('holds a mass worsening back', () => {
  expect(sweepAnswered(3)).toMatchObject({
    status: 'finished',
    partial: false,
    heldScopes: 14,
    tenants: { held: 3, asked: 0 },
  });
  expect(statesAnswered(run, 3, 1)).toEqual({ ...changed, ...WELL });
});

it('believes it when the next sweep agrees, and proves each loss', () => {
  expect(statesAtTheEnd(run)).toEqual({
    ...changed,
    Well: ['earning', null],
    'Six lost': ['not-delegated', 'gone'],
    'Seven lost': ['not-delegated', 'gone'],
    'One lost': ['not-delegated', 'gone'],
  });
  expect(run.report.tenants.map(({ changes, openGaps }) => [changes, openGaps])).toEqual([
    [2, 1],
    [1, 0],
    [2, 6],
    [2, 7],
    [2, 1],
  ]);
  expect(run.report.sweep).toMatchObject({ heldScopes: 0, partial: false, news: { gone: { count: 3 } } });
});

it('settles, parks nothing, and never touches the link', () => {
  expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
  expect(linkWrites(run.report.arm)).toEqual({ PUT: 1 });
});
