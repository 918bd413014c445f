/** Where in the dashboard somebody is: kept in the address after `#`, so that every view can be linked to. */
import type { ListView, SortKey } from './tenant-view.ts';
import { stateOrder } from './words.ts';

export type Route =
  | { readonly view: 'overview' | 'decisions' | 'links' | 'sweeps' | 'parked' | 'unknown' }
  | { readonly view: 'tenants'; readonly list: ListView }
  | { readonly view: 'tenant'; readonly tenantId: string };

const SORTS: readonly SortKey[] = ['name', 'state', 'gaps', 'risk', 'lastGood'];

/** Parses what stands after `#`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const [first = '', second, ...rest] = path.split('/').filter(Boolean);
  if (rest.length > 0) return { view: 'unknown' };
  if (first === '') return { view: 'overview' };
  if (first === 'tenants' && second) return { view: 'tenant', tenantId: decoded(second).toLowerCase() };
  if (second !== undefined) return { view: 'unknown' };
  if (first === 'tenants') return { view: 'tenants', list: parseList(new URLSearchParams(query)) };
  return first === 'decisions' || first === 'links' || first === 'sweeps' || first === 'parked'
    ? { view: first }
    : { view: 'unknown' };
}

function parseList(query: URLSearchParams): ListView {
  const wanted = (query.get('state') ?? '').split(',');
  const sort = query.get('sort') ?? '';
  const key = SORTS.find((one) => one === sort.replace(/^-/, ''));
  return {
    states: stateOrder.filter((state) => wanted.includes(state)),
    reason: query.get('reason'),
    search: query.get('q') ?? '',
    stale: query.has('stale'),
    sort: key ?? 'state',
    descending: key !== undefined && sort.startsWith('-'),
  };
}

/** The link to a list. What is as usual is left out. */
export function listLink(view: Partial<ListView>): string {
  const query = new URLSearchParams();
  if (view.states?.length) query.set('state', view.states.join(','));
  if (view.reason) query.set('reason', view.reason);
  if (view.search) query.set('q', view.search);
  if (view.stale) query.set('stale', '');
  if (view.sort && (view.sort !== 'state' || view.descending)) {
    query.set('sort', `${view.descending ? '-' : ''}${view.sort}`);
  }
  const text = query.toString().replaceAll('%2C', ',');
  return text ? `#/tenants?${text}` : '#/tenants';
}

export function tenantLink(tenantId: string): string {
  return `#/tenants/${encodeURIComponent(tenantId)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
