import type { Client } from '../client.ts';
import type { Sweep } from '../contract.ts';
import { useAsking } from '../parts/asking.ts';
import { Dialog } from '../parts/dialog.tsx';
import { TroubleNote } from '../parts/frame.tsx';
import { count } from '../words.ts';

interface ConfirmSweepProps {
  readonly client: Client;
  readonly sweep: Sweep;
  readonly close: () => void;
  readonly done: () => void;
}

/** Asks whether the mass worsening that a sweep holds back is to be believed. */
export function ConfirmSweep({ client, sweep, close, done }: ConfirmSweepProps) {
  const { busy, trouble, answer, ask } = useAsking<{ tenants: number }>();
  const confirm = async () => {
    if (await ask(() => client.send('POST', `/sweeps/${sweep.sweepId}/confirm`))) done();
  };
  return (
    <Dialog title={answer ? 'Handed on' : 'Believe this sweep?'} close={close}>
      <div class="body">
        {answer ? (
          <p role="status">
            {count(answer.tenants, 'customer')} will be looked at now. What is proven to be lost opens its
            gap; what is not stays as it was.
          </p>
        ) : (
          <>
            <p>
              It saw <b>{count(sweep.heldScopes, 'earning scope')}</b> lost at once, more than is usual. One
              cause may be behind all of them: an offer’s new version without the principal, a deleted
              enterprise application, or an outage of the index.
            </p>
            <p>
              When you confirm, passes look at each of them and record what they can prove; nothing in Azure
              is changed. When you do not, they stand as they were until the next sweep says the same.
            </p>
          </>
        )}
        {trouble && <TroubleNote trouble={trouble} />}
        <div class="buttons">
          <button type="button" class="button" onClick={close}>
            {answer ? 'Close' : 'Cancel'}
          </button>
          {!answer && (
            <button type="button" class="button primary" disabled={busy} onClick={() => void confirm()}>
              {busy ? 'Confirming…' : 'Confirm'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
