import { useEffect, useState } from 'preact/hooks';
import type { ViewProps } from '../view-props.ts';
import type { Remedies, TenantDetail } from '../contract.ts';
import { useAsking } from '../parts/asking.ts';
import { Frame } from '../parts/frame.tsx';
import { makeResource } from '../resource.ts';
import { hasDpor, nameOf, needsRemedy } from '../tenant-view.ts';
import { ByHand } from './tenant/by-hand.tsx';
import { Facts } from './tenant/facts.tsx';
import { PartnersOfRecord } from './tenant/partners-of-record.tsx';
import { RelinkButton } from './tenant/relink.tsx';
import { Remedy } from './tenant/remedy.tsx';
import { Scopes } from './tenant/scopes.tsx';
import { Standing } from './tenant/standing.tsx';
import { Timeline } from './tenant/timeline.tsx';
import { Withheld } from './tenant/withheld.tsx';

/** One customer: how it stands, why, and what can be done. */
export function TenantView(props: ViewProps & { readonly tenantId: string }) {
  const { store, tenantId } = props;
  const [resource] = useState(() =>
    makeResource<TenantDetail>(() => store.client.get(`/tenants/${encodeURIComponent(tenantId)}`)),
  );
  useEffect(() => {
    void resource.refresh();
  }, [resource]);
  const { value, trouble } = resource.state.value;
  const listed = store.tenants.state.value.value?.items.find((one) => one.tenantId === tenantId);
  const missing = value === null && trouble?.status === 404;
  const known = value ?? listed;
  return (
    <>
      <p class="crumbs">
        <a href="#/tenants">Customers</a>
      </p>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{missing ? 'Not on record' : known ? nameOf(known) : 'Customer'}</h1>
          <p class="faint mono">{tenantId}</p>
        </div>
        {value && props.session.mayOperate && value.offboardedAt === null && (
          <div class="beside">
            <RelinkButton client={store.client} tenant={value} done={() => void resource.refresh()} />
          </div>
        )}
      </div>
      {missing ? (
        <div class="empty">
          <p>No customer is on record under this id: nobody announced it, and no sweep has registered it.</p>
          <p>
            <a href="#/decisions">Customers that were found</a> may be waiting for a decision.
          </p>
        </div>
      ) : (
        <Frame
          of={resource.state.value}
          retry={() => void resource.refresh()}
          now={store.now.value}
          lines={9}
        >
          {(tenant) => <Sections {...props} tenant={tenant} resource={resource} />}
        </Frame>
      )}
    </>
  );
}

interface SectionsProps extends ViewProps {
  readonly tenant: TenantDetail;
  readonly resource: ReturnType<typeof makeResource<TenantDetail>>;
}

function Sections({ store, session, tenant, resource }: SectionsProps) {
  const { client, tenants, now } = store;
  const remedies = useAsking<Remedies>();
  const ask = () => void remedies.ask(() => client.get(`/tenants/${tenant.tenantId}/remedy`));
  const changed = (told: TenantDetail) => {
    resource.set(told);
    void tenants.refresh();
  };
  const mayChange = session.mayOperate ? changed : null;
  const attended = tenant.accessKinds.some((kind) => kind === 'guest-user' || kind === 'directory-account');
  const ours = tenant.offboardedAt === null && tenant.state !== 'excluded';
  return (
    <>
      <Standing tenant={tenant} now={now.value} />
      {tenant.withheld.length > 0 && <Withheld client={client} tenant={tenant} changed={mayChange} />}
      {ours && attended && (
        <ByHand
          tenant={tenant}
          now={now.value}
          remedies={remedies}
          ask={ask}
          client={client}
          changed={mayChange}
        />
      )}
      {(tenant.scopes.length > 0 || !attended) && (
        <Scopes tenant={tenant} now={now.value} client={client} changed={mayChange} />
      )}
      {ours && needsRemedy(tenant) && <Remedy tenant={tenant} remedies={remedies} ask={ask} />}
      {ours && hasDpor(tenant) && (
        <PartnersOfRecord tenant={tenant} remedies={remedies} ask={ask} client={client} changed={mayChange} />
      )}
      <div class="columns even">
        <Timeline client={client} tenant={tenant} now={now.value} />
        <Facts tenant={tenant} now={now.value} />
      </div>
    </>
  );
}
