import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Header } from './parts/header.tsx';
import { keepPlaces } from './place.ts';
import { parseRoute, type Route } from './route.ts';
import type { ViewProps } from './view-props.ts';
import { DecisionsView } from './views/decisions.tsx';
import { LinksView } from './views/links.tsx';
import { NoRole } from './views/no-role.tsx';
import { Overview } from './views/overview.tsx';
import { ParkedView } from './views/parked.tsx';
import { SweepsView } from './views/sweeps.tsx';
import { TenantView } from './views/tenant.tsx';
import { TenantsView } from './views/tenants.tsx';

const route = signal<Route>(parseRoute(location.hash));
const showPlace = keepPlaces();
addEventListener('hashchange', () => {
  const before = route.value;
  route.value = parseRoute(location.hash);
  if (before.view === route.value.view && before.view !== 'tenant') return;
  showPlace();
});

const REFRESH_MS = 60_000;
const DECISIONS_MS = 600_000;
const TICK_MS = 15_000;

export function App(props: ViewProps) {
  const { store, session } = props;
  useEffect(() => {
    void store.refreshAll();
    void store.refreshDecisions();
    const whileSeen = (work: () => Promise<void>) => () => {
      if (!document.hidden) void work();
    };
    const timers = [
      setInterval(() => (store.now.value = Date.now()), TICK_MS),
      setInterval(
        whileSeen(() => store.refreshAll()),
        REFRESH_MS,
      ),
      setInterval(
        whileSeen(() => store.refreshDecisions()),
        DECISIONS_MS,
      ),
    ];
    return () => timers.forEach(clearInterval);
  }, [store]);
  useEffect(() => {
    document.title = `${TITLES[route.value.view]} · PAL Autopilot`;
  }, [route.value.view]);

  const { value, trouble } = store.tenants.state.value;
  const mayNothing = value === null && trouble?.status === 403;
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to content
      </a>
      <Header {...props} route={route.value} />
      <main id="content" tabIndex={-1}>
        {mayNothing ? <NoRole session={session} /> : <Shown {...props} route={route.value} />}
      </main>
    </>
  );
}

const TITLES: Readonly<Record<Route['view'], string>> = {
  overview: 'Overview',
  tenants: 'Customers',
  tenant: 'Customer',
  decisions: 'Decisions',
  links: 'Links',
  sweeps: 'Sweeps',
  parked: 'Parked messages',
  unknown: 'No such page',
};

/** The address after `#` says which view is shown, so jumping to the content cannot go through it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Shown({ route: at, ...props }: ViewProps & { readonly route: Route }) {
  switch (at.view) {
    case 'overview':
      return <Overview {...props} />;
    case 'tenants':
      return <TenantsView {...props} view={at.list} />;
    case 'tenant':
      return <TenantView {...props} tenantId={at.tenantId} key={at.tenantId} />;
    case 'decisions':
      return <DecisionsView {...props} />;
    case 'links':
      return <LinksView {...props} />;
    case 'sweeps':
      return <SweepsView {...props} />;
    case 'parked':
      return <ParkedView {...props} />;
    case 'unknown':
      return (
        <section class="empty">
          <h1 tabIndex={-1}>There is no such page</h1>
          <p>
            <a href="#/">Go to the overview</a>
          </p>
        </section>
      );
  }
}
