import type { TenantItem } from '../../contract.ts';
import { Age } from '../../parts/age.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { DaysLost } from '../../parts/days-lost.tsx';
import { tenantLink } from '../../route.ts';
import { isByHand, nameOf, scopesOf, type ListView, type SortKey } from '../../tenant-view.ts';
import { reasonWords } from '../../words.ts';
import { show } from './show.ts';

export function Row({ tenant, now }: { readonly tenant: TenantItem; readonly now: number }) {
  const { all, earning } = scopesOf(tenant);
  return (
    <>
      <span role="cell" class="who">
        <a href={tenantLink(tenant.tenantId)}>{nameOf(tenant)}</a>
        <span class="faint id">{tenant.displayName === null ? '' : tenant.tenantId}</span>
      </span>
      <span role="cell" class="state">
        <StateChip state={tenant.state} />
        <span class="faint">{reasonWords(tenant.reason)}</span>
      </span>
      <span role="cell" class="scopes number">
        {all === 0 ? (
          <span class="faint">none</span>
        ) : (
          <span title={`${earning} of ${all} scopes set up to earn`}>
            {earning.toLocaleString('en')}/{all.toLocaleString('en')}
          </span>
        )}
      </span>
      <span role="cell" class="gaps number">
        {tenant.openGaps === 0 ? <span class="faint">0</span> : tenant.openGaps.toLocaleString('en')}
      </span>
      <span role="cell" class="risk number">
        {tenant.daysAtRisk.possible === 0 ? (
          <span class="faint">0</span>
        ) : (
          <DaysLost days={tenant.daysAtRisk} />
        )}
      </span>
      <span role="cell" class="seen">
        <LastLook tenant={tenant} now={now} />
      </span>
    </>
  );
}

function LastLook({ tenant, now }: { readonly tenant: TenantItem; readonly now: number }) {
  if (isByHand(tenant)) {
    return (
      <span class="faint" title="No pass can look at what people, or Microsoft, link by themselves">
        not looked at
      </span>
    );
  }
  return (
    <>
      <span>
        <span class="narrow-only">seen </span>
        <Age at={tenant.lastGood} now={now} />
      </span>
      {tenant.stale && <span class="warned">stale</span>}
      {tenant.failure && (
        <span class="warned" title={tenant.failure.message}>
          {reasonWords(tenant.failure.kind)}
        </span>
      )}
    </>
  );
}

export function Columns({ view }: { readonly view: ListView }) {
  return (
    <div role="row" class="row head" aria-rowindex={1}>
      <Column view={view} by="name" name="Customer" />
      <Column view={view} by="state" name="State" />
      <span role="columnheader">Scopes</span>
      <Column view={view} by="gaps" name="Gaps" />
      <Column view={view} by="risk" name="Days lost" />
      <Column view={view} by="lastGood" name="Last good look" />
    </div>
  );
}

const TITLES: Readonly<Partial<Record<SortKey, string>>> = {
  risk: 'Scope-days lost in 30 days: for certain, and at the most',
};

function Column({
  view,
  by,
  name,
}: {
  readonly view: ListView;
  readonly by: SortKey;
  readonly name: string;
}) {
  const chosen = view.sort === by;
  const direction = !chosen ? 'none' : view.descending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" aria-sort={direction}>
      <button
        type="button"
        class="sort"
        title={TITLES[by]}
        onClick={() => show({ ...view, sort: by, descending: chosen && !view.descending })}
      >
        {name}
        <span aria-hidden="true">{!chosen ? '' : view.descending ? '↓' : '↑'}</span>
      </button>
    </span>
  );
}
