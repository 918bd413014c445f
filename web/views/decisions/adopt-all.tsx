import { useState } from 'preact/hooks';
import type { Client, Trouble } from '../../client.ts';
import type { FoundTenant } from '../../contract.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { count } from '../../words.ts';

interface AdoptAllProps {
  readonly client: Client;
  readonly items: readonly FoundTenant[];
  readonly close: () => void;
  readonly done: () => void;
}

/** Adopts one found customer after another, and stops at the first that cannot be; begun again, it goes on. */
export function AdoptAll({ client, items, close, done }: AdoptAllProps) {
  // Those it was opened for: the list behind it shrinks while they are adopted.
  const [asked] = useState(items);
  const [adopted, setAdopted] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const go = async () => {
    setBusy(true);
    setTrouble(null);
    for (const [index, { tenantId }] of asked.entries()) {
      if (index < adopted) continue;
      const called = await client.send('POST', `/found-tenants/${tenantId}/adopt`);
      if (!called.ok) {
        setTrouble(called.trouble);
        break;
      }
      setAdopted(index + 1);
    }
    setBusy(false);
    done();
  };
  const ended = adopted === asked.length;
  return (
    <Dialog title={`Adopt ${count(asked.length, 'customer')}`} close={close}>
      <div class="body">
        <p>
          Each is registered, and looked at at once. One that turns out not to be yours can be offboarded.
        </p>
        {(busy || adopted > 0) && (
          <p role="status">
            {adopted.toLocaleString('en')} of {asked.length.toLocaleString('en')} adopted{busy ? '…' : '.'}
          </p>
        )}
        {trouble && <TroubleNote trouble={trouble} />}
        <div class="buttons">
          <button type="button" class="button" disabled={busy} onClick={close}>
            {ended ? 'Close' : 'Cancel'}
          </button>
          {!ended && (
            <button type="button" class="button primary" disabled={busy} onClick={() => void go()}>
              {busy ? 'Adopting…' : adopted > 0 ? 'Go on' : 'Adopt them all'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
