import { describe, expect, it } from 'vitest';
import { withAsked, type Asked } from '../../../src/lib/domain/asked.ts';

const anOrder = (n: number, at: string): Asked => ({
  causeId: `order-${n}`,
  by: 'ada@fabrikam',
  at,
  outcome: 'unchanged',
  detail: null,
});
const noonOf = (day: number) => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;
const after = (orders: readonly Asked[]) => orders.reduce<readonly Asked[]>(withAsked, []);
const ids = (orders: readonly Asked[]) => orders.map(({ causeId }) => causeId);

describe('what operators asked for', () => {
  it('is known by its key for a day, however much was asked for in between', () => {
    const orders = Array.from({ length: 30 }, (_, n) => anOrder(n, `2026-03-10T12:${n + 10}:00.000Z`));

    expect(ids(after(orders))).toContain('order-0');
  });

  it('is forgotten after a day, but for the last five', () => {
    const orders = Array.from({ length: 8 }, (_, n) => anOrder(n, noonOf(n + 1)));

    expect(ids(after(orders))).toEqual(['order-7', 'order-6', 'order-5', 'order-4', 'order-3']);
  });

  it('never fills a row', () => {
    const orders = Array.from({ length: 200 }, (_, n) => anOrder(n, noonOf(10)));

    expect(after(orders)).toHaveLength(50);
  });

  it('stands once, with its last outcome, where it was tried twice', () => {
    const again = { ...anOrder(1, noonOf(2)), outcome: 'failed' as const };

    expect(after([anOrder(1, noonOf(1)), anOrder(2, noonOf(1)), again])).toEqual([
      again,
      anOrder(2, noonOf(1)),
    ]);
  });
});
