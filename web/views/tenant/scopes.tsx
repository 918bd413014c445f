import { useState } from 'preact/hooks';
import type { Client } from '../../client.ts';
import type { Gap, Scope, TenantDetail } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { VerdictChip } from '../../parts/chip.tsx';
import { portalLink, scopeName } from '../../scope-view.ts';
import { count, countsForWords, exactly, verdicts } from '../../words.ts';
import { AcceptGap } from './accept-gap.tsx';

interface ScopesProps {
  readonly tenant: TenantDetail;
  readonly now: number;
  readonly client: Client;
  /** Null for whoever may not accept gaps. */
  readonly changed: ((tenant: TenantDetail) => void) | null;
}

/** What is shown at first; large customers have thousands. */
const FIRST = 50;

export function Scopes({ tenant, now, client, changed }: ScopesProps) {
  const [accepting, setAccepting] = useState<Gap | null>(null);
  const [shown, setShown] = useState(FIRST);
  const gaps = new Map(tenant.gaps.map((gap) => [gap.scope.toLowerCase(), gap]));
  // What needs somebody comes first.
  const scopes = tenant.scopes.toSorted(
    (a, b) => Number(a.verdict === 'earning') - Number(b.verdict === 'earning'),
  );
  return (
    <section class="card">
      <h2>
        Scopes <span class="count">{scopes.length.toLocaleString('en')}</span>
      </h2>
      {scopes.length === 0 ? (
        <p class="calm">
          None is known. A scope is a subscription or resource group that the customer has delegated, or is
          expected to.
        </p>
      ) : (
        <div class="scroll">
          <table class="scopes">
            <thead>
              <tr>
                <th scope="col">Scope</th>
                <th scope="col">Verdict</th>
                <th scope="col">Counts for</th>
                <th scope="col">Since</th>
                <th scope="col">Gap</th>
              </tr>
            </thead>
            <tbody>
              {scopes.slice(0, shown).map((scope) => {
                const gap = gaps.get(scope.scope.toLowerCase());
                return (
                  <tr key={scope.scope}>
                    <td>
                      <ScopeCell tenantId={tenant.tenantId} scope={scope} />
                    </td>
                    <td>
                      <VerdictChip verdict={scope.verdict} />
                      {scope.verdict !== 'earning' && (
                        <p class="faint why">{verdicts[scope.verdict].meaning}</p>
                      )}
                      {scope.inherited && <p class="faint">inherited from the subscription</p>}
                      {scope.endsAt && <p class="faint">until {exactly(scope.endsAt)}</p>}
                    </td>
                    <td>{countsForWords(scope.countsFor)}</td>
                    <td>
                      <Age at={scope.since} now={now} />
                      <p class="faint">
                        {scope.directAt ? (
                          <>
                            read directly <Age at={scope.directAt} now={now} />
                          </>
                        ) : (
                          'read from the index'
                        )}
                      </p>
                    </td>
                    <td>
                      {gap && <GapCell gap={gap} now={now} accept={changed && (() => setAccepting(gap))} />}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {scopes.length > shown && (
        <button type="button" class="button" onClick={() => setShown(shown + 500)}>
          Show {count(Math.min(500, scopes.length - shown), 'more scope', 'more scopes')}
        </button>
      )}
      {accepting && changed && (
        <AcceptGap
          client={client}
          tenantId={tenant.tenantId}
          gap={accepting}
          close={() => setAccepting(null)}
          accepted={changed}
        />
      )}
    </section>
  );
}

function ScopeCell({ tenantId, scope }: { readonly tenantId: string; readonly scope: Scope }) {
  return (
    <>
      <a
        href={portalLink(tenantId, scope.scope)}
        target="_blank"
        rel="noreferrer"
        title="Open in the Azure portal"
      >
        {scope.displayName ?? scopeName(scope.scope)}
      </a>
      <p class="faint mono break">{scope.scope.replace('/subscriptions/', '')}</p>
    </>
  );
}

interface GapCellProps {
  readonly gap: Gap;
  readonly now: number;
  readonly accept: (() => void) | null;
}

function GapCell({ gap, now, accept }: GapCellProps) {
  return (
    <>
      open, <Age at={gap.openedAt} now={now} />
      {gap.accepted && (
        <p class="faint">
          accepted until {exactly(gap.accepted.until)}: “{gap.accepted.why}”
        </p>
      )}
      {accept && (
        <p>
          <button
            type="button"
            class="button small"
            onClick={accept}
            aria-label={`Accept the gap of ${scopeName(gap.scope)}`}
          >
            {gap.accepted ? 'Accept anew' : 'Accept'}
          </button>
        </p>
      )}
    </>
  );
}
