import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Header } from './parts/header.tsx';
import { parseRoute, type Route } from './route.ts';
import type { ViewProps } from './view-props.ts';
import { LinksView } from './views/links.tsx';
import { Overview } from './views/overview.tsx';
import { ParkedView } from './views/parked.tsx';
import { SweepsView } from './views/sweeps.tsx';
import { TenantView } from './views/tenant.tsx';
import { TenantsView } from './views/tenants.tsx';

const route = signal<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => {
  const before = route.value;
  route.value = parseRoute(location.hash);
  if (before.view === route.value.view && before.view !== 'tenant') return;
  // A new page begins at its top, and a screen reader begins with its heading.
  scrollTo(0, 0);
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus());
});

const REFRESH_MS = 60_000;
const TICK_MS = 15_000;

export function App(props: ViewProps) {
  const { store } = props;
  useEffect(() => {
    void store.refreshAll();
    const tick = setInterval(() => (store.now.value = Date.now()), TICK_MS);
    const refresh = setInterval(() => {
      if (!document.hidden) void store.refreshAll();
    }, REFRESH_MS);
    return () => {
      clearInterval(tick);
      clearInterval(refresh);
    };
  }, [store]);

  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to content
      </a>
      <Header {...props} route={route.value} />
      <main id="content" tabIndex={-1}>
        <Shown {...props} route={route.value} />
      </main>
    </>
  );
}

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
