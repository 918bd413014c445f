/** Who sees what: through delegations in the managing tenant, through role assignments in a customer's. */
import type { EstateView, PlacedDelegation, PlacedSubscription } from './estate-view.ts';
import type { Caller } from './exchange.ts';
import { rolesAt } from './roles.ts';

/** What a caller may read of one subscription that it sees. */
export interface Access {
  /** May the subscription scope itself be read, or resource groups only? */
  readonly whole: boolean;
  readonly mayReadGroup: (resourceGroup: string) => boolean;
  /** The delegations that lists show to this caller. */
  readonly delegations: readonly PlacedDelegation[];
}

/** Listed, and nothing in it may be read. */
const inSightOnly: Access = { whole: false, mayReadGroup: () => false, delegations: [] };

const readyStates = new Set(['succeeded', 'ready', 'created']);

/** The caller's access to a subscription, or null when it does not see it at all. */
export function accessTo(
  view: EstateView,
  caller: Caller,
  placed: PlacedSubscription,
  now: number,
): Access | null {
  if (caller.tenantId !== view.estate.managingTenant.tenantId) return accessByRoles(caller, placed, now);
  const observes = caller.objectId === view.observerId;
  const shown = observes ? placed.delegations.filter((one) => !one.delegation.hidden) : placed.delegations;
  const ours = shown.filter((one) => one.managedByTenantId === caller.tenantId);
  // The observer also sees what is not ready yet: otherwise nobody could tell why a subscription does not show.
  const open = observes ? ours : ours.filter((one) => grants(one, caller.objectId));
  if (observes && open.length === 0 && placed.subscription.projected) return inSightOnly;
  return accessThrough(
    open.map((one) => one.delegation.resourceGroup),
    shown,
  );
}

function grants({ delegation }: PlacedDelegation, objectId: string): boolean {
  return (
    readyStates.has(delegation.provisioningState.toLowerCase()) &&
    delegation.authorizations.some((one) => one.principalId.toLowerCase() === objectId)
  );
}

function accessByRoles(caller: Caller, placed: PlacedSubscription, now: number): Access | null {
  const { servicePrincipal, tenantId } = placed.customer;
  if (caller.tenantId !== tenantId || servicePrincipal?.objectId !== caller.objectId) return null;
  const groups = rolesAt(placed, now).flatMap((role) => groupOfScope(role.scope, placed));
  return accessThrough(groups, placed.delegations);
}

/** The resource group of this subscription that a role's scope opens; null for all of it, nothing for elsewhere. */
function groupOfScope(scope: string, placed: PlacedSubscription): (string | null)[] {
  const normal = scope.toLowerCase().replace(/\/$/, '');
  if (!normal.startsWith('/subscriptions/')) return [null];
  if (normal === placed.id) return [null];
  const group = new RegExp(`^${placed.id}/resourcegroups/([^/]+)`).exec(normal)?.[1];
  return group === undefined ? [] : [group];
}

function accessThrough(
  opened: readonly (string | null)[],
  shown: readonly PlacedDelegation[],
): Access | null {
  if (opened.length === 0) return null;
  const whole = opened.includes(null);
  const groups = new Set(opened.flatMap((one) => (one === null ? [] : [one.toLowerCase()])));
  const mayReadGroup = (resourceGroup: string) => whole || groups.has(resourceGroup.toLowerCase());
  return {
    whole,
    mayReadGroup,
    delegations: shown.filter(({ delegation }) =>
      delegation.resourceGroup === null ? whole : mayReadGroup(delegation.resourceGroup),
    ),
  };
}
