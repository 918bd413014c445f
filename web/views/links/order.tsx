import { useState } from 'preact/hooks';
import type { Client } from '../client.ts';
import type { Link, LinkOrderAnswer } from '../contract.ts';
import { useAsking } from '../parts/asking.ts';
import { Dialog } from '../parts/dialog.tsx';
import { TroubleNote } from '../parts/frame.tsx';
import { OutcomeNote } from '../parts/outcome-note.tsx';
import { count } from '../words.ts';

export type Verb = 'unlink' | 'restore' | 'relink';

const TITLES: Readonly<Record<Verb, string>> = {
  unlink: 'Remove the link',
  restore: 'Restore the link',
  relink: 'Replace the link',
};

interface LinkOrderProps {
  readonly verb: Verb;
  readonly link: Link;
  readonly client: Client;
  readonly close: () => void;
  readonly done: () => void;
}

/** An order on a link: first what it touches, then, with the number sent back, the order itself. */
export function LinkOrder({ verb, link, client, close, done }: LinkOrderProps) {
  const [why, setWhy] = useState('');
  const [typed, setTyped] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const preview = useAsking<LinkOrderAnswer>();
  const order = useAsking<LinkOrderAnswer>();
  const path = `/links/${encodeURIComponent(link.principal)}/${verb}`;
  const common = { tenantId: link.tenantId, ...(why ? { why } : {}) };
  const shown =
    preview.answer && 'kind' in preview.answer && preview.answer.kind === 'preview'
      ? preview.answer.preview
      : null;

  const look = (event: Event) => {
    event.preventDefault();
    void preview.ask(() => client.send('POST', path, common));
  };
  const confirm = async (event: Event) => {
    event.preventDefault();
    if (!shown) return;
    const body = {
      ...common,
      expectedCurrentPartnerId: shown.currentPartnerId,
      confirmAffected: shown.affected.tenants,
    };
    const headers = { 'idempotency-key': key, prefer: 'wait=20' };
    if (await order.ask(() => client.send('POST', path, body, headers))) done();
  };

  if (order.answer) {
    return (
      <Dialog title={TITLES[verb]} close={close}>
        <div class="body">
          <Ended answer={order.answer} />
          <div class="buttons">
            <button type="button" class="button" onClick={close}>
              Close
            </button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`${TITLES[verb]} of ${link.principal}`} close={close}>
      {!shown ? (
        <form onSubmit={look}>
          <label>
            <span>Why {verb !== 'unlink' && <span class="faint">for the record, if you like</span>}</span>
            <textarea
              rows={2}
              maxLength={500}
              required={verb === 'unlink'}
              value={why}
              onInput={(e) => setWhy(e.currentTarget.value)}
            />
          </label>
          {preview.trouble && <TroubleNote trouble={preview.trouble} />}
          <div class="buttons">
            <button type="button" class="button" onClick={close}>
              Cancel
            </button>
            <button type="submit" class="button primary" disabled={preview.busy}>
              {preview.busy ? 'Reading the link…' : 'Preview'}
            </button>
          </div>
        </form>
      ) : (
        <form onSubmit={(event) => void confirm(event)}>
          <p>
            From <b>{shown.currentPartnerId ?? 'no link'}</b> {shown.currentPartnerName} to{' '}
            <b>{shown.partnerIdAfter ?? 'no link'}</b>. It touches{' '}
            <b>{count(shown.affected.tenants, 'customer')}</b> and{' '}
            <b>{count(shown.affected.scopes, 'scope')}</b>.
          </p>
          {shown.mode === 'observe' && <p class="warned">In observe mode nothing is written in Azure.</p>}
          <label>
            Type the number of customers to confirm
            <input
              type="text"
              inputMode="numeric"
              autocomplete="off"
              value={typed}
              onInput={(e) => setTyped(e.currentTarget.value)}
            />
          </label>
          {order.trouble && <TroubleNote trouble={order.trouble} />}
          <div class="buttons">
            <button type="button" class="button" onClick={close}>
              Cancel
            </button>
            <button
              type="submit"
              class={`button ${verb === 'unlink' ? 'danger' : 'primary'}`}
              disabled={order.busy || typed.trim() !== String(shown.affected.tenants)}
            >
              {order.busy ? 'Working…' : TITLES[verb]}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Ended({ answer }: { readonly answer: LinkOrderAnswer }) {
  if (!('kind' in answer) || answer.kind === 'preview') {
    return <p>It is ordered, and takes longer than 20 seconds. The link’s row will show its outcome.</p>;
  }
  return <OutcomeNote asked={answer.asked} />;
}
