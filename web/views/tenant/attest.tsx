import { useState } from 'preact/hooks';
import type { Client, Trouble } from '../../client.ts';
import type { TenantDetail } from '../../contract.ts';
import { instantTyped, typedTime } from '../../local-time.ts';
import { useAsking } from '../../parts/asking.ts';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { nameOf } from '../../tenant-view.ts';

interface AttestProps {
  readonly client: Client;
  readonly tenant: TenantDetail;
  readonly close: () => void;
  readonly attested: (tenant: TenantDetail) => void;
}

/** Takes what the command printed, and who ran it when; every field of it is checked, and what is refused is told by its name. */
export function Attest({ client, tenant, close, attested }: AttestProps) {
  const [by, setBy] = useState('');
  const [at, setAt] = useState(() => typedTime(new Date()));
  const [printed, setPrinted] = useState('');
  const { busy, trouble, ask } = useAsking<TenantDetail>();
  const send = async (event: Event) => {
    event.preventDefault();
    const body = { attestedBy: by, attestedAt: instantTyped(at), link: printed };
    const told = await ask(() => client.send('POST', `/tenants/${tenant.tenantId}/attestations`, body));
    if (!told) return;
    attested(told);
    close();
  };
  return (
    <Dialog title={`Attest a link in ${nameOf(tenant)}`} close={close}>
      <form onSubmit={(event) => void send(event)}>
        <p class="calm">
          Signed in to the customer’s tenant with the account that was linked, run one of these:
        </p>
        <Code text="az managementpartner show" label="Azure CLI" />
        <Code text="Get-AzManagementPartner | ConvertTo-Json" label="PowerShell" />
        <label>
          What it printed
          <textarea
            class="mono"
            rows={6}
            required
            maxLength={16_384}
            spellcheck={false}
            placeholder={'{\n  "partnerId": "…",\n  "state": "Active",\n  …\n}'}
            value={printed}
            onInput={(e) => setPrinted(e.currentTarget.value)}
          />
        </label>
        <div class="two">
          <label>
            Who ran it
            <input
              type="text"
              required
              maxLength={256}
              autocomplete="off"
              value={by}
              onInput={(e) => setBy(e.currentTarget.value)}
            />
          </label>
          <label>
            <span>
              When <span class="faint">your time</span>
            </span>
            <input type="datetime-local" required value={at} onInput={(e) => setAt(e.currentTarget.value)} />
          </label>
        </div>
        {trouble && <TroubleNote trouble={refusalOf(trouble)} />}
        <div class="buttons">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? 'Checking…' : 'Attest'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was refused, by the names under which the command prints it. */
function refusalOf(trouble: Trouble): Trouble {
  if (trouble.fields.length === 0) return trouble;
  const fields = trouble.fields.map(({ at, problem }) => ({ at: at.replace(/^link\./, ''), problem }));
  return { ...trouble, title: 'Nothing is kept of it, because:', fields };
}
