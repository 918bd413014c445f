/** Microsoft.Authorization: the role assignments that a customer's own directory gives our service principal. */
import { forbidden, inSubscription, paged, type ArmHandler } from './arm-context.ts';
import type { PlacedSubscription } from './estate-view.ts';
import { armError } from './exchange.ts';
import { stableGuid } from './stable-guid.ts';

const created = '2024-01-01T00:00:00.0000000Z';

/** Lists what applies at a scope: assignments made there, above it and, unless `atScope()` is asked, below it. */
export const listRoleAssignments: ArmHandler = inSubscription((context, { placed, access }) => {
  const group = context.parameters['resourceGroupName'];
  const scope = group === undefined ? placed.id : `${placed.id}/resourceGroups/${group}`;
  const mayRead = group === undefined ? access.whole : access.mayReadGroup(group);
  if (!mayRead) return forbidden(context, 'Microsoft.Authorization/roleAssignments/read', scope);
  const filter = readFilter(context.call.query('$filter'));
  if (!filter) return armError(400, 'UnsupportedQuery', 'The filter is not supported.');
  const items = rolesOf(placed).filter(
    (one) =>
      (filter.principalId === undefined || one.principalId === filter.principalId) &&
      (isAt(one.scope, scope) || (!filter.atScopeOnly && isAt(scope, one.scope))),
  );
  return paged(
    context,
    items.map((one) => roleAssignmentBody(placed, one)),
  );
});

interface Filter {
  readonly principalId?: string;
  readonly atScopeOnly: boolean;
}

function readFilter(text: string | undefined): Filter | null {
  if (text === undefined) return { atScopeOnly: false };
  const parts = text.split(/\s+and\s+/i).map((one) => one.trim());
  const principal = /^(?:principalId\s+eq\s+'([^']+)'|assignedTo\('([^']+)'\))$/i;
  const atScope = /^atScope\(\)$/i;
  if (!parts.every((one) => principal.test(one) || atScope.test(one))) return null;
  const found = parts.map((one) => principal.exec(one)).find((one) => one !== null);
  const principalId = (found?.[1] ?? found?.[2])?.toLowerCase();
  const atScopeOnly = parts.some((one) => atScope.test(one));
  return principalId === undefined ? { atScopeOnly } : { principalId, atScopeOnly };
}

interface Role {
  readonly principalId: string;
  readonly scope: string;
  readonly roleDefinitionId: string;
}

/** Only this directory's own assignments: what Lighthouse grants never shows here. */
function rolesOf({ customer }: PlacedSubscription): readonly Role[] {
  const { servicePrincipal } = customer;
  return (servicePrincipal?.roles ?? []).map((role) => ({
    ...role,
    principalId: servicePrincipal?.objectId ?? '',
  }));
}

/** Does an assignment at `upper` reach `lower`? Scopes outside subscriptions reach them all. */
function isAt(upper: string, lower: string): boolean {
  const above = upper.toLowerCase().replace(/\/$/, '');
  const below = lower.toLowerCase();
  return !above.startsWith('/subscriptions/') || below === above || below.startsWith(`${above}/`);
}

function roleAssignmentBody(placed: PlacedSubscription, role: Role): object {
  const { principalId, scope, roleDefinitionId } = role;
  const name = stableGuid(
    'role assignment',
    principalId,
    scope.toLowerCase(),
    roleDefinitionId.toLowerCase(),
  );
  const definition = roleDefinitionId.startsWith('/')
    ? roleDefinitionId
    : `${placed.id}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`;
  return {
    properties: {
      roleDefinitionId: definition,
      principalId,
      principalType: 'ServicePrincipal',
      scope,
      condition: null,
      conditionVersion: null,
      createdOn: created,
      updatedOn: created,
      createdBy: null,
      updatedBy: null,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    type: 'Microsoft.Authorization/roleAssignments',
    name,
  };
}
