/** GET /subscriptions and GET /tenants, as a service principal sees them. */
import { accessTo } from './access.ts';
import { openSubscription, paged, type ArmContext } from './arm-context.ts';
import type { PlacedDelegation, PlacedSubscription } from './estate-view.ts';
import type { Answer } from './exchange.ts';

export function listSubscriptions(context: ArmContext): Answer {
  const { live, caller, call, now } = context;
  const view = live.current();
  const seen = view.subscriptions.flatMap((placed) => {
    const access = accessTo(view, caller, placed, now);
    return access
      ? [
          subscriptionBody(
            placed,
            visibleManagers(view.observerId, caller.objectId, placed),
            call.query('api-version'),
          ),
        ]
      : [];
  });
  return paged(context, seen);
}

export function readSubscription(context: ArmContext): Answer {
  const opened = openSubscription(context);
  if ('status' in opened) return opened;
  const { live, caller, call } = context;
  const managers = visibleManagers(live.current().observerId, caller.objectId, opened.placed);
  return { status: 200, body: subscriptionBody(opened.placed, managers, call.query('api-version')) };
}

/** A service principal sees its own tenant only, and no names. */
export function listTenants({ caller }: ArmContext): Answer {
  const { tenantId } = caller;
  return { status: 200, body: { value: [{ id: `/tenants/${tenantId}`, tenantId, tenantCategory: 'Home' }] } };
}

/** The tenants that manage a subscription; a hidden delegation does not show to the observer. */
export function visibleManagers(
  observerId: string,
  objectId: string,
  { delegations }: PlacedSubscription,
): readonly { readonly tenantId: string }[] {
  const isShown = ({ delegation }: PlacedDelegation) => objectId !== observerId || !delegation.hidden;
  const tenants = new Set(delegations.filter(isShown).map((one) => one.managedByTenantId));
  return [...tenants].map((tenantId) => ({ tenantId }));
}

export function subscriptionPolicies({ subscription }: PlacedSubscription): object {
  return {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: subscription.quotaId,
    spendingLimit: 'Off',
  };
}

function subscriptionBody(
  placed: PlacedSubscription,
  managedByTenants: readonly object[],
  apiVersion = '',
): object {
  const { id, subscription, displayName, customer } = placed;
  // Tenants were added to the answer in 2018.
  const knowsTenants = apiVersion >= '2018';
  return {
    id,
    authorizationSource: 'RoleBased',
    ...(knowsTenants ? { managedByTenants } : {}),
    subscriptionId: subscription.subscriptionId,
    ...(knowsTenants ? { tenantId: customer.tenantId } : {}),
    displayName,
    state: subscription.state,
    subscriptionPolicies: subscriptionPolicies(placed),
  };
}
