import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Remedies, TenantDetail } from '../../contract.ts';
import { dporLines, dporWords, nextSteps, voidWords, type DporLine } from '../../dpor-view.ts';
import type { useAsking } from '../../parts/asking.ts';
import { Chip } from '../../parts/chip.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { namesOf, scopeName } from '../../scope-view.ts';
import { needsRemedy } from '../../tenant-view.ts';
import { exactly } from '../../words.ts';
import { Guide } from './guide.tsx';
import { RecordStep } from './record-step.tsx';

interface PartnersOfRecordProps {
  readonly tenant: TenantDetail;
  readonly remedies: ReturnType<typeof useAsking<Remedies>>;
  readonly ask: () => void;
  readonly client: Client;
  /** Null for whoever may not tell steps. */
  readonly changed: ((tenant: TenantDetail) => void) | null;
}

/** Who is the digital partner of record of each subscription: a checklist that people keep, because no API shows it. */
export function PartnersOfRecord({ tenant, remedies, ask, client, changed }: PartnersOfRecordProps) {
  const [telling, setTelling] = useState<DporLine | null>(null);
  const { busy, trouble, answer } = remedies;
  const quiet = !needsRemedy(tenant);
  useEffect(() => {
    // Where no scope is in trouble the checklist costs no look at Azure; each step that is told shows at once.
    if (quiet || answer) ask();
  }, [tenant.version]);
  const names = namesOf(tenant.scopes);
  const lines = answer ? dporLines(answer) : [];
  return (
    <section class="card">
      <h2>Partners of record</h2>
      <p class="calm">
        Under an Enterprise Agreement the customer names one partner of record (DPOR) a subscription. Only
        they can set it, and no API shows it, so people keep this list.
      </p>
      {trouble && <TroubleNote trouble={trouble} retry={ask} />}
      {!answer && (
        <div class="buttons start">
          <button type="button" class="button" disabled={busy} onClick={ask}>
            {busy ? 'Reading…' : 'Show the checklist'}
          </button>
        </div>
      )}
      <ul class="rows checklist">
        {lines.map((line) => (
          <li key={line.subscriptionId}>
            <Line
              line={line}
              name={scopeName(`/subscriptions/${line.subscriptionId}`, names)}
              tell={changed && (() => setTelling(line))}
            />
          </li>
        ))}
      </ul>
      {answer && lines.length === 0 && <p class="calm">No subscription of this customer can have one.</p>}
      {telling && changed && (
        <RecordStep
          client={client}
          tenantId={tenant.tenantId}
          line={telling}
          name={scopeName(`/subscriptions/${telling.subscriptionId}`, names)}
          close={() => setTelling(null)}
          recorded={changed}
        />
      )}
    </section>
  );
}

interface LineProps {
  readonly line: DporLine;
  readonly name: string;
  readonly tell: (() => void) | null;
}

function Line({ line, name, tell }: LineProps) {
  const { subscriptionId, status, partnerId, because, steps, instructions } = line;
  return (
    <>
      <div class="line">
        <span class="who">
          <b>{name}</b>
          <span class="faint mono">{subscriptionId}</span>
          {because && <span class="faint">{because}</span>}
        </span>
        <span class="end">
          <Chip {...dporWords[status]} />
          {partnerId && <span class="faint">partner ID {partnerId}</span>}
        </span>
        {tell && nextSteps(line).length > 0 && (
          <button type="button" class="button small" onClick={tell} aria-label={`Tell a step of ${name}`}>
            Tell a step…
          </button>
        )}
      </div>
      {steps.length > 0 && (
        <ol class="plain">
          {steps.map((step) => (
            <li key={step.at + step.step} class="faint">
              {exactly(step.at)}: {dporWords[step.step].name.toLowerCase()}
              {step.partnerId && ` (${step.partnerId})`}
              {step.reason && `, ${voidWords(step.reason)}`}, said {step.by}
            </li>
          ))}
        </ol>
      )}
      {instructions && (
        <details>
          <summary>What to ask the customer for</summary>
          <Guide instructions={instructions} />
        </details>
      )}
    </>
  );
}
