/** Microsoft.Authorization: lists of the role assignments that a customer's own directory gives our service principal. */
import { forbidden, inSubscription, paged, type ArmHandler } from './arm-context.ts';
import type { PlacedSubscription } from './estate-view.ts';
import { armError, type Answer } from './exchange.ts';
import { authorizationId, roleProperties, rolesAt, type HeldRole } from './roles.ts';
import { stableGuid } from './stable-guid.ts';

const created = '2024-01-01T00:00:00.0000000Z';

export const listRoleAssignments = listOf('roleAssignments', roleAssignmentBody);

/** How those assignments came about, and when they end: only in a tenant with a licence for that. */
export const listRoleSchedules = listOf('roleAssignmentScheduleInstances', scheduleBody, ({ customer }) =>
  customer.pimLicensed
    ? undefined
    : armError(400, 'AadPremiumLicenseRequired', 'The tenant has no Entra ID P2 or Governance license.'),
);

/** Lists what applies at a scope: assignments made there, above it and, unless `atScope()` is asked, below it. */
function listOf(
  type: string,
  bodyOf: (placed: PlacedSubscription, role: HeldRole) => object,
  refuse: (placed: PlacedSubscription) => Answer | undefined = () => undefined,
): ArmHandler {
  return inSubscription((context, { placed, access }) => {
    const group = context.parameters['resourceGroupName'];
    const scope = group === undefined ? placed.id : `${placed.id}/resourceGroups/${group}`;
    const mayRead = group === undefined ? access.whole : access.mayReadGroup(group);
    if (!mayRead) return forbidden(context, `Microsoft.Authorization/${type}/read`, scope);
    const filter = readFilter(context.call.query('$filter'));
    if (!filter) return armError(400, 'UnsupportedQuery', 'The filter is not supported.');
    const items = rolesAt(placed, context.now).filter(
      (one) =>
        (filter.principalId === undefined || one.principalId === filter.principalId) &&
        (isAt(one.scope, scope) || (!filter.atScopeOnly && isAt(scope, one.scope))),
    );
    return (
      refuse(placed) ??
      paged(
        context,
        items.map((one) => bodyOf(placed, one)),
      )
    );
  });
}

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

/** Does an assignment at `upper` reach `lower`? Scopes outside subscriptions reach them all. */
function isAt(upper: string, lower: string): boolean {
  const above = upper.toLowerCase().replace(/\/$/, '');
  const below = lower.toLowerCase();
  return !above.startsWith('/subscriptions/') || below === above || below.startsWith(`${above}/`);
}

function roleAssignmentBody(placed: PlacedSubscription, role: HeldRole): object {
  return {
    properties: {
      ...roleProperties(placed, role),
      createdOn: created,
      updatedOn: created,
      createdBy: null,
      updatedBy: null,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id: authorizationId(role, 'roleAssignments', role.name),
    type: 'Microsoft.Authorization/roleAssignments',
    name: role.name,
  };
}

function scheduleBody(placed: PlacedSubscription, role: HeldRole): object {
  const { assignmentType, endDateTime } = role;
  const nameOf = (type: string) => stableGuid(type, role.name);
  const idOf = (type: string) => authorizationId(role, type, nameOf(type));
  return {
    properties: {
      ...roleProperties(placed, role),
      roleAssignmentScheduleId: idOf('roleAssignmentSchedules'),
      originRoleAssignmentId: authorizationId(role, 'roleAssignments', role.name),
      status: 'Provisioned',
      startDateTime: created,
      endDateTime,
      linkedRoleEligibilityScheduleId:
        assignmentType === 'Activated' ? idOf('roleEligibilitySchedules') : null,
      assignmentType,
      memberType: 'Direct',
      createdOn: created,
    },
    id: idOf('roleAssignmentScheduleInstances'),
    type: 'Microsoft.Authorization/roleAssignmentScheduleInstances',
    name: nameOf('roleAssignmentScheduleInstances'),
  };
}
