import { useEffect, useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { TenantDetail } from '../contract.ts';
import { Age } from '../parts/age.tsx';
import { StateChip } from '../parts/chip.tsx';
import { Frame } from '../parts/frame.tsx';
import { makeResource } from '../resource.ts';
import { nameOf } from '../tenant-view.ts';
import { exactly, reasonWords, states } from '../words.ts';
import { RelinkButton } from './tenant/relink.tsx';
import { Remedy } from './tenant/remedy.tsx';
import { Scopes } from './tenant/scopes.tsx';
import { Timeline } from './tenant/timeline.tsx';

/** One customer: how it stands, why, and what can be done. */
export function TenantView({ store, session, tenantId }: ViewProps & { readonly tenantId: string }) {
  const [resource] = useState(() =>
    makeResource<TenantDetail>(() => store.client.get(`/tenants/${encodeURIComponent(tenantId)}`)),
  );
  useEffect(() => {
    void resource.refresh();
  }, [resource]);
  const changed = (tenant: TenantDetail) => {
    resource.set(tenant);
    void store.tenants.refresh();
  };
  return (
    <>
      <p class="crumbs">
        <a href="#/tenants">Customers</a>
      </p>
      <Frame of={resource.state.value} retry={() => void resource.refresh()} now={store.now.value} lines={9}>
        {(tenant) => (
          <>
            <div class="page-head">
              <div>
                <h1 tabIndex={-1}>{nameOf(tenant)}</h1>
                <p class="faint mono">{tenant.tenantId}</p>
              </div>
              {session.mayOperate && tenant.offboardedAt === null && (
                <div class="beside">
                  <RelinkButton client={store.client} tenant={tenant} done={() => void resource.refresh()} />
                </div>
              )}
            </div>
            <Standing tenant={tenant} now={store.now.value} />
            <Scopes
              tenant={tenant}
              now={store.now.value}
              client={store.client}
              changed={session.mayOperate ? changed : null}
            />
            <Remedy client={store.client} tenant={tenant} />
            <div class="columns even">
              <Timeline client={store.client} tenant={tenant} now={store.now.value} />
              <Facts tenant={tenant} now={store.now.value} />
            </div>
          </>
        )}
      </Frame>
    </>
  );
}

function Standing({ tenant, now }: { readonly tenant: TenantDetail; readonly now: number }) {
  const { state, reason, stale, lastGood, failure, instructions } = tenant;
  return (
    <section class="card standing" aria-label="How it stands">
      <div class="verdict">
        <StateChip state={state} />
        <p>
          {states[state].meaning} {reason && <>Because: {reasonWords(reason)}.</>}
        </p>
        <p class="looked">
          Last good look: <Age at={lastGood} now={now} />
          {stale && <span class="warned"> · stale: too long ago to count</span>}
        </p>
      </div>
      {failure && (
        <div class="note warn">
          <div>
            <strong>
              The look at {exactly(failure.at)} failed ({reasonWords(failure.kind)}).
            </strong>{' '}
            {lastGood === null
              ? 'Nothing is known, which does not mean that nothing is there.'
              : 'What is shown is from the last good look.'}{' '}
            <span class="faint">{failure.message}</span>
          </div>
        </div>
      )}
      {instructions.length > 0 && (
        <ul class="todo">
          {instructions.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const LINK_WORDS = {
  linked: 'linked',
  unlinked: 'not linked',
  'linked-elsewhere': 'linked to another partner ID',
  unknown: 'never read',
} as const;

function Facts({ tenant, now }: { readonly tenant: TenantDetail; readonly now: number }) {
  const tags = Object.entries(tenant.tags);
  return (
    <section class="card">
      <h2>On record</h2>
      <dl class="facts">
        {tenant.links.map(({ access, state, readAt }) => (
          <>
            <dt>Link ({access})</dt>
            <dd>
              {LINK_WORDS[state]}, read <Age at={readAt} now={now} />
            </dd>
          </>
        ))}
        <dt>Access</dt>
        <dd>{tenant.accessKinds.join(', ')}</dd>
        <dt>Agreement</dt>
        <dd>{tenant.agreement}</dd>
        <dt>Principal</dt>
        <dd>{tenant.principal ?? <span class="warned">none that the settings name</span>}</dd>
        <dt>Announced</dt>
        <dd>{exactly(tenant.announcedAt)}</dd>
        {tenant.offboardedAt && (
          <>
            <dt>Offboarded</dt>
            <dd>{exactly(tenant.offboardedAt)}</dd>
          </>
        )}
        {tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd>{tags.map(([name, value]) => (value ? `${name}=${value}` : name)).join(', ')}</dd>
          </>
        )}
        {tenant.asked.slice(0, 3).map(({ causeId, at, outcome, detail }) => (
          <>
            <dt key={causeId}>Asked for</dt>
            <dd>
              <Age at={at} now={now} />: {outcome}
              {detail && <span class="faint"> ({detail})</span>}
            </dd>
          </>
        ))}
      </dl>
      {tenant.withheld.length > 0 && (
        <div class="note warn">
          <div>
            <strong>Changes are withheld,</strong> because who told them is not trusted:{' '}
            {tenant.withheld.map(({ what, value, source }) => `${what} → ${value} (${source})`).join('; ')}.
            Decide with <code>PATCH /api/tenants/{'{tenantId}'}</code>.
          </div>
        </div>
      )}
    </section>
  );
}
