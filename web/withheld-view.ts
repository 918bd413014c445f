/** Changes that were withheld, because whoever told them is not trusted: what an operator's yes or no comes to. */
import type { TenantDetail } from './contract.ts';

export type WithheldChange = TenantDetail['withheld'][number];

/** A call that decides. */
export interface Order {
  readonly method: 'PATCH' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

const NAMES: Readonly<Record<string, string>> = {
  offboard: 'that the customer is no longer ours',
  accessKinds: 'other ways of access',
  principal: 'another principal',
  servicePrincipalObjectId: 'another service principal',
  subscriptionIds: 'fewer expected subscriptions',
  tags: 'other tags',
  agreement: 'another agreement',
};

export function withheldWords({ what, value }: WithheldChange): string {
  const name = NAMES[what] ?? what;
  return what === 'offboard' ? name : `${name}: ${value}`;
}

/** Lists and tags come as JSON; a value that was too long to be kept whole cannot be taken over. */
const AS_JSON: ReadonlySet<string> = new Set(['accessKinds', 'subscriptionIds', 'tags']);

/** What takes the change over; null where its value was not kept whole. */
export function orderToBelieve(
  { tenantId }: Pick<TenantDetail, 'tenantId'>,
  change: WithheldChange,
): Order | null {
  const path = `/tenants/${tenantId}`;
  if (change.what === 'offboard') return { method: 'DELETE', path };
  if (!AS_JSON.has(change.what)) return { method: 'PATCH', path, body: { [change.what]: change.value } };
  try {
    return { method: 'PATCH', path, body: { [change.what]: JSON.parse(change.value) as unknown } };
  } catch {
    return null;
  }
}

/** What says again how it stands, so that the change waits no longer; null of what is not shown of a tenant. */
export function orderToKeep(tenant: TenantDetail, { what }: WithheldChange): Order | null {
  const { tenantId, accessKinds, agreement, principal, tags, expectedSubscriptionIds } = tenant;
  if (what === 'offboard') return { method: 'POST', path: '/tenants', body: { tenantId } };
  const standing: Readonly<Record<string, unknown>> = {
    ...{ accessKinds, agreement, tags, subscriptionIds: expectedSubscriptionIds },
    ...(principal === null ? {} : { principal }),
  };
  return what in standing
    ? { method: 'PATCH', path: `/tenants/${tenantId}`, body: { [what]: standing[what] } }
    : null;
}
