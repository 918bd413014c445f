/** Where links are, and in which order somebody wants to see them. */
import type { Link, TenantItem } from './contract.ts';
import { nameOf } from './tenant-view.ts';

type Customers = readonly Pick<TenantItem, 'tenantId' | 'displayName'>[];

/** The customer in whose tenant a link is; null for one at home. */
export interface Place {
  readonly customer: { readonly tenantId: string; readonly name: string } | null;
}

export function placeOf({ tenantId }: Pick<Link, 'tenantId'>, customers: Customers): Place {
  const customer = customers.find((one) => one.tenantId === tenantId);
  return { customer: customer ? { tenantId, name: nameOf(customer) } : null };
}

/** Those at home first, because most rests on them; then those that are not as they should be. */
export function inOrder(links: readonly Link[], customers: Customers): readonly Link[] {
  const known = new Set(customers.map(({ tenantId }) => tenantId));
  const rank = ({ tenantId, state }: Link) => (known.has(tenantId) ? 2 : 0) + (state === 'linked' ? 1 : 0);
  return links.toSorted((a, b) => rank(a) - rank(b));
}
