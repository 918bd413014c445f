import { useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Link } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { Chip } from '../parts/chip.tsx';
import { Frame, PageHead } from '../parts/frame.tsx';
import { exactly, outcomeWords, reasonWords, type Tone } from '../words.ts';
import { LinkOrder, type Verb } from './link-order.tsx';

const STATES: Readonly<Record<Link['state'], { readonly tone: Tone; readonly name: string }>> = {
  linked: { tone: 'good', name: 'Linked' },
  unlinked: { tone: 'bad', name: 'Not linked' },
  'linked-elsewhere': { tone: 'bad', name: 'Linked elsewhere' },
  unknown: { tone: 'blind', name: 'Never read' },
};

interface Ordering {
  readonly verb: Verb;
  readonly link: Link;
}

/** Every link: one row may stand for thousands of customers. */
export function LinksView({ store, session }: ViewProps) {
  const { links, now } = store;
  const [ordering, setOrdering] = useState<Ordering | null>(null);
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
            <ul class="cards">
              {items.map((link) => (
                <li key={`${link.tenantId}${link.objectId}`} class="card">
                  <LinkCard
                    link={link}
                    now={now.value}
                    order={session.mayOperate ? (verb) => setOrdering({ verb, link }) : null}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Frame>
      {ordering && (
        <LinkOrder
          {...ordering}
          client={store.client}
          close={() => setOrdering(null)}
          done={() => void store.refreshAll()}
        />
      )}
    </>
  );
}

interface LinkCardProps {
  readonly link: Link;
  readonly now: number;
  readonly order: ((verb: Verb) => void) | null;
}

function LinkCard({ link, now, order }: LinkCardProps) {
  const { tone, name } = STATES[link.state];
  const held = link.wanted === null;
  return (
    <>
      <div class="link-head">
        <h2>{link.principal}</h2>
        <Chip tone={tone} name={name} />
        {held && <Chip tone="waiting" name="Held" title="An operator wants no link, or another, for now" />}
      </div>
      <dl class="facts">
        <dt>Partner ID</dt>
        <dd>
          {link.partnerId ?? 'none'} {link.partnerName && <span class="faint">{link.partnerName}</span>}
          {!held && link.wanted !== link.partnerId && <span class="warned"> · wanted: {link.wanted}</span>}
        </dd>
        <dt>Read</dt>
        <dd>
          <Age at={link.readAt} now={now} />
          {link.failure && (
            <span class="warned" title={link.failure.message}>
              {' '}
              · the last try failed: {reasonWords(link.failure.kind)}
            </span>
          )}
        </dd>
        {link.gapSince && (
          <>
            <dt>Wrong since</dt>
            <dd>{exactly(link.gapSince)}</dd>
          </>
        )}
        {link.lastOutcome && (
          <>
            <dt>Last look</dt>
            <dd>{outcomeWords(link.lastOutcome)}</dd>
          </>
        )}
        <dt>Tenant</dt>
        <dd class="mono">{link.tenantId}</dd>
        <dt>Object id</dt>
        <dd class="mono">{link.objectId}</dd>
      </dl>
      {order && (
        <div class="buttons">
          {(held || link.state === 'unlinked') && (
            <button type="button" class="button" onClick={() => order('restore')}>
              Restore…
            </button>
          )}
          {link.state === 'linked-elsewhere' && (
            <button type="button" class="button" onClick={() => order('relink')}>
              Replace…
            </button>
          )}
          {link.partnerId !== null && (
            <button type="button" class="button danger" onClick={() => order('unlink')}>
              Unlink…
            </button>
          )}
        </div>
      )}
    </>
  );
}
