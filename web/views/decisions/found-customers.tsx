import { useState } from 'preact/hooks';
import type { FoundTenant } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { useAsking } from '../../parts/asking.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { Frame, TroubleNote } from '../../parts/frame.tsx';
import { tenantLink } from '../../route.ts';
import type { ViewProps } from '../../view-props.ts';
import { count, exactly } from '../../words.ts';
import { AdoptAll } from './adopt-all.tsx';

type Verb = 'adopt' | 'dismiss';

/** Where a partner sees the names of those who delegate to it; nothing here can read them. */
const MY_CUSTOMERS =
  'https://portal.azure.com/#view/Microsoft_Azure_CustomerHub/MyCustomersBladeV2/~/customers';

/** Customers that carry a delegation to us and were announced by nobody. */
export function FoundCustomers({ store, session }: ViewProps) {
  const { found, tenants, client, now } = store;
  const { busy, trouble, answer, ask } = useAsking<{ tenantId: string; decided: string }>();
  const [all, setAll] = useState(false);
  const refresh = () => {
    void found.refresh();
    void tenants.refresh();
  };
  const decide = async (verb: Verb, { tenantId }: FoundTenant) => {
    if (await ask(() => client.send('POST', `/found-tenants/${tenantId}/${verb}`))) refresh();
  };
  return (
    <section class="card">
      <h2>Found customers</h2>
      {trouble && <TroubleNote trouble={trouble} />}
      {answer && (
        <div class="note good" role="status">
          <div>
            {answer.decided === 'adopted' ? (
              <>
                Adopted, and being looked at: <a href={tenantLink(answer.tenantId)}>{answer.tenantId}</a>
              </>
            ) : (
              <>Dismissed: {answer.tenantId} is not put up again.</>
            )}
          </div>
        </div>
      )}
      <Frame of={found.state.value} retry={() => void found.refresh()} now={now.value} lines={3}>
        {({ items, more }) => {
          const open = items.filter(({ dismissed }) => dismissed === null);
          const dismissed = items.filter((one) => one.dismissed !== null);
          const act = session.mayOperate ? (verb: Verb, one: FoundTenant) => void decide(verb, one) : null;
          return (
            <>
              {open.length === 0 ? (
                <p class="calm">
                  Nobody. With the setting <code>ADOPT=review</code>, whoever delegates to you and was not
                  announced is put up here; without it, they are registered by themselves.
                </p>
              ) : (
                <>
                  <p class="calm">
                    They carry a delegation to you, and nobody announced them.{' '}
                    <a href={MY_CUSTOMERS} target="_blank" rel="noreferrer">
                      “My customers” in the portal
                    </a>{' '}
                    tells their names.
                  </p>
                  <FoundList
                    items={open}
                    now={now.value}
                    busy={busy}
                    act={act}
                    verbs={['adopt', 'dismiss']}
                  />
                </>
              )}
              {more && <p class="faint">These come first; decide about them, and the next are shown.</p>}
              {session.mayOperate && open.length > 1 && (
                <button type="button" class="button" onClick={() => setAll(true)}>
                  Adopt all {open.length.toLocaleString('en')}…
                </button>
              )}
              {dismissed.length > 0 && (
                <details>
                  <summary>{count(dismissed.length, 'dismissed customer')}</summary>
                  <FoundList items={dismissed} now={now.value} busy={busy} act={act} verbs={['adopt']} />
                </details>
              )}
              {all && <AdoptAll client={client} items={open} close={() => setAll(false)} done={refresh} />}
            </>
          );
        }}
      </Frame>
    </section>
  );
}

interface FoundListProps {
  readonly items: readonly FoundTenant[];
  readonly now: number;
  readonly busy: boolean;
  /** Null for whoever may not decide. */
  readonly act: ((verb: Verb, one: FoundTenant) => void) | null;
  readonly verbs: readonly Verb[];
}

const NAMES: Readonly<Record<Verb, string>> = { adopt: 'Adopt', dismiss: 'Dismiss' };

function FoundList({ items, now, busy, act, verbs }: FoundListProps) {
  return (
    <ul class="rows decisions">
      {items.map((one) => (
        <li key={one.tenantId}>
          <span class="who">
            <span class="mono">
              {one.tenantId} <CopyButton text={one.tenantId} of={`the id ${one.tenantId}`} />
            </span>
            <span class="faint">
              {count(one.subscriptions, 'subscription')}
              {one.offers.length > 0 && <> by {one.offers.map((offer) => `“${offer}”`).join(', ')}</>} · first
              seen <Age at={one.firstSeenAt} now={now} />, last <Age at={one.lastSeenAt} now={now} />
              {one.dismissed && (
                <>
                  {' '}
                  · dismissed by {one.dismissed.by}, {exactly(one.dismissed.at)}
                </>
              )}
            </span>
          </span>
          {act && (
            <span class="buttons">
              {verbs.map((verb) => (
                <button
                  key={verb}
                  type="button"
                  class="button small"
                  disabled={busy}
                  onClick={() => act(verb, one)}
                  aria-label={`${NAMES[verb]} ${one.tenantId}`}
                >
                  {NAMES[verb]}
                </button>
              ))}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
