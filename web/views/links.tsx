import { useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Link } from '../contract.ts';
import { inOrder, placeOf } from '../link-view.ts';
import { Frame, PageHead } from '../parts/frame.tsx';
import { count } from '../words.ts';
import { LinkCard } from './links/card.tsx';
import { LinkOrder, type Verb } from './links/order.tsx';

interface Ordering {
  readonly verb: Verb;
  readonly link: Link;
}

/** What is shown at first; with service principals of ours there is one in each customer's tenant. */
const FIRST = 40;

/** Every link: one row may stand for thousands of customers. */
export function LinksView({ store, session }: ViewProps) {
  const { links, tenants, now } = store;
  const [ordering, setOrdering] = useState<Ordering | null>(null);
  const [shown, setShown] = useState(FIRST);
  const customers = tenants.state.value.value?.items ?? [];
  return (
    <>
      <PageHead title="Links" />
      <p class="lead">
        A link belongs to an identity in a tenant, not to a customer: all customers delegated by Lighthouse
        share the one at home.
      </p>
      <Frame of={links.state.value} retry={() => void links.refresh()} now={now.value}>
        {(items) =>
          items.length === 0 ? (
            <div class="empty">
              <h2>No link yet</h2>
              <p>The first look at a customer makes it, or says why it cannot.</p>
            </div>
          ) : (
            <>
              <ul class="cards">
                {inOrder(items, session.tenantId)
                  .slice(0, shown)
                  .map((link) => (
                    <li key={`${link.tenantId}${link.objectId}`} class="card">
                      <LinkCard
                        link={link}
                        place={placeOf(link, session.tenantId, customers)}
                        now={now.value}
                        order={session.mayOperate ? (verb) => setOrdering({ verb, link }) : null}
                      />
                    </li>
                  ))}
              </ul>
              {items.length > shown && (
                <button type="button" class="button more" onClick={() => setShown(shown + FIRST)}>
                  Show {count(Math.min(FIRST, items.length - shown), 'more link', 'more links')}
                </button>
              )}
            </>
          )
        }
      </Frame>
      {ordering && (
        <LinkOrder
          {...ordering}
          place={placeOf(ordering.link, session.tenantId, customers)}
          client={store.client}
          close={() => setOrdering(null)}
          done={() => void store.refreshAll()}
        />
      )}
    </>
  );
}
