import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { RelinkAnswer, TenantDetail } from '../../contract.ts';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { OutcomeNote } from '../../parts/outcome-note.tsx';
import { nameOf } from '../../tenant-view.ts';
import { outcomeWords } from '../../words.ts';

interface RelinkProps {
  readonly client: Client;
  readonly tenant: TenantDetail;
  readonly done: () => void;
}

/** As long as somebody waits in front of a dialog. */
const PATIENCE_SECONDS = 20;

/** Looks at a tenant again, and makes a missing link; what it would do is shown first. */
export function RelinkButton(props: RelinkProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button primary" onClick={() => setOpen(true)}>
        Relink…
      </button>
      {open && <RelinkDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function RelinkDialog({ client, tenant, done, close }: RelinkProps & { readonly close: () => void }) {
  const path = `/tenants/${tenant.tenantId}/relink`;
  const rehearsal = useAsking<RelinkAnswer>();
  const real = useAsking<RelinkAnswer>();
  // One key for as long as the dialog is open: sent again after a lost answer, it makes no second pass.
  const [key] = useState(() => crypto.randomUUID());
  useEffect(() => {
    void rehearsal.ask(() => client.send('POST', path, { dryRun: true }));
  }, []);
  const go = async () => {
    const headers = { 'idempotency-key': key, prefer: `wait=${PATIENCE_SECONDS}` };
    if (await real.ask(() => client.send('POST', path, {}, headers))) done();
  };
  const ended = real.answer !== null;
  return (
    <Dialog title={`Relink ${nameOf(tenant)}`} close={close}>
      <div class="body" aria-live="polite">
        {!ended && <Rehearsed asking={rehearsal} />}
        {real.answer && <Ended answer={real.answer} />}
        {rehearsal.trouble && <TroubleNote trouble={rehearsal.trouble} />}
        {real.trouble && <TroubleNote trouble={real.trouble} />}
        <div class="buttons">
          <button type="button" class="button" onClick={close}>
            {ended ? 'Close' : 'Cancel'}
          </button>
          {!ended && (
            <button
              type="button"
              class="button primary"
              disabled={real.busy || rehearsal.answer === null}
              onClick={() => void go()}
            >
              {real.busy ? 'Looking…' : 'Look and link now'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Rehearsed({ asking }: { readonly asking: ReturnType<typeof useAsking<RelinkAnswer>> }) {
  if (asking.busy) return <p class="calm">Dry run: reading the links in Azure now…</p>;
  const { answer } = asking;
  if (!answer || !('kind' in answer) || answer.kind !== 'dry-run') return null;
  return (
    <>
      <p>
        <b>Dry run.</b> Nothing was done. From a fresh read:
      </p>
      <ul class="plain">
        {answer.links.map((link) => (
          <li key={link.objectId}>
            {link.accessKind === 'lighthouse'
              ? 'The link at home, which all Lighthouse customers share'
              : 'The link in the customer’s tenant'}
            : <b>{outcomeWords(link.outcome)}</b>
            {link.currentPartnerId && <> (now {link.currentPartnerId})</>}
            {link.reason && <>: {link.reason}</>}
          </li>
        ))}
        {answer.links.length === 0 && <li>No pass can look at this customer’s access: a person has to.</li>}
      </ul>
      <p class="faint">
        Not checked: {answer.notChecked.join('; ')}. A link to another partner ID is never replaced here.
      </p>
    </>
  );
}

function Ended({ answer }: { readonly answer: RelinkAnswer }) {
  if (!('kind' in answer)) {
    return (
      <p>
        It is asked for, and takes longer than {PATIENCE_SECONDS} seconds. Its outcome will show on this page.
      </p>
    );
  }
  if (answer.kind === 'dry-run') return null;
  return <OutcomeNote asked={answer.asked} />;
}
