import { areasOf } from '../../chart-view.ts';
import type { Sweep } from '../../contract.ts';
import { earningIn } from '../../sweep-view.ts';
import { count, exactly, states } from '../../words.ts';

const SIZE = { width: 1000, height: 180 };

/** States over time, of finished sweeps, oldest first. */
export function Chart({ sweeps }: { readonly sweeps: readonly Sweep[] }) {
  const { areas, highest } = areasOf(sweeps, SIZE);
  const [first, last] = [sweeps[0], sweeps.at(-1)];
  return (
    <section class="card">
      <h2>Customers by state, over time</h2>
      {areas.length === 0 || !first || !last ? (
        <p class="calm">With the second finished sweep there is something to draw.</p>
      ) : (
        <figure class="chart">
          <span class="axis">{count(highest, 'customer')}</span>
          <svg
            class="areas"
            viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={chartWords(first, last)}
          >
            {areas.map(({ state, path }) => (
              <path key={state} class={`fill ${states[state].tone} ${state}`} d={path} />
            ))}
          </svg>
          <div class="axis times">
            <span>{exactly(first.startedAt)}</span>
            <span>{exactly(last.startedAt)}</span>
          </div>
          <figcaption>
            <ul class="legend">
              {areas.toReversed().map(({ state }) => (
                <li key={state}>
                  <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                    <rect class={`fill ${states[state].tone} ${state}`} width="10" height="10" rx="2" />
                  </svg>
                  {states[state].name}
                </li>
              ))}
            </ul>
          </figcaption>
        </figure>
      )}
    </section>
  );
}

/** The chart in a sentence, for whoever cannot see it. */
function chartWords(first: Sweep, last: Sweep): string {
  const told = (sweep: Sweep) => `${count(earningIn(sweep), 'customer')} at ${exactly(sweep.startedAt)}`;
  return `Set up to earn: ${told(first)}, ${told(last)}.`;
}
