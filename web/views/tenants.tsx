import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Trouble } from '../client.ts';
import type { TenantItem, TenantState } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { Shape, StateChip } from '../parts/chip.tsx';
import { download } from '../parts/download.ts';
import { Frame, PageHead, TroubleNote } from '../parts/frame.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { listLink, tenantLink } from '../route.ts';
import type { Store, TenantsRead } from '../store.ts';
import {
  everything,
  nameOf,
  scopesOf,
  shownIn,
  tallyOf,
  type ListView,
  type SortKey,
} from '../tenant-view.ts';
import { count, reasonWords, stateOrder, states } from '../words.ts';

/** Changes the view by its address, so that it can be kept and sent to others. */
function show(view: ListView): void {
  const link = listLink(view);
  if (link === location.hash) return;
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function TenantsView({ store, view }: ViewProps & { readonly view: ListView }) {
  const { tenants, now } = store;
  return (
    <>
      <PageHead title="Customers">
        <Export store={store} />
      </PageHead>
      <Frame of={tenants.state.value} retry={() => void tenants.refresh()} now={now.value} lines={10}>
        {(read) => <List store={store} read={read} view={view} />}
      </Frame>
    </>
  );
}

function List({
  store,
  read,
  view,
}: {
  readonly store: Store;
  readonly read: TenantsRead;
  readonly view: ListView;
}) {
  const shown = useShown(read, view);
  const narrow = useNarrow();
  if (read.items.length === 0) return <NobodyYet />;
  return (
    <>
      <Filters read={read} view={view} />
      <p class="found" role="status">
        {shown.length === read.items.length && !read.cut
          ? count(shown.length, 'customer')
          : `${shown.length.toLocaleString('en')} of ${count(read.items.length, 'customer')}`}
        {read.cut &&
          (store.tenants.state.value.loading
            ? ' · reading on…'
            : ' · more are on record: use the CSV, or the API')}
      </p>
      {shown.length === 0 ? (
        <div class="empty">
          <p>No customer fits.</p>
          <button type="button" class="button" onClick={() => show(everything)}>
            Show all
          </button>
        </div>
      ) : (
        <div class="table tenants" role="table" aria-label="Customers" aria-rowcount={shown.length + 1}>
          <div role="rowgroup">
            <div role="row" class="row head" aria-rowindex={1}>
              <Column view={view} by="name" name="Customer" />
              <Column view={view} by="state" name="State" />
              <span role="columnheader">Scopes</span>
              <Column view={view} by="gaps" name="Gaps" />
              <Column view={view} by="lastGood" name="Last good look" />
            </div>
          </div>
          <VirtualRows items={shown} height={narrow ? 84 : 52}>
            {(tenant) => <Row tenant={tenant} now={store.now.value} />}
          </VirtualRows>
        </div>
      )}
    </>
  );
}

/** Sorted once for each reading and view, not for each picture. */
function useShown(read: TenantsRead, view: ListView): readonly TenantItem[] {
  const given = useSignal({ read, view });
  if (given.peek().read !== read || given.peek().view !== view) given.value = { read, view };
  return useComputed(() => shownIn(given.value.read.items, given.value.view)).value;
}

const NARROW = '(max-width: 44rem)';

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const changed = () => setNarrow(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return narrow;
}

function Row({ tenant, now }: { readonly tenant: TenantItem; readonly now: number }) {
  const { all, earning } = scopesOf(tenant);
  return (
    <>
      <span role="cell" class="who">
        <a href={tenantLink(tenant.tenantId)}>{nameOf(tenant)}</a>
        <span class="faint id">{tenant.displayName === null ? '' : tenant.tenantId}</span>
      </span>
      <span role="cell" class="state">
        <StateChip state={tenant.state} />
        <span class="faint">{reasonWords(tenant.reason)}</span>
      </span>
      <span role="cell" class="scopes number">
        {all === 0 ? <span class="faint">none</span> : `${earning}/${all}`}
      </span>
      <span role="cell" class="gaps number">
        {tenant.openGaps === 0 ? <span class="faint">0</span> : tenant.openGaps}
      </span>
      <span role="cell" class="seen">
        <Age at={tenant.lastGood} now={now} />
        {tenant.stale && <span class="warned">stale</span>}
        {tenant.failure && (
          <span class="warned" title={tenant.failure.message}>
            {reasonWords(tenant.failure.kind)}
          </span>
        )}
      </span>
    </>
  );
}

function Column({
  view,
  by,
  name,
}: {
  readonly view: ListView;
  readonly by: SortKey;
  readonly name: string;
}) {
  const chosen = view.sort === by;
  const direction = !chosen ? 'none' : view.descending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" aria-sort={direction}>
      <button
        type="button"
        class="sort"
        onClick={() => show({ ...view, sort: by, descending: chosen && !view.descending })}
      >
        {name}
        <span aria-hidden="true">{!chosen ? '' : view.descending ? '↓' : '↑'}</span>
      </button>
    </span>
  );
}

const TYPING_PAUSE_MS = 120;

function Filters({ read, view }: { readonly read: TenantsRead; readonly view: ListView }) {
  const search = useSignal(view.search);
  useSignalEffect(() => {
    const { value } = search;
    const later = setTimeout(() => {
      if (value !== view.search) show({ ...view, search: value });
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(later);
  });
  const tally = tallyOf(read.items);
  const present = stateOrder.filter((state) => (tally.states[state] ?? 0) > 0 || view.states.includes(state));
  const toggle = (state: TenantState) => {
    const on = view.states.includes(state);
    show({ ...view, states: on ? view.states.filter((one) => one !== state) : [...view.states, state] });
  };
  return (
    <div class="filters">
      <label class="search">
        <span class="sr">Search by name, id, principal or tag</span>
        <input
          type="search"
          placeholder="Name, id, principal or tag"
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      </label>
      <div class="toggles" role="group" aria-label="States">
        {present.map((state) => (
          <button
            key={state}
            type="button"
            class="toggle"
            aria-pressed={view.states.includes(state)}
            onClick={() => toggle(state)}
          >
            <Shape tone={states[state].tone} />
            {states[state].name} <b>{(tally.states[state] ?? 0).toLocaleString('en')}</b>
          </button>
        ))}
        {(tally.stale > 0 || view.stale) && (
          <button
            type="button"
            class="toggle"
            aria-pressed={view.stale}
            onClick={() => show({ ...view, stale: !view.stale })}
          >
            <Shape tone="blind" />
            Stale <b>{tally.stale.toLocaleString('en')}</b>
          </button>
        )}
        {view.reason !== null && (
          <button type="button" class="toggle" aria-pressed onClick={() => show({ ...view, reason: null })}>
            {reasonWords(view.reason)}
          </button>
        )}
      </div>
    </div>
  );
}

function Export({ store }: { readonly store: Store }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const save = async () => {
    setBusy(true);
    const called = await store.client.csv('/tenants?bom=true');
    setBusy(false);
    setTrouble(called.ok ? null : called.trouble);
    if (called.ok) download(called.value, 'tenants.csv');
  };
  return (
    <>
      {trouble && <TroubleNote trouble={trouble} />}
      <button type="button" class="button" disabled={busy} onClick={() => void save()}>
        {busy ? 'Exporting…' : 'Export CSV'}
      </button>
    </>
  );
}

function NobodyYet() {
  return (
    <div class="empty">
      <h2>No customers yet</h2>
      <p>
        They come with onboarding events, with a CSV import, or are found by the nightly sweep once they
        delegate to you.
      </p>
    </div>
  );
}
