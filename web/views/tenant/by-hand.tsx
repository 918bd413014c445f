import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Attestation, Remedies, TenantDetail } from '../../contract.ts';
import type { useAsking } from '../../parts/asking.ts';
import { TroubleNote } from '../../parts/frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { exactly, lasting } from '../../words.ts';
import { Attest } from './attest.tsx';
import { Guide } from './guide.tsx';

interface ByHandProps {
  readonly tenant: TenantDetail;
  readonly now: number;
  readonly remedies: ReturnType<typeof useAsking<Remedies>>;
  readonly ask: () => void;
  readonly client: Client;
  /** Null for whoever may not attest. */
  readonly changed: ((tenant: TenantDetail) => void) | null;
}

/** Links that only a person can make and show: who has shown theirs, until when that counts, and how it is done. */
export function ByHand({ tenant, now, remedies, ask, client, changed }: ByHandProps) {
  const [attesting, setAttesting] = useState(false);
  const needed = tenant.state === 'needs-person';
  useEffect(() => {
    // Somebody has to act, so the steps are shown at once; they are made without a look at Azure where there is no scope.
    if (needed && tenant.scopes.length === 0) ask();
  }, [needed]);
  const { busy, trouble, answer } = remedies;
  return (
    <section class="card by-hand">
      <h2>Links made by hand</h2>
      <p class="calm">
        No pass can read the link of a person’s account. Whoever works there links their own, and shows it:
        what they show is kept as evidence until it expires.
      </p>
      {tenant.attestations.length > 0 && (
        <ul class="rows">
          {tenant.attestations.map((one) => (
            <li key={one.objectId}>
              <Shown attestation={one} now={now} />
            </li>
          ))}
        </ul>
      )}
      {trouble && <TroubleNote trouble={trouble} retry={ask} />}
      {answer?.people.map((instructions) => (
        <Guide key={instructions.summary} instructions={instructions} />
      ))}
      <div class="buttons start">
        {needed && !answer && (
          <button type="button" class="button" disabled={busy} onClick={ask}>
            {busy ? 'Reading…' : 'Show the steps'}
          </button>
        )}
        {changed && (
          <button
            type="button"
            class={`button ${needed ? 'primary' : ''}`}
            onClick={() => setAttesting(true)}
          >
            Attest a link…
          </button>
        )}
      </div>
      {attesting && changed && (
        <Attest client={client} tenant={tenant} close={() => setAttesting(false)} attested={changed} />
      )}
    </section>
  );
}

const DAY_MS = 86_400_000;
/** So long before it expires somebody should know. */
const SOON_MS = 30 * DAY_MS;

function Shown({ attestation, now }: { readonly attestation: Attestation; readonly now: number }) {
  const { attestedBy, attestedAt, expiresAt, partnerId, partnerName, objectId } = attestation;
  const left = Date.parse(expiresAt) - now;
  return (
    <>
      <span class="who">
        <span>
          <b>{attestedBy}</b> showed a link to {partnerId}{' '}
          {partnerName && <span class="faint">{partnerName}</span>}
        </span>
        <span class="faint">
          read {exactly(attestedAt)} · object <span class="mono">{objectId}</span>
        </span>
      </span>
      <span class="end">
        {left <= 0 ? (
          <Chip tone="bad" name="Expired" />
        ) : (
          <Chip tone={left < SOON_MS ? 'partly' : 'good'} name={`Counts for ${lasting(left)} more`} />
        )}
        <span class="faint">until {exactly(expiresAt)}</span>
      </span>
    </>
  );
}
