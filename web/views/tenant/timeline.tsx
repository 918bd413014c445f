import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Page, TenantChange, TenantDetail } from '../../contract.ts';
import { eventsOf } from '../../history-view.ts';
import { useAsking } from '../../parts/asking.ts';
import { Age } from '../../parts/age.tsx';
import { Shape } from '../../parts/chip.tsx';
import { TroubleNote } from '../../parts/frame.tsx';
import { namesOf } from '../../scope-view.ts';
import { exactly } from '../../words.ts';

interface TimelineProps {
  readonly client: Client;
  readonly tenant: TenantDetail;
  readonly now: number;
}

export function Timeline({ client, tenant, now }: TimelineProps) {
  const [changes, setChanges] = useState<readonly TenantChange[]>([]);
  const [next, setNext] = useState<string | number | null>(null);
  const { busy, trouble, ask } = useAsking<Page<TenantChange>>();
  const read = async (after: string | number | null, before: readonly TenantChange[]) => {
    const from = after === null ? '' : `&continuation=${after}`;
    const page = await ask(() => client.get(`/tenants/${tenant.tenantId}/history?top=20${from}`));
    if (!page) return;
    setChanges([...before, ...page.items]);
    setNext(page.continuation);
  };
  useEffect(() => {
    void read(null, []);
  }, [tenant.version]);
  const names = namesOf(tenant.scopes);
  return (
    <section class="card">
      <h2>Timeline</h2>
      {trouble && <TroubleNote trouble={trouble} retry={() => void read(null, [])} />}
      {changes.length === 0 && !trouble && (
        <p class="calm">{busy ? 'Reading…' : 'Nothing has changed yet.'}</p>
      )}
      <ol class="timeline">
        {changes.map((change) => (
          <li key={change.version}>
            <p class="faint">
              <Age at={change.at} now={now} /> · {exactly(change.at)}
            </p>
            {eventsOf(change, names).map(({ tone, text }) => (
              <p key={text} class="event">
                <Shape tone={tone} />
                <span>{text}</span>
              </p>
            ))}
          </li>
        ))}
      </ol>
      {next !== null && (
        <button type="button" class="button" disabled={busy} onClick={() => void read(next, changes)}>
          Earlier
        </button>
      )}
    </section>
  );
}
