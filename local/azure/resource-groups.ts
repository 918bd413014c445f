/** The resource groups of a subscription: those the estate names in a delegation or in a role's scope. */
import { inSubscription, paged, type ArmHandler } from './arm-context.ts';
import type { PlacedSubscription } from './estate-view.ts';

/** Lists the groups the caller may read; a role inside a group shows the group, not the rest of the subscription. */
export const listResourceGroups: ArmHandler = inSubscription((context, { placed, access }) =>
  paged(
    context,
    groupsOf(placed)
      .filter((name) => access.mayReadGroup(name))
      .map((name) => ({
        id: `${placed.id}/resourceGroups/${name}`,
        name,
        type: 'Microsoft.Resources/resourceGroups',
        location: 'westeurope',
        properties: { provisioningState: 'Succeeded' },
      })),
  ),
);

function groupsOf({ id, customer, delegations }: PlacedSubscription): readonly string[] {
  const inScope = new RegExp(`^${id}/resourceGroups/([^/]+)`, 'i');
  const named = [
    ...delegations.map(({ delegation }) => delegation.resourceGroup),
    ...(customer.servicePrincipal?.roles ?? []).map(({ scope }) => inScope.exec(scope)?.[1] ?? null),
  ].filter((name) => name !== null);
  return [...new Map(named.toReversed().map((name) => [name.toLowerCase(), name])).values()].sort();
}
