import { countOf, waitingOf } from '../decisions-view.ts';
import type { ViewProps } from '../view-props.ts';
import type { Route } from '../route.ts';
import { lastFinished } from '../sweep-view.ts';
import { Age } from './age.tsx';
import { Mark } from './mark.tsx';
import { ThemeButton } from './theme.tsx';

const PAGES = [
  { view: 'overview', href: '#/', name: 'Overview' },
  { view: 'tenants', href: '#/tenants', name: 'Customers' },
  { view: 'decisions', href: '#/decisions', name: 'Decisions' },
  { view: 'links', href: '#/links', name: 'Links' },
  { view: 'sweeps', href: '#/sweeps', name: 'Sweeps' },
  { view: 'parked', href: '#/parked', name: 'Parked' },
] as const;

export function Header({ store, session, route }: ViewProps & { readonly route: Route }) {
  const shown = route.view === 'tenant' ? 'tenants' : route.view;
  const parked = store.parked.state.value.value;
  const waiting = waitingOf({
    sweeps: store.sweeps.state.value.value,
    found: store.found.state.value.value,
    roles: store.roles.state.value.value,
  });
  const decisions = countOf(waiting);
  const sweep = lastFinished(store.sweeps.state.value.value ?? []);
  return (
    <header class="top">
      <a class="brand" href="#/">
        <Mark />
        <span>PAL Autopilot</span>
      </a>
      <nav aria-label="Pages">
        {PAGES.map(({ view, href, name }) => (
          <a key={view} href={href} aria-current={shown === view ? 'page' : undefined}>
            {name}
            {view === 'decisions' && decisions > 0 && (
              <span class="count">{decisions.toLocaleString('en')}</span>
            )}
            {view === 'parked' && parked && parked.items.length > 0 && (
              <span class="count bad">
                {parked.items.length}
                {parked.more ? '+' : ''}
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="aside">
        {sweep && (
          <span class="seen" title="The whole estate was last looked at then">
            Swept <Age at={sweep.finishedAt ?? sweep.startedAt} now={store.now.value} />
          </span>
        )}
        <ThemeButton />
        <button
          type="button"
          class="button quiet who"
          onClick={() => session.signOut()}
          title={session.mayOperate ? 'May read and operate' : 'May read'}
        >
          <span>{session.name}</span>
          <span class="faint">Sign out</span>
        </button>
      </div>
    </header>
  );
}
