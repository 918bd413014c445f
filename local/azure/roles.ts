/** The roles that a customer's own directory gives our service principal. */
import type { Role } from '../estates/estate.ts';
import type { PlacedSubscription } from './estate-view.ts';
import { stableGuid } from './stable-guid.ts';

/** A role as it is held: an assignment of its own name, which goes when its end has come. */
export interface HeldRole extends Role {
  readonly principalId: string;
  /** The assignment's name. */
  readonly name: string;
}

/** Only this directory's own assignments: what Lighthouse grants never shows here. `now` is in milliseconds. */
export function rolesAt({ customer }: PlacedSubscription, now: number): readonly HeldRole[] {
  const { roles = [], objectId: principalId = '' } = customer.servicePrincipal ?? {};
  return roles
    .filter(({ endDateTime }) => endDateTime === null || Date.parse(endDateTime) > now)
    .map((role) => ({
      ...role,
      principalId,
      name: stableGuid(
        'role assignment',
        principalId,
        role.scope.toLowerCase(),
        role.roleDefinitionId.toLowerCase(),
      ),
    }));
}

/** The id of something of Microsoft.Authorization that was made at a role's scope. */
export function authorizationId({ scope }: Role, type: string, name: string): string {
  return `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/${type}/${name}`;
}

/** What lists show of a role, whatever their type. */
export function roleProperties({ id }: PlacedSubscription, role: HeldRole): object {
  const { roleDefinitionId, principalId, scope, condition } = role;
  return {
    roleDefinitionId: roleDefinitionId.startsWith('/')
      ? roleDefinitionId
      : `${id}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`,
    principalId,
    principalType: 'ServicePrincipal',
    scope,
    condition,
    conditionVersion: condition === null ? null : '2.0',
  };
}
