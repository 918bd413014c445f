import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { TenantDetail } from '../../contract.ts';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { exactly } from '../../words.ts';
import {
  orderToBelieve,
  orderToKeep,
  withheldWords,
  type Order,
  type WithheldChange,
} from '../../withheld-view.ts';

interface WithheldProps {
  readonly client: Client;
  readonly tenant: TenantDetail;
  /** Null for whoever may not decide. */
  readonly changed: ((tenant: TenantDetail) => void) | null;
}

interface Deciding {
  readonly words: string;
  readonly verb: string;
  readonly order: Order;
}

/** Changes that would have less watched over, from sources nobody has said to trust. */
export function Withheld({ client, tenant, changed }: WithheldProps) {
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  return (
    <section class="card">
      <h2>
        Withheld changes <span class="count">{tenant.withheld.length}</span>
      </h2>
      <p class="calm">
        Less would be watched over, and whoever said so is not among <code>TRUSTED_SOURCES</code>. Nothing
        changes until somebody decides.
      </p>
      <ul class="rows decisions">
        {tenant.withheld.map((change) => (
          <li key={change.what + change.value + change.source}>
            <span class="who">
              <span class="break">{withheldWords(change)}</span>
              <span class="faint">
                said by {change.source}, {exactly(change.at)}
              </span>
            </span>
            {changed && <Choices tenant={tenant} change={change} decide={setDeciding} />}
          </li>
        ))}
      </ul>
      {deciding && changed && (
        <Decide {...deciding} client={client} close={() => setDeciding(null)} decided={changed} />
      )}
    </section>
  );
}

interface ChoicesProps {
  readonly tenant: TenantDetail;
  readonly change: WithheldChange;
  readonly decide: (deciding: Deciding) => void;
}

function Choices({ tenant, change, decide }: ChoicesProps) {
  const believe = orderToBelieve(tenant, change);
  const keep = orderToKeep(tenant, change);
  const told = withheldWords(change);
  return (
    <span class="buttons">
      {keep && (
        <button
          type="button"
          class="button small"
          onClick={() =>
            decide({
              words: `It stays as it is, and this waits no longer: ${told}.`,
              verb: 'Keep it',
              order: keep,
            })
          }
          aria-label={`Keep as it is, against: ${told}`}
        >
          Keep as it is…
        </button>
      )}
      {believe && (
        <button
          type="button"
          class="button small danger"
          onClick={() =>
            decide({ words: `This is taken over: ${told}.`, verb: 'Take it over', order: believe })
          }
          aria-label={`Take over: ${told}`}
        >
          Take over…
        </button>
      )}
    </span>
  );
}

interface DecideProps extends Deciding {
  readonly client: Client;
  readonly close: () => void;
  readonly decided: (tenant: TenantDetail) => void;
}

function Decide({ words, verb, order, client, close, decided }: DecideProps) {
  const { busy, trouble, ask } = useAsking<TenantDetail>();
  const send = async () => {
    const tenant = await ask(() => client.send(order.method, order.path, order.body));
    if (!tenant) return;
    decided(tenant);
    close();
  };
  return (
    <Dialog title="Decide about a withheld change" close={close}>
      <div class="body">
        <p class="break">{words}</p>
        {trouble && <TroubleNote trouble={trouble} />}
        <div class="buttons">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="button" class="button primary" disabled={busy} onClick={() => void send()}>
            {busy ? 'Deciding…' : verb}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
