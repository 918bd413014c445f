import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Gap, Scope, TenantDetail } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { VerdictChip } from '../../parts/chip.tsx';
import { Cell, Table } from '../../parts/table.tsx';
import { namesOf, portalLink, scopeName } from '../../scope-view.ts';
import { ago, count, countsForWords, exactly, verdicts } from '../../words.ts';
import { AcceptGap } from './accept-gap.tsx';

interface ScopesProps {
  readonly tenant: TenantDetail;
  readonly now: number;
  readonly client: Client;
  /** Null for whoever may not accept gaps. */
  readonly changed: ((tenant: TenantDetail) => void) | null;
}

/** What is shown at first, and what more at a time; large customers have thousands. */
const FIRST = 20;
const MORE = 500;

const COLUMNS = ['Scope', 'Verdict', 'Counts for', 'Since', 'Gap'] as const;

export function Scopes({ tenant, now, client, changed }: ScopesProps) {
  const [accepting, setAccepting] = useState<Gap | null>(null);
  const [shown, setShown] = useState(FIRST);
  const gaps = new Map(tenant.gaps.map((gap) => [gap.scope.toLowerCase(), gap]));
  const names = namesOf(tenant.scopes);
  // What needs somebody comes first.
  const scopes = tenant.scopes.toSorted(
    (a, b) => Number(a.verdict === 'earning') - Number(b.verdict === 'earning'),
  );
  return (
    <section class="card">
      <h2>
        Scopes <span class="count">{scopes.length.toLocaleString('en')}</span>
        {tenant.stale && <span class="warned">as they were {ago(tenant.lastGood, now)}</span>}
      </h2>
      {scopes.length === 0 ? (
        <p class="calm">
          None is known. A scope is a subscription or resource group that the customer has delegated, or is
          expected to. The remedy has a template for the first one.
        </p>
      ) : (
        <Table label="Scopes" columns={COLUMNS}>
          {scopes.slice(0, shown).map((scope) => {
            const gap = gaps.get(scope.scope.toLowerCase());
            return (
              <tr key={scope.scope} role="row">
                <Cell>
                  <ScopeCell tenantId={tenant.tenantId} scope={scope} name={scopeName(scope.scope, names)} />
                </Cell>
                <Cell>
                  <VerdictCell scope={scope} />
                </Cell>
                <Cell label="Counts for">
                  <span class="nowrap">{countsForWords(scope.countsFor)}</span>
                </Cell>
                <Cell label="Since">
                  <SinceCell scope={scope} now={now} />
                </Cell>
                <Cell {...(gap ? { label: 'Gap' } : {})}>
                  {gap && (
                    <GapCell
                      gap={gap}
                      name={scopeName(gap.scope, names)}
                      now={now}
                      accept={changed && (() => setAccepting(gap))}
                    />
                  )}
                </Cell>
              </tr>
            );
          })}
        </Table>
      )}
      {scopes.length > shown && (
        <button type="button" class="button" onClick={() => setShown(shown + MORE)}>
          Show {count(Math.min(MORE, scopes.length - shown), 'more scope', 'more scopes')}
        </button>
      )}
      {accepting && changed && (
        <AcceptGap
          client={client}
          tenantId={tenant.tenantId}
          gap={accepting}
          name={scopeName(accepting.scope, names)}
          close={() => setAccepting(null)}
          accepted={changed}
        />
      )}
    </section>
  );
}

interface ScopeCellProps {
  readonly tenantId: string;
  readonly scope: Scope;
  readonly name: string;
}

function ScopeCell({ tenantId, scope: { scope }, name }: ScopeCellProps) {
  return (
    <>
      <a href={portalLink(tenantId, scope)} target="_blank" rel="noreferrer" title="Open in the Azure portal">
        {name}
      </a>
      <p class="faint mono break">{scope.replace('/subscriptions/', '')}</p>
    </>
  );
}

function VerdictCell({ scope }: { readonly scope: Scope }) {
  const { verdict, inherited, conditional, marketplace, reverifySince, roleIds, endsAt } = scope;
  const notes = [
    inherited ? 'inherited from the subscription' : '',
    endsAt ? `until ${exactly(endsAt)}` : '',
    conditional ? 'restricted by a condition' : '',
    marketplace ? 'by an offer of the marketplace' : '',
    reverifySince ? `to be proven anew: its agreement changed ${exactly(reverifySince)}` : '',
  ].filter(Boolean);
  return (
    <>
      <VerdictChip verdict={verdict} />
      {verdict !== 'earning' && <p class="faint why">{verdicts[verdict].meaning}</p>}
      {verdict === 'role-unknown' &&
        roleIds.map((id) => (
          <p key={id} class="faint mono break">
            {id}
          </p>
        ))}
      {notes.length > 0 && <p class="faint why">{notes.join('; ')}</p>}
    </>
  );
}

function SinceCell({ scope: { since, directAt }, now }: { readonly scope: Scope; readonly now: number }) {
  return (
    <>
      <Age at={since} now={now} />
      <p class="faint">
        {directAt ? (
          <>
            read directly <Age at={directAt} now={now} />
          </>
        ) : (
          'read from the index'
        )}
      </p>
    </>
  );
}

interface GapCellProps {
  readonly gap: Gap;
  readonly name: string;
  readonly now: number;
  readonly accept: (() => void) | null;
}

function GapCell({ gap: { openedAt, accepted }, name, now, accept }: GapCellProps) {
  return (
    <>
      opened <Age at={openedAt} now={now} />
      {accepted && (
        <p class="faint why">
          accepted until {exactly(accepted.until)}: “{accepted.why}”
          {accepted.ticket && ` (${accepted.ticket})`}
        </p>
      )}
      {accept && (
        <p>
          <button
            type="button"
            class="button small"
            onClick={accept}
            aria-label={`Accept${accepted ? ' anew' : ''} the gap of ${name}`}
          >
            {accepted ? 'Accept anew…' : 'Accept…'}
          </button>
        </p>
      )}
    </>
  );
}
