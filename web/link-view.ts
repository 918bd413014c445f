/** Where links are, and in which order somebody wants to see them. */
import type { Link, TenantItem } from './contract.ts';
import { nameOf } from './tenant-view.ts';

/** The customer in whose tenant a link is, by id where no name is known; null for a link at home. */
export interface Place {
  readonly customer: { readonly tenantId: string; readonly name: string } | null;
}

/** `home` is the tenant everybody here signs in to. */
export function placeOf(
  { tenantId }: Pick<Link, 'tenantId'>,
  home: string,
  customers: readonly Pick<TenantItem, 'tenantId' | 'displayName'>[],
): Place {
  if (tenantId === home) return { customer: null };
  const customer = customers.find((one) => one.tenantId === tenantId);
  return { customer: { tenantId, name: customer ? nameOf(customer) : tenantId } };
}

/** Those at home first, because most rests on them; then those that are not as they should be. */
export function inOrder(links: readonly Link[], home: string): readonly Link[] {
  const rank = ({ tenantId, state }: Link) => (tenantId === home ? 0 : 2) + (state === 'linked' ? 1 : 0);
  return links.toSorted((a, b) => rank(a) - rank(b));
}
