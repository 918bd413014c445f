import type { Link } from '../../contract.ts';
import type { Place } from '../../link-view.ts';
import { Age } from '../../parts/age.tsx';
import { Chip } from '../../parts/chip.tsx';
import { tenantLink } from '../../route.ts';
import { exactly, outcomeWords, reasonWords, type Tone } from '../../words.ts';
import type { Verb } from './order.tsx';

const STATES: Readonly<Record<Link['state'], { readonly tone: Tone; readonly name: string }>> = {
  linked: { tone: 'good', name: 'Linked' },
  unlinked: { tone: 'bad', name: 'Not linked' },
  'linked-elsewhere': { tone: 'bad', name: 'Linked elsewhere' },
  unknown: { tone: 'blind', name: 'Never read' },
};

interface LinkCardProps {
  readonly link: Link;
  readonly place: Place;
  readonly now: number;
  /** Null for whoever may not give orders. */
  readonly order: ((verb: Verb) => void) | null;
}

export function LinkCard({ link, place: { customer }, now, order }: LinkCardProps) {
  const { tone, name } = STATES[link.state];
  const held = link.wanted === null;
  return (
    <>
      <div class="link-head">
        <h2>{link.principal}</h2>
        <Chip tone={tone} name={name} />
        {held && <Chip tone="waiting" name="Held" title="An operator wants no link for now" />}
      </div>
      <dl class="facts">
        <dt>Where</dt>
        <dd>
          {customer ? (
            <>
              in the tenant of <a href={tenantLink(customer.tenantId)}>{customer.name}</a>
            </>
          ) : (
            'at home, for all customers by Lighthouse'
          )}
        </dd>
        <dt>Partner ID</dt>
        <dd>
          {link.partnerId ?? 'none'} {link.partnerName && <span class="faint">{link.partnerName}</span>}
          {!held && link.wanted !== link.partnerId && <span class="warned"> · wanted: {link.wanted}</span>}
        </dd>
        <dt>Last good read</dt>
        <dd>
          <Age at={link.readAt} now={now} />
        </dd>
        {link.failure && (
          <>
            <dt>Since then</dt>
            <dd class="warned">
              {reasonWords(link.failure.kind)}, {exactly(link.failure.at)}: {link.failure.message}
            </dd>
          </>
        )}
        {link.gapSince && (
          <>
            <dt>Wrong since</dt>
            <dd>{exactly(link.gapSince)}</dd>
          </>
        )}
        {link.lastOutcome && !link.failure && (
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
          {(held || link.state === 'unlinked') && <Verbs verb="restore" name="Restore…" order={order} />}
          {link.partnerId !== null && <Verbs verb="relink" name="Replace…" order={order} />}
          {link.partnerId !== null && <Verbs verb="unlink" name="Unlink…" order={order} danger />}
        </div>
      )}
    </>
  );
}

interface VerbProps {
  readonly verb: Verb;
  readonly name: string;
  readonly order: (verb: Verb) => void;
  readonly danger?: boolean;
}

function Verbs({ verb, name, order, danger = false }: VerbProps) {
  return (
    <button type="button" class={`button ${danger ? 'danger' : ''}`} onClick={() => order(verb)}>
      {name}
    </button>
  );
}
