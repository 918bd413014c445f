import { useState } from 'preact/hooks';
import type { RoleDecided, UnknownRole, UnknownRoles } from '../../contract.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Frame } from '../../parts/frame.tsx';
import { tenantLink } from '../../route.ts';
import type { ViewProps } from '../../view-props.ts';
import { count, exactly } from '../../words.ts';
import { DecideRole } from './decide-role.tsx';

/** Roles that Partner Center's list does not name: neither yes nor no, until somebody decides, once for the whole estate. */
export function RoleDecisions({ store, session }: ViewProps) {
  const { roles, client, now } = store;
  const [deciding, setDeciding] = useState<string | null>(null);
  const [said, setSaid] = useState<RoleDecided | null>(null);
  const decide = session.mayOperate ? setDeciding : null;
  return (
    <section class="card">
      <h2>Unknown roles</h2>
      {said && <Said decided={said} />}
      <Frame of={roles.state.value} retry={() => void roles.refresh()} now={now.value} lines={3}>
        {({ items, decisions }) => (
          <>
            {items.length === 0 ? (
              <p class="calm">
                None. A role that Partner Center’s list does not name is put up here; until it is decided, its
                scopes are neither earning nor a gap.
              </p>
            ) : (
              <>
                <p class="calm">
                  Partner Center’s list does not name them, so their scopes are neither earning nor a gap. One
                  word counts for the whole estate.
                </p>
                <ul class="rows decisions">
                  {items.map((role) => (
                    <li key={role.roleId}>
                      <Unknown role={role} decide={decide} />
                    </li>
                  ))}
                </ul>
              </>
            )}
            <Decided decisions={decisions} decide={decide} />
          </>
        )}
      </Frame>
      {deciding !== null && (
        <DecideRole
          client={client}
          roleId={deciding}
          close={() => setDeciding(null)}
          done={(decided) => {
            setSaid(decided);
            setDeciding(null);
            void roles.refresh();
          }}
        />
      )}
    </section>
  );
}

function Said({ decided: { decision, tenants, asked } }: { readonly decided: RoleDecided }) {
  const now = asked === tenants ? 'looked at now' : `${asked.toLocaleString('en')} looked at now`;
  const looks =
    asked === 0 ? 'the next sweep comes by' : asked < tenants ? `${now}, the others by the next sweep` : now;
  return (
    <div class="note good" role="status">
      <div>
        On record: <span class="mono">{decision.roleId}</span> {decision.earns ? 'earns' : 'earns nothing'}.{' '}
        {tenants === 0
          ? 'No customer rests on it now.'
          : `It concerns ${count(tenants, 'customer')}: ${looks}.`}
      </div>
    </div>
  );
}

interface UnknownProps {
  readonly role: UnknownRole;
  readonly decide: ((roleId: string) => void) | null;
}

function Unknown({ role: { roleId, tenants, scopes, example, standing }, decide }: UnknownProps) {
  return (
    <>
      <span class="who">
        <span class="mono">
          {roleId} <CopyButton text={roleId} of={`the role ${roleId}`} />
        </span>
        <span class="faint">
          under {count(scopes, 'scope')} of {count(tenants, 'customer')}, such as{' '}
          <a href={tenantLink(example.tenantId)}>{example.displayName ?? example.tenantId}</a>
        </span>
        {standing !== 'unknown' && (
          <span class="faint">
            Decided since: {standing === 'earns' ? 'it earns' : 'it earns nothing'}. Its customers are still
            to be looked at.
          </span>
        )}
      </span>
      {decide && standing === 'unknown' && (
        <span class="buttons">
          <button
            type="button"
            class="button small"
            onClick={() => decide(roleId)}
            aria-label={`Decide about the role ${roleId}`}
          >
            Decide…
          </button>
        </span>
      )}
    </>
  );
}

interface DecidedProps {
  readonly decisions: UnknownRoles['decisions'];
  readonly decide: ((roleId: string) => void) | null;
}

function Decided({ decisions, decide }: DecidedProps) {
  if (decisions.length === 0) return null;
  return (
    <details>
      <summary>{count(decisions.length, 'role')} decided so far</summary>
      <ul class="rows decisions">
        {decisions.map(({ roleId, earns, by, source, at }) => (
          <li key={roleId}>
            <span class="who">
              <span class="mono">{roleId}</span>
              <span class="faint">
                “{source}” · by {by}, {exactly(at)}
              </span>
            </span>
            <span class="buttons">
              <Chip tone={earns ? 'good' : 'bad'} name={earns ? 'Earns' : 'Earns nothing'} />
              {decide && (
                <button
                  type="button"
                  class="button small"
                  onClick={() => decide(roleId)}
                  aria-label={`Decide anew about the role ${roleId}`}
                >
                  Decide anew…
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
