import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Gap, TenantDetail } from '../../contract.ts';
import { AskingForm } from '../../parts/asking-form.tsx';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';

interface AcceptGapProps {
  readonly client: Client;
  readonly tenantId: string;
  readonly gap: Gap;
  /** What people call its scope. */
  readonly name: string;
  readonly close: () => void;
  readonly accepted: (tenant: TenantDetail) => void;
}

const DAY_MS = 86_400_000;

/** Asks why a gap is meant, and until when. */
export function AcceptGap({ client, tenantId, gap, name, close, accepted }: AcceptGapProps) {
  const [why, setWhy] = useState('');
  const [day, setDay] = useState(dayIn(30));
  const [ticket, setTicket] = useState('');
  const { busy, trouble, ask } = useAsking<TenantDetail>();
  const send = async () => {
    const path = `/tenants/${tenantId}/gaps/${encodeURIComponent(gap.id)}/accept`;
    const body = { why, until: `${day}T00:00:00Z`, ...(ticket ? { ticket } : {}) };
    const tenant = await ask(() => client.send('POST', path, body));
    if (!tenant) return;
    accepted(tenant);
    close();
  };
  return (
    <Dialog title={`Accept the gap of ${name}`} close={close}>
      <AskingForm
        submit={send}
        close={close}
        busy={busy}
        trouble={trouble}
        words={['Accept the gap', 'Accepting…']}
      >
        <p class="calm">
          Until the day you choose it is neither counted as days at risk nor told to anybody. It reopens by
          itself.
        </p>
        <label>
          Why it is meant
          <textarea
            rows={3}
            required
            maxLength={1000}
            value={why}
            onInput={(e) => setWhy(e.currentTarget.value)}
          />
        </label>
        <label>
          Until the beginning of (UTC)
          <input
            type="date"
            required
            min={dayIn(1)}
            value={day}
            onInput={(e) => setDay(e.currentTarget.value)}
          />
        </label>
        <label>
          <span>
            Ticket <span class="faint">if there is one</span>
          </span>
          <input
            type="text"
            maxLength={200}
            value={ticket}
            onInput={(e) => setTicket(e.currentTarget.value)}
          />
        </label>
      </AskingForm>
    </Dialog>
  );
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
