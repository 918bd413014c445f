import { countOf, waitingOf } from '../../decisions-view.ts';
import type { Store } from '../../store.ts';
import { count } from '../../words.ts';

/** What waits for an operator's word; nothing where nothing does. */
export function WaitingCard({ store }: { readonly store: Store }) {
  const { held, found, roles } = waitingOf({
    sweeps: store.sweeps.state.value.value,
    found: store.found.state.value.value,
    roles: store.roles.state.value.value,
  });
  const waiting = countOf({ held, found, roles });
  if (waiting === 0) return null;
  const scopes = roles.reduce((sum, role) => sum + role.scopes, 0);
  return (
    <section class="card">
      <h2>
        Waits for a decision <span class="count">{waiting.toLocaleString('en')}</span>
      </h2>
      <ul class="plain">
        {held && (
          <li>{count(held.heldScopes, 'scope')} would be lost at once: held back by the last sweep</li>
        )}
        {found.length > 0 && <li>{count(found.length, 'customer')} found that nobody announced</li>}
        {roles.length > 0 && (
          <li>
            {count(roles.length, 'unknown role')}, under {count(scopes, 'scope')}
          </li>
        )}
      </ul>
      <a class="more" href="#/decisions">
        Decide
      </a>
    </section>
  );
}
