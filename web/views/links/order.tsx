import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Link, LinkOrderAnswer } from '../../contract.ts';
import type { Place } from '../../link-view.ts';
import { instantTyped } from '../../local-time.ts';
import { AskingForm } from '../../parts/asking-form.tsx';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { OutcomeNote } from '../../parts/outcome-note.tsx';
import { count } from '../../words.ts';

export type Verb = 'unlink' | 'restore' | 'relink';

const WORDS: Readonly<Record<Verb, { readonly title: string; readonly meaning: string }>> = {
  unlink: {
    title: 'Remove the link',
    meaning: 'It is held then: no pass makes it again until it is restored, or the time you say has come.',
  },
  restore: { title: 'Restore the link', meaning: 'It is wanted again, with the partner ID of the settings.' },
  relink: { title: 'Replace the link', meaning: 'The partner ID it has now is replaced by another.' },
};

type Preview = Extract<LinkOrderAnswer, { kind: 'preview' }>['preview'];

interface LinkOrderProps {
  readonly verb: Verb;
  readonly link: Link;
  readonly place: Place;
  readonly client: Client;
  readonly close: () => void;
  readonly done: () => void;
}

/** An order on a link: first what it touches, then, with the number sent back, the order itself. */
export function LinkOrder({ verb, link, place, client, close, done }: LinkOrderProps) {
  const [key] = useState(() => crypto.randomUUID());
  const [said, setSaid] = useState<object>({});
  const preview = useAsking<LinkOrderAnswer>();
  const order = useAsking<LinkOrderAnswer>();
  const path = `/links/${encodeURIComponent(link.principal)}/${verb}`;
  const { title, meaning } = WORDS[verb];
  const shown =
    preview.answer && 'kind' in preview.answer && preview.answer.kind === 'preview'
      ? preview.answer.preview
      : null;
  const where = place.customer ? `in the tenant of ${place.customer.name}` : 'at home';

  const look = (more: object) => {
    const body = { tenantId: link.tenantId, ...more };
    setSaid(body);
    void preview.ask(() => client.send('POST', path, body));
  };
  const confirm = async ({ currentPartnerId, affected }: Preview) => {
    const body = { ...said, expectedCurrentPartnerId: currentPartnerId, confirmAffected: affected.tenants };
    const headers = { 'idempotency-key': key, prefer: 'wait=20' };
    if (await order.ask(() => client.send('POST', path, body, headers))) done();
  };

  return (
    <Dialog title={`${title} of ${link.principal} ${where}`} close={close}>
      {order.answer ? (
        <div class="body">
          <Ended answer={order.answer} />
          <div class="buttons">
            <button type="button" class="button" onClick={close}>
              Close
            </button>
          </div>
        </div>
      ) : shown ? (
        <Confirm verb={verb} preview={shown} order={order} confirm={confirm} close={close} />
      ) : (
        <Ask verb={verb} meaning={meaning} preview={preview} look={look} close={close} />
      )}
    </Dialog>
  );
}

interface AskProps {
  readonly verb: Verb;
  readonly meaning: string;
  readonly preview: ReturnType<typeof useAsking<LinkOrderAnswer>>;
  readonly look: (more: object) => void;
  readonly close: () => void;
}

function Ask({ verb, meaning, preview, look, close }: AskProps) {
  const [why, setWhy] = useState('');
  const [until, setUntil] = useState('');
  const [partnerId, setPartnerId] = useState('');
  const send = () => {
    look({
      ...(why ? { why } : {}),
      ...(until ? { until: instantTyped(until) } : {}),
      ...(partnerId ? { partnerId } : {}),
    });
  };
  return (
    <AskingForm
      submit={send}
      close={close}
      busy={preview.busy}
      trouble={preview.trouble}
      words={['Preview', 'Reading the link…']}
    >
      <p class="calm">{meaning} What rests on it is shown before anything is done.</p>
      {verb === 'relink' && (
        <label>
          <span>
            New partner ID <span class="faint">empty: the one of the settings</span>
          </span>
          <input
            type="text"
            inputMode="numeric"
            autocomplete="off"
            value={partnerId}
            onInput={(e) => setPartnerId(e.currentTarget.value)}
          />
        </label>
      )}
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
      {verb === 'unlink' && (
        <label>
          <span>
            Until <span class="faint">your time; empty: until somebody restores it</span>
          </span>
          <input type="datetime-local" value={until} onInput={(e) => setUntil(e.currentTarget.value)} />
        </label>
      )}
    </AskingForm>
  );
}

interface ConfirmProps {
  readonly verb: Verb;
  readonly preview: Preview;
  readonly order: ReturnType<typeof useAsking<LinkOrderAnswer>>;
  readonly confirm: (preview: Preview) => Promise<void>;
  readonly close: () => void;
}

function Confirm({ verb, preview, order, confirm, close }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const { currentPartnerId, currentPartnerName, partnerIdAfter, affected, mode } = preview;
  return (
    <AskingForm
      submit={() => confirm(preview)}
      close={close}
      busy={order.busy}
      trouble={order.trouble}
      words={[WORDS[verb].title, 'Working…']}
      danger={verb === 'unlink'}
      incomplete={typed.trim() !== String(affected.tenants)}
    >
      <dl class="facts">
        <dt>Now</dt>
        <dd>
          {currentPartnerId ?? 'no link'}{' '}
          {currentPartnerName && <span class="faint">{currentPartnerName}</span>}
        </dd>
        <dt>Then</dt>
        <dd>
          <b>{partnerIdAfter ?? 'no link'}</b>
        </dd>
        <dt>It touches</dt>
        <dd>
          <b>{count(affected.tenants, 'customer')}</b> and <b>{count(affected.scopes, 'scope')}</b>
        </dd>
      </dl>
      {mode === 'observe' && (
        <p class="warned">In observe mode the order is kept, and nothing is written in Azure.</p>
      )}
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
    </AskingForm>
  );
}

function Ended({ answer }: { readonly answer: LinkOrderAnswer }) {
  if (!('kind' in answer) || answer.kind === 'preview') {
    return (
      <p role="status">
        It is ordered, and takes longer than 20 seconds. The link’s card will show its outcome.
      </p>
    );
  }
  return <OutcomeNote asked={answer.asked} />;
}
