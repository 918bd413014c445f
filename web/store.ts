import { signal, type Signal } from '@preact/signals';
import type { Called, Client } from './client.ts';
import type {
  FoundTenants,
  Link,
  Page,
  ParkedMessage,
  Sweep,
  TenantItem,
  TenantPage,
  UnknownRoles,
} from './contract.ts';
import { makeResource, type Resource } from './resource.ts';

/** The customers as far as they were read. */
export interface TenantsRead {
  readonly items: readonly TenantItem[];
  readonly totals: TenantPage['totals'];
  /** More are on record than this page holds at once. */
  readonly cut: boolean;
}

export interface Store {
  readonly client: Client;
  readonly tenants: Resource<TenantsRead>;
  readonly sweeps: Resource<readonly Sweep[]>;
  readonly links: Resource<readonly Link[]>;
  readonly parked: Resource<{ readonly items: readonly ParkedMessage[]; readonly more: boolean }>;
  readonly found: Resource<FoundTenants>;
  readonly roles: Resource<UnknownRoles>;
  /** Ticks, so that ages stay true. */
  readonly now: Signal<number>;
  /** Reads again what changes by the minute. */
  refreshAll(): Promise<void>;
  /** Reads again what waits for a decision: new with a sweep, and dear to look for in a large estate. */
  refreshDecisions(): Promise<void>;
}

/** More than anybody scrolls through; a larger estate is searched through the API or as CSV. */
const MOST_TENANTS = 20_000;
const SWEEPS_SHOWN = 60;
const LINKS_SHOWN = 1_000;
const PARKED_SHOWN = 200;

export function makeStore(client: Client): Store {
  const store = {
    client,
    tenants: makeResource<TenantsRead>((show) => readTenants(client, show)),
    sweeps: makeResource(async () => itemsOf(await client.get<Page<Sweep>>(`/sweeps?top=${SWEEPS_SHOWN}`))),
    links: makeResource(async () => itemsOf(await client.get<Page<Link>>(`/links?top=${LINKS_SHOWN}`))),
    parked: makeResource(async () => {
      const page = await client.get<Page<ParkedMessage>>(`/parked?top=${PARKED_SHOWN}`);
      if (!page.ok) return page;
      const { items, continuation } = page.value;
      return { ...page, value: { items, more: continuation !== null } };
    }),
    found: makeResource(() => client.get<FoundTenants>('/found-tenants')),
    roles: makeResource(() => client.get<UnknownRoles>('/roles/unknown')),
    now: signal(Date.now()),
  };
  const refresh = (resources: readonly Pick<Resource<unknown>, 'refresh'>[]) => async () => {
    await Promise.all(resources.map((resource) => resource.refresh()));
  };
  return {
    ...store,
    refreshAll: refresh([store.tenants, store.sweeps, store.links, store.parked]),
    refreshDecisions: refresh([store.found, store.roles]),
  };
}

function itemsOf<T>(page: Called<Page<T>>): Called<readonly T[]> {
  return page.ok ? { ...page, value: page.value.items } : page;
}

/** All tenants, page by page; what has come is shown while the rest is on its way. */
async function readTenants(client: Client, show: (part: TenantsRead) => void): Promise<Called<TenantsRead>> {
  const items: TenantItem[] = [];
  let continuation: string | null = null;
  for (;;) {
    const after: string = continuation === null ? '' : `&continuation=${continuation}`;
    const page: Called<TenantPage> = await client.get<TenantPage>(`/tenants?top=1000${after}`);
    if (!page.ok) return page;
    items.push(...page.value.items);
    continuation = page.value.continuation;
    const { totals } = page.value;
    const cut = continuation !== null && items.length >= MOST_TENANTS;
    if (continuation === null || cut) return { ...page, value: { items, totals, cut } };
    show({ items: [...items], totals, cut: true });
  }
}
