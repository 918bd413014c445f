import { useState } from 'preact/hooks';
import type { Client, Trouble } from '../../client.ts';
import type { TenantDetail } from '../../contract.ts';
import { AskingForm } from '../../parts/asking-form.tsx';
import { useAsking } from '../../parts/asking.ts';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { nameOf } from '../../tenant-view.ts';
import { useWhoAndWhen, WhoAndWhen } from './who-and-when.tsx';

interface AttestProps {
  readonly client: Client;
  readonly tenant: TenantDetail;
  readonly close: () => void;
  readonly attested: (tenant: TenantDetail) => void;
}

/** Takes what the command printed, and who ran it when; every field of it is checked, and what is refused is told by its name. */
export function Attest({ client, tenant, close, attested }: AttestProps) {
  const typed = useWhoAndWhen();
  const [printed, setPrinted] = useState('');
  const { busy, trouble, ask } = useAsking<TenantDetail>();
  const send = async () => {
    const body = { attestedBy: typed.by, attestedAt: typed.instant(), link: printed };
    const told = await ask(() => client.send('POST', `/tenants/${tenant.tenantId}/attestations`, body));
    if (!told) return;
    attested(told);
    close();
  };
  return (
    <Dialog title={`Attest a link in ${nameOf(tenant)}`} close={close}>
      <AskingForm
        submit={send}
        close={close}
        busy={busy}
        trouble={trouble && refusalOf(trouble)}
        words={['Attest', 'Checking…']}
      >
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
        <WhoAndWhen who="Who ran it" typed={typed} />
      </AskingForm>
    </Dialog>
  );
}

/** What was refused, by the names under which the command prints it. */
function refusalOf(trouble: Trouble): Trouble {
  if (trouble.fields.length === 0) return trouble;
  const fields = trouble.fields.map(({ at, problem }) => ({ at: at.replace(/^link\./, ''), problem }));
  return { ...trouble, title: 'Nothing is kept of it, because:', fields };
}
