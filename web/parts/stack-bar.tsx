import type { TenantState } from '../contract.ts';
import { listLink } from '../route.ts';
import { everything } from '../tenant-view.ts';
import { count, stateOrder, states } from '../words.ts';
import { Shape } from './chip.tsx';

type Counts = Readonly<Partial<Record<TenantState, number>>>;

/** How the customers divide into states: one bar, and a legend that leads to each part of the list. */
export function StackBar({ counts }: { readonly counts: Counts }) {
  const parts = stateOrder.flatMap((state) => {
    const number = counts[state] ?? 0;
    return number > 0 && state !== 'offboarded' ? [{ state, number, ...states[state] }] : [];
  });
  const total = parts.reduce((sum, { number }) => sum + number, 0);
  let from = 0;
  return (
    <div class="stack">
      <svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ state, number, tone }) => {
          const width = (number / total) * 1000;
          const x = from;
          from += width;
          return (
            <rect
              key={state}
              class={`fill ${tone} ${state}`}
              x={x}
              y="0"
              width={Math.max(width - 2, 1)}
              height="14"
            />
          );
        })}
      </svg>
      <ul class="legend">
        {parts.map(({ state, number, tone, name, meaning }) => (
          <li key={state}>
            <a href={listLink({ ...everything, states: [state] })} title={meaning}>
              <Shape tone={tone} />
              <b>{number.toLocaleString('en')}</b> {name}
              <span class="sr"> ({count(number, 'customer')})</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
