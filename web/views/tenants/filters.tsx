import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TenantItem, TenantState } from '../../contract.ts';
import { Shape } from '../../parts/chip.tsx';
import { reasonsIn, type ListView, type Tally } from '../../tenant-view.ts';
import { reasonWords, stateOrder, states, type Tone } from '../../words.ts';
import { show } from './show.ts';

interface FiltersProps {
  readonly items: readonly TenantItem[];
  readonly tally: Tally;
  readonly view: ListView;
}

export function Filters({ items, tally, view }: FiltersProps) {
  const present = stateOrder.filter((state) => (tally.states[state] ?? 0) > 0 || view.states.includes(state));
  const toggle = (state: TenantState) => {
    const on = view.states.includes(state);
    const chosen = on ? view.states.filter((one) => one !== state) : [...view.states, state];
    show({ ...view, states: chosen, reason: null });
  };
  return (
    <div class="filters">
      <Search view={view} />
      <div class="toggles" role="group" aria-label="States">
        {present.map((state) => (
          <Toggle
            key={state}
            on={view.states.includes(state)}
            tone={states[state].tone}
            number={tally.states[state] ?? 0}
            press={() => toggle(state)}
          >
            {states[state].name}
          </Toggle>
        ))}
        {(tally.stale > 0 || view.stale) && (
          <Toggle
            on={view.stale}
            tone="blind"
            number={tally.stale}
            press={() => show({ ...view, stale: !view.stale })}
          >
            Stale
          </Toggle>
        )}
      </div>
      <Reasons items={items} view={view} />
    </div>
  );
}

/** Why: offered once somebody has chosen states, because the reasons of all of them are too many to read. */
function Reasons({ items, view }: Pick<FiltersProps, 'items' | 'view'>) {
  const narrowed = view.states.length > 0 || view.reason !== null;
  const reasons = useMemo(() => (narrowed ? reasonsIn(items, view) : []), [items, view, narrowed]);
  const { reason: chosen } = view;
  const gone = chosen !== null && !reasons.some(({ reason }) => reason === chosen);
  const offered = gone ? [...reasons, { reason: chosen, number: 0 }] : reasons;
  if (offered.length < 2 && chosen === null) return null;
  return (
    <div class="toggles" role="group" aria-label="Reasons">
      {offered.map(({ reason, number }) => (
        <Toggle
          key={reason}
          on={chosen === reason}
          number={number}
          press={() => show({ ...view, reason: chosen === reason ? null : reason })}
        >
          {reasonWords(reason)}
        </Toggle>
      ))}
    </div>
  );
}

interface ToggleProps {
  readonly on: boolean;
  readonly tone?: Tone;
  readonly number: number;
  readonly press: () => void;
  readonly children: ComponentChildren;
}

function Toggle({ on, tone, number, press, children }: ToggleProps) {
  return (
    <button type="button" class="toggle" aria-pressed={on} onClick={press}>
      {tone && <Shape tone={tone} />}
      {children} <b>{number.toLocaleString('en')}</b>
    </button>
  );
}

const TYPING_PAUSE_MS = 120;

function Search({ view }: { readonly view: ListView }) {
  const [typed, setTyped] = useState(view.search);
  const sent = useRef(view.search);
  useEffect(() => {
    // What somebody else has put into the address is shown; our own word comes back late, and must not undo what was typed since.
    if (view.search !== sent.current) setTyped(view.search);
    sent.current = view.search;
  }, [view.search]);
  useEffect(() => {
    if (typed === view.search) return;
    const later = setTimeout(() => {
      sent.current = typed;
      show({ ...view, search: typed });
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(later);
  }, [typed, view]);
  return (
    <label class="search">
      <span class="sr">Search by name, id, principal or tag</span>
      <input
        type="search"
        placeholder="Name, id, principal or tag"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </label>
  );
}
