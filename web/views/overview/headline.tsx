import { useMemo } from 'preact/hooks';
import type { Sweep } from '../../contract.ts';
import { StackBar } from '../../parts/stack-bar.tsx';
import { listLink } from '../../route.ts';
import type { Store, TenantsRead } from '../../store.ts';
import { dayBefore, earningIn, lastFinished } from '../../sweep-view.ts';
import { estateOf, everything, type Estate } from '../../tenant-view.ts';
import { ago, count } from '../../words.ts';

/** The estate in five numbers, and in one bar. */
export function Headline({ store, read }: { readonly store: Store; readonly read: TenantsRead }) {
  const estate = useMemo(() => estateOf(read), [read]);
  const { states, daysAtRisk } = estate;
  const earning = (states.earning ?? 0) + (states.attested ?? 0);
  const blind = states.unobserved ?? 0;
  const parked = store.parked.state.value.value;
  const sweeps = store.sweeps.state.value.value ?? [];
  const news = changeWords(sweeps, store.now.value);
  return (
    <section class="card headline" aria-label="The estate">
      <div class="figures">
        <Figure
          big
          value={earning}
          of={estate.all}
          label={estate.all === 1 ? 'customer set up to earn' : 'customers set up to earn'}
          href={listLink({ ...everything, states: ['earning', 'attested'] })}
          {...(news ? { note: news } : {})}
        />
        <Figure
          value={daysAtRisk?.certain ?? null}
          label={daysAtRisk?.certain === 1 ? 'scope-day lost in 30 days' : 'scope-days lost in 30 days'}
          tone={daysAtRisk?.certain ? 'bad' : 'calm'}
          note={riskWords(daysAtRisk)}
          href={listLink({ ...everything, sort: 'risk' })}
        />
        <Figure
          value={blind}
          label="blind: never read well"
          tone={blind > 0 ? 'blind' : 'calm'}
          href={listLink({ ...everything, states: ['unobserved'] })}
        />
        <Figure
          value={estate.stale}
          label="stale: last good look too old"
          tone={estate.stale ? 'blind' : 'calm'}
          href={listLink({ ...everything, stale: true })}
        />
        <Figure
          value={parked?.items.length ?? null}
          more={parked?.more ?? false}
          label={parked?.items.length === 1 ? 'message parked' : 'messages parked'}
          tone={parked && parked.items.length > 0 ? 'bad' : 'calm'}
          href="#/parked"
        />
      </div>
      <StackBar counts={states} />
      <Counted estate={estate} now={store.now.value} />
    </section>
  );
}

/** Says where the numbers come from when they are not of this moment. */
function Counted({ estate, now }: { readonly estate: Estate; readonly now: number }) {
  if (estate.countedAt) {
    return (
      <p class="faint counted">
        Not every customer has been read yet, so these are counted by the sweep {ago(estate.countedAt, now)}.
      </p>
    );
  }
  return estate.partly ? (
    <p class="faint counted">Of the first {count(estate.all, 'customer')}: the rest is still being read.</p>
  ) : null;
}

function changeWords(sweeps: readonly Sweep[], now: number): string | null {
  const last = lastFinished(sweeps);
  const before = last && dayBefore(sweeps, last);
  if (!last || !before) return null;
  const change = earningIn(last) - earningIn(before);
  const since = `since the sweep ${ago(before.startedAt, now)}`;
  return change === 0
    ? `as many as at the sweep ${ago(before.startedAt, now)}`
    : `${signed(change)} ${since}`;
}

function signed(number: number): string {
  return number > 0 ? `+${number.toLocaleString('en')}` : `−${Math.abs(number).toLocaleString('en')}`;
}

function riskWords(risk: Estate['daysAtRisk']): string {
  if (!risk) return 'counted by the first finished sweep';
  const certain =
    risk.possible > risk.certain ? `for certain; it may be ${risk.possible.toLocaleString('en')}` : '';
  const never =
    risk.neverEarned > 0
      ? `besides: ${risk.neverEarned.toLocaleString('en')} on scopes that never earned`
      : '';
  return [certain, never].filter(Boolean).join('; ') || 'one day of one scope counts as one';
}

interface FigureProps {
  readonly value: number | null;
  readonly of?: number;
  /** There are more than were counted. */
  readonly more?: boolean;
  readonly label: string;
  readonly note?: string;
  readonly tone?: 'calm' | 'bad' | 'blind';
  readonly href: string;
  readonly big?: boolean;
}

function Figure({ value, of, more, label, note, tone = 'calm', href, big }: FigureProps) {
  return (
    <a class={`figure ${tone} ${big ? 'big' : ''}`} href={href}>
      <span class="number">
        {value === null ? '–' : value.toLocaleString('en')}
        {more && '+'}
        {of !== undefined && <span class="of"> of {of.toLocaleString('en')}</span>}
      </span>
      <span class="label">{label}</span>
      {note && <span class="faint">{note}</span>}
    </a>
  );
}
