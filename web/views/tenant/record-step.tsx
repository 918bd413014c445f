import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { TenantDetail } from '../../contract.ts';
import { nextSteps, voidReasons, type DporLine, type DporStep } from '../../dpor-view.ts';
import { AskingForm } from '../../parts/asking-form.tsx';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWhoAndWhen, WhoAndWhen } from './who-and-when.tsx';

interface RecordStepProps {
  readonly client: Client;
  readonly tenantId: string;
  readonly line: DporLine;
  readonly name: string;
  readonly close: () => void;
  readonly recorded: (tenant: TenantDetail) => void;
}

const STEPS: Readonly<Record<DporStep, string>> = {
  asked: 'We asked the customer',
  confirmed: 'The customer confirmed it',
  void: 'It is void',
};

/** Takes one step of a subscription's partner of record. */
export function RecordStep({ client, tenantId, line, name, close, recorded }: RecordStepProps) {
  const offered = nextSteps(line);
  const [step, setStep] = useState<DporStep>(offered[0] ?? 'asked');
  const typed = useWhoAndWhen();
  const [partnerId, setPartnerId] = useState('');
  const [reason, setReason] = useState('removed-by-customer');
  const { busy, trouble, ask } = useAsking<TenantDetail>();
  const send = async () => {
    const body = {
      ...{ step, subscriptionId: line.subscriptionId, at: typed.instant(), by: typed.by },
      ...(step === 'confirmed' ? { partnerId } : {}),
      ...(step === 'void' ? { reason } : {}),
    };
    const told = await ask(() => client.send('POST', `/tenants/${tenantId}/partners-of-record`, body));
    if (!told) return;
    recorded(told);
    close();
  };
  return (
    <Dialog title={`Partner of record of ${name}`} close={close}>
      <AskingForm
        submit={send}
        close={close}
        busy={busy}
        trouble={trouble}
        words={['Record it', 'Recording…']}
      >
        <fieldset>
          <legend class="sr">What happened</legend>
          {offered.map((one) => (
            <label key={one} class="choice">
              <input type="radio" name="step" checked={step === one} onChange={() => setStep(one)} />
              {STEPS[one]}
            </label>
          ))}
        </fieldset>
        {step === 'confirmed' && (
          <label>
            The partner ID the customer has set
            <input
              type="text"
              inputMode="numeric"
              required
              value={partnerId}
              onInput={(e) => setPartnerId(e.currentTarget.value)}
            />
          </label>
        )}
        {step === 'void' && (
          <label>
            Why
            <select value={reason} onChange={(e) => setReason(e.currentTarget.value)}>
              {Object.entries(voidReasons).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
        <WhoAndWhen who="Who says so" typed={typed} />
      </AskingForm>
    </Dialog>
  );
}
