import type { ViewProps } from '../view-props.ts';
import type { Sweep, TenantItem } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Frame, PageHead } from '../parts/frame.tsx';
import { StackBar } from '../parts/stack-bar.tsx';
import { listLink, tenantLink } from '../route.ts';
import type { Store } from '../store.ts';
import { dayBefore, differenceIn, lastFinished } from '../sweep-view.ts';
import { everything, nameOf, scopesOf, shownIn, tallyOf } from '../tenant-view.ts';
import { count, reasonWords } from '../words.ts';

/** The first screen: is the estate set up to earn, does anybody need to act, and how fresh is what is shown. */
export function Overview({ store }: ViewProps) {
  const { tenants, sweeps, now } = store;
  return (
    <>
      <PageHead title="Overview" />
      <Frame of={tenants.state.value} retry={() => void tenants.refresh()} now={now.value} lines={8}>
        {({ items }) => (
          <>
            <Headline store={store} items={items} sweeps={sweeps.state.value.value ?? []} />
            <div class="columns">
              <ToDo items={items} now={now.value} />
              <div class="column">
                <Freshness store={store} />
                <News store={store} items={items} />
              </div>
            </div>
          </>
        )}
      </Frame>
    </>
  );
}

function Headline({
  store,
  items,
  sweeps,
}: {
  readonly store: Store;
  readonly items: readonly TenantItem[];
  readonly sweeps: readonly Sweep[];
}) {
  const tally = tallyOf(items);
  const earning = (tally.states.earning ?? 0) + (tally.states.attested ?? 0);
  const blind = tally.states.unobserved ?? 0;
  const last = lastFinished(sweeps);
  const difference = last && differenceIn('earning', last, dayBefore(sweeps, last));
  const { value: parked } = store.parked.state.value;
  const risk = last?.daysAtRisk ?? null;
  return (
    <section class="card headline" aria-label="The estate">
      <div class="figures">
        <Figure
          big
          value={earning}
          of={tally.all}
          label={tally.all === 1 ? 'customer set up to earn' : 'customers set up to earn'}
          href={listLink({ ...everything, states: ['earning', 'attested'] })}
          {...(difference ? { note: `${signed(difference)} since the day before` } : {})}
        />
        <Figure
          value={risk?.certain ?? null}
          label="scope-days lost, last 30 days"
          tone={risk?.certain ? 'bad' : 'calm'}
          note={riskNote(risk)}
          href="#/sweeps"
        />
        <Figure
          value={blind}
          label="blind: never read well"
          tone={blind > 0 ? 'blind' : 'calm'}
          href={listLink({ ...everything, states: ['unobserved'] })}
        />
        <Figure
          value={tally.stale}
          label="stale: not seen for too long"
          tone={tally.stale > 0 ? 'blind' : 'calm'}
          href={listLink({ ...everything, stale: true })}
        />
        <Figure
          value={parked?.items.length ?? null}
          label={parked?.items.length === 1 ? 'message parked' : 'messages parked'}
          tone={parked && parked.items.length > 0 ? 'bad' : 'calm'}
          href="#/parked"
        />
      </div>
      <StackBar counts={tally.states} />
    </section>
  );
}

function riskNote(risk: Sweep['daysAtRisk'] | null): string {
  if (!risk) return 'counted by the first finished sweep';
  const never = risk.neverEarned > 0 ? `; ${risk.neverEarned.toLocaleString('en')} never earned` : '';
  return `certain; up to ${risk.possible.toLocaleString('en')} possible${never}`;
}

interface FigureProps {
  readonly value: number | null;
  readonly of?: number;
  readonly label: string;
  readonly note?: string;
  readonly tone?: 'calm' | 'bad' | 'blind';
  readonly href: string;
  readonly big?: boolean;
}

function Figure({ value, of, label, note, tone = 'calm', href, big }: FigureProps) {
  return (
    <a class={`figure ${tone} ${big ? 'big' : ''}`} href={href}>
      <span class="number">
        {value === null ? '–' : value.toLocaleString('en')}
        {of !== undefined && <span class="of"> of {of.toLocaleString('en')}</span>}
      </span>
      <span class="label">{label}</span>
      {note && <span class="faint">{note}</span>}
    </a>
  );
}

function signed(number: number): string {
  return number > 0 ? `+${number.toLocaleString('en')}` : `−${Math.abs(number).toLocaleString('en')}`;
}

const SHOWN = 8;
const TROUBLE = [
  'unlinked',
  'linked-elsewhere',
  'not-earning',
  'partly-earning',
  'not-delegated',
  'unobserved',
] as const;

function ToDo({ items, now }: { readonly items: readonly TenantItem[]; readonly now: number }) {
  const view = { ...everything, states: [...TROUBLE, 'needs-person' as const] };
  const troubled = shownIn(items, view);
  return (
    <section class="card">
      <h2>
        Needs attention <span class="count">{troubled.length.toLocaleString('en')}</span>
      </h2>
      {troubled.length === 0 ? (
        <p class="calm">Nothing. Every customer that can be read is set up to earn.</p>
      ) : (
        <ul class="rows">
          {troubled.slice(0, SHOWN).map((tenant) => (
            <li key={tenant.tenantId}>
              <a href={tenantLink(tenant.tenantId)}>
                <span class="who">
                  <b>{nameOf(tenant)}</b>
                  <span class="faint">{whyOf(tenant)}</span>
                </span>
                <span class="end">
                  <StateChip state={tenant.state} />
                  <span class="faint">
                    seen <Age at={tenant.lastGood} now={now} />
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {troubled.length > SHOWN && (
        <a class="more" href={listLink(view)}>
          All {troubled.length.toLocaleString('en')}
        </a>
      )}
    </section>
  );
}

function whyOf(tenant: TenantItem): string {
  const { all, earning } = scopesOf(tenant);
  const scopes = all > 0 ? `${earning} of ${count(all, 'scope')}` : '';
  return [reasonWords(tenant.reason), scopes].filter(Boolean).join(' · ');
}

function Freshness({ store }: { readonly store: Store }) {
  const { sweeps, links, now } = store;
  const last = lastFinished(sweeps.state.value.value ?? []);
  const running = sweeps.state.value.value?.find(
    ({ status }) => status === 'running' || status === 'following-up',
  );
  const bad = links.state.value.value?.filter(({ state }) => state !== 'linked') ?? [];
  return (
    <section class="card">
      <h2>How fresh this is</h2>
      <dl class="facts">
        <dt>Last finished sweep</dt>
        <dd>
          {last ? <Age at={last.finishedAt ?? last.startedAt} now={now.value} /> : 'none yet'}
          {last?.partial && <span class="warned"> · not everything could be read</span>}
          {last && last.heldScopes > 0 && (
            <span class="warned"> · {count(last.heldScopes, 'scope')} held for confirmation</span>
          )}
        </dd>
        {running && (
          <>
            <dt>Under way</dt>
            <dd>
              a sweep, begun <Age at={running.startedAt} now={now.value} />
            </dd>
          </>
        )}
        <dt>Links</dt>
        <dd>
          <a href="#/links">
            {links.state.value.value === null
              ? '–'
              : bad.length === 0
                ? `all ${count(links.state.value.value.length, 'link')} in place`
                : `${bad.length} of ${count(links.state.value.value.length, 'link')} not in place`}
          </a>
        </dd>
      </dl>
    </section>
  );
}

const NEWS = [
  { key: 'bad', title: 'Newly in trouble' },
  { key: 'gone', title: 'Delegation gone' },
  { key: 'earning', title: 'Newly set up to earn' },
  { key: 'found', title: 'New on record' },
] as const;

function News({ store, items }: { readonly store: Store; readonly items: readonly TenantItem[] }) {
  const last = lastFinished(store.sweeps.state.value.value ?? []);
  const news = last?.news ?? null;
  const names = new Map(items.map((tenant) => [tenant.tenantId, nameOf(tenant)]));
  const told = news ? NEWS.filter(({ key }) => news[key].count > 0) : [];
  return (
    <section class="card">
      <h2>What changed with the last sweep</h2>
      {news === null && (
        <p class="calm">
          {last
            ? 'The first sweep is the baseline. The next one tells what changed.'
            : 'No sweep has finished yet.'}
        </p>
      )}
      {news && told.length === 0 && <p class="calm">Nothing, since the sweep before.</p>}
      {news &&
        told.map(({ key, title }) => (
          <div class="news" key={key}>
            <h3>
              {title} <span class="count">{news[key].count.toLocaleString('en')}</span>
            </h3>
            <ul>
              {news[key].first.slice(0, 5).map((tenantId) => (
                <li key={tenantId}>
                  <a href={tenantLink(tenantId)}>{names.get(tenantId) ?? tenantId}</a>
                </li>
              ))}
              {news[key].count > 5 && (
                <li class="faint">and {(news[key].count - 5).toLocaleString('en')} more</li>
              )}
            </ul>
          </div>
        ))}
    </section>
  );
}
