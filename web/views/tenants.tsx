import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Trouble } from '../client.ts';
import { download } from '../parts/download.ts';
import { Frame, PageHead, TroubleNote } from '../parts/frame.tsx';
import { NobodyYet } from '../parts/nobody-yet.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import type { Store, TenantsRead } from '../store.ts';
import { everything, shownIn, tallyOf, type ListView } from '../tenant-view.ts';
import { count } from '../words.ts';
import { Filters } from './tenants/filters.tsx';
import { Columns, Row } from './tenants/row.tsx';
import { show } from './tenants/show.ts';

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

const ROW = 52;
/** A row of three lines, where the window has no room for columns. */
const TALL_ROW = 96;

function List({
  store,
  read,
  view,
}: {
  readonly store: Store;
  readonly read: TenantsRead;
  readonly view: ListView;
}) {
  // Made once for each reading and view, not at every tick of the clock.
  const shown = useMemo(() => shownIn(read.items, view), [read, view]);
  const tally = useMemo(() => tallyOf(read.items), [read]);
  const narrow = useNarrow();
  if (read.items.length === 0) return <NobodyYet />;
  const gone = tally.states.offboarded ?? 0;
  const all = view.states.includes('offboarded') ? tally.all + gone : tally.all;
  return (
    <>
      <Filters items={read.items} tally={tally} view={view} />
      <p class="found" role="status">
        {shown.length === all
          ? count(all, 'customer')
          : `${shown.length.toLocaleString('en')} of ${count(all, 'customer')}`}
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
            <Columns view={view} />
          </div>
          <VirtualRows items={shown} height={narrow ? TALL_ROW : ROW}>
            {(tenant) => <Row tenant={tenant} now={store.now.value} />}
          </VirtualRows>
        </div>
      )}
    </>
  );
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
