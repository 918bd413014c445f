import type { TenantItem } from '../../contract.ts';
import { tenantLink } from '../../route.ts';
import type { Store } from '../../store.ts';
import { lastFinished } from '../../sweep-view.ts';
import { nameOf } from '../../tenant-view.ts';

const KINDS = [
  { key: 'bad', title: 'Newly in trouble' },
  { key: 'gone', title: 'Delegation gone' },
  { key: 'earning', title: 'Newly set up to earn' },
  { key: 'found', title: 'New on record' },
] as const;

/** So many customers are named; the rest are counted. */
const NAMED = 5;

export function News({ store, items }: { readonly store: Store; readonly items: readonly TenantItem[] }) {
  const last = lastFinished(store.sweeps.state.value.value ?? []);
  const news = last?.news ?? null;
  const told = news ? KINDS.filter(({ key }) => news[key].count > 0) : [];
  // Only the few that are named are looked for: a map of a large estate would be made at every tick.
  const name = (tenantId: string) => {
    const tenant = items.find((one) => one.tenantId === tenantId);
    return tenant ? nameOf(tenant) : tenantId;
  };
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
              {news[key].first.slice(0, NAMED).map((tenantId) => (
                <li key={tenantId}>
                  <a href={tenantLink(tenantId)}>{name(tenantId)}</a>
                </li>
              ))}
              {news[key].count > NAMED && (
                <li class="faint">and {(news[key].count - NAMED).toLocaleString('en')} more</li>
              )}
            </ul>
          </div>
        ))}
    </section>
  );
}
