/** One state of the estate with what ARM derives from it: ids of delegations, look-ups by id and tenant. */
import type { Customer, Delegation, Estate, Subscription } from '../estates/estate.ts';
import { stableGuid } from './stable-guid.ts';

export interface PlacedDelegation {
  readonly delegation: Delegation;
  /** ARM id of the delegated subscription or resource group. */
  readonly scope: string;
  readonly managedByTenantId: string;
  readonly managedByTenantName: string;
  readonly assignmentName: string;
  readonly assignmentId: string;
  readonly definitionName: string;
  readonly definitionId: string;
}

export interface PlacedSubscription {
  readonly id: string;
  readonly customer: Customer;
  readonly customerName: string;
  readonly subscription: Subscription;
  readonly displayName: string;
  readonly delegations: readonly PlacedDelegation[];
}

export interface EstateView {
  readonly estate: Estate;
  readonly observerId: string;
  readonly subscriptions: readonly PlacedSubscription[];
  readonly bySubscription: ReadonlyMap<string, PlacedSubscription>;
  readonly byTenant: ReadonlyMap<string, readonly PlacedSubscription[]>;
}

export function viewEstate(estate: Estate): EstateView {
  const names = new Map(
    [estate.managingTenant, ...estate.customers].map((one) => [
      one.tenantId,
      one.displayName ?? one.tenantId,
    ]),
  );
  const byTenant = new Map(
    estate.customers.map((customer) => [
      customer.tenantId,
      customer.subscriptions.map((subscription) => placeSubscription(estate, names, customer, subscription)),
    ]),
  );
  const subscriptions = [...byTenant.values()].flat();
  return {
    estate,
    observerId: observerOf(estate).objectId,
    subscriptions,
    bySubscription: new Map(subscriptions.map((one) => [one.subscription.subscriptionId, one])),
    byTenant,
  };
}

/** The observer's identity; made up, but always the same, where the estate does not say. */
export function observerOf(estate: Estate): { readonly objectId: string; readonly clientId: string } {
  const objectId = estate.observer?.objectId ?? stableGuid('observer', estate.managingTenant.tenantId);
  return { objectId, clientId: stableGuid('observer client', objectId) };
}

function placeSubscription(
  estate: Estate,
  names: ReadonlyMap<string, string>,
  customer: Customer,
  subscription: Subscription,
): PlacedSubscription {
  const id = `/subscriptions/${subscription.subscriptionId}`;
  const seen = new Map<string, number>();
  return {
    id,
    customer,
    customerName: names.get(customer.tenantId) ?? customer.tenantId,
    subscription,
    displayName: subscription.displayName ?? subscription.subscriptionId,
    delegations: subscription.delegations.map((delegation) => {
      const managedByTenantId = delegation.managedByTenantId ?? estate.managingTenant.tenantId;
      const scope =
        delegation.resourceGroup === null ? id : `${id}/resourceGroups/${delegation.resourceGroup}`;
      // An offer deployed again at the same scope keeps its ids: they come from where it is, not from what it grants.
      const identity = [scope.toLowerCase(), managedByTenantId, delegation.offer].join('\n');
      const ordinal = (seen.get(identity) ?? 0) + 1;
      seen.set(identity, ordinal);
      const assignmentName = stableGuid('assignment', identity, String(ordinal));
      const definitionName = stableGuid('definition', identity, String(ordinal));
      return {
        delegation,
        scope,
        managedByTenantId,
        managedByTenantName: names.get(managedByTenantId) ?? managedByTenantId,
        assignmentName,
        assignmentId: `${scope}/providers/Microsoft.ManagedServices/registrationAssignments/${assignmentName}`,
        definitionName,
        definitionId: `${id}/providers/Microsoft.ManagedServices/registrationDefinitions/${definitionName}`,
      };
    }),
  };
}
