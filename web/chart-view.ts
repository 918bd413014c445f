/** The geometry of the chart of states over time. */
import type { Sweep, TenantState } from './contract.ts';
import { stateOrder } from './words.ts';

export interface Area {
  readonly state: TenantState;
  /** SVG path, in units of `width` by `height`. */
  readonly path: string;
}

/** What is drawn from the bottom up; offboarded customers are no part of the estate. */
const STACKED = stateOrder.filter((state) => state !== 'offboarded');

/**
 * Stacked areas of how many customers were in each state, over time to scale. `sweeps` are finished ones, oldest first; with
 * fewer than two there is nothing to draw.
 */
export function areasOf(
  sweeps: readonly Pick<Sweep, 'startedAt' | 'states'>[],
  { width, height }: { readonly width: number; readonly height: number },
): { readonly areas: readonly Area[]; readonly highest: number } {
  const first = sweeps[0];
  const last = sweeps.at(-1);
  if (!first || !last || sweeps.length < 2) return { areas: [], highest: 0 };
  const [from, to] = [Date.parse(first.startedAt), Date.parse(last.startedAt)];
  const totals = sweeps.map(({ states }) => STACKED.reduce((sum, state) => sum + (states[state] ?? 0), 0));
  const highest = Math.max(1, ...totals);
  const x = (at: string) => round(((Date.parse(at) - from) / Math.max(1, to - from)) * width);
  const y = (number: number) => round(height - (number / highest) * height);
  const below = sweeps.map(() => 0);
  const areas = STACKED.flatMap((state) => {
    if (!sweeps.some(({ states }) => states[state])) return [];
    const lower = [...below];
    for (const [index, { states }] of sweeps.entries())
      below[index] = (below[index] ?? 0) + (states[state] ?? 0);
    const edge = (numbers: readonly number[]) =>
      sweeps.map(({ startedAt }, index) => `${x(startedAt)} ${y(numbers[index] ?? 0)}`);
    return [{ state, path: `M${[...edge(below), ...edge(lower).reverse()].join('L')}Z` }];
  });
  return { areas, highest };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
