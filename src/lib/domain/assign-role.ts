import type { Instructions } from './instructions.ts';
import { ourRoles } from './role-table.ts';
import type { Scope } from './scope.ts';

/** Our service principal lives in the customer's tenant: it needs a role there, not a delegation. */
export interface AssignRole {
  readonly kind: 'assign-role';
  readonly instructions: Instructions;
}

/** Nobody knows the object to give a role to. */
export interface NoObject {
  readonly kind: 'nothing';
  readonly text: string;
}

const PORTAL = 'https://portal.azure.com';
const SUBSCRIPTIONS = 'blade/Microsoft_Azure_Billing/SubscriptionsBlade';

/** How the customer's owner gives our service principal in their tenant a role that earns. Words for the customer. */
export function assignRole(where: {
  readonly tenantId: string;
  /** Null where we know of no subscription: the commands then leave it to be filled in. */
  readonly scope: Scope | null;
  /** The service principal's object in the customer's tenant; null while we do not know it. */
  readonly objectId: string | null;
}): AssignRole | NoObject {
  const { tenantId, scope, objectId } = where;
  if (objectId === null) {
    return {
      kind: 'nothing',
      text: 'Our application has not been used in this tenant yet, so its object there is not known: the customer has to consent to it first.',
    };
  }
  const role = ourRoles.supportRequestContributor;
  const at = scope?.id ?? '/subscriptions/<subscription id>';
  const place = scope?.id ?? 'each of your subscriptions that we are to look after';
  const blade = scope ? `resource${scope.id}/users` : SUBSCRIPTIONS;
  return {
    kind: 'assign-role',
    instructions: {
      summary: `Please give our service principal ${objectId} the role Support Request Contributor on ${place}, permanently, so that the work we do there is recognised by Microsoft.`,
      before: [{ text: 'You need to be an owner or a user access administrator there.' }],
      ways: [
        {
          by: 'portal',
          steps: [
            {
              text: 'Under Access control (IAM), choose “Add role assignment”, the role Support Request Contributor, and our application as member; leave it permanent.',
              link: `${PORTAL}/#@${tenantId}/${blade}`,
            },
          ],
        },
        {
          by: 'azure-cli',
          steps: [
            {
              text: 'Sign in and assign the role.',
              commands: [
                `az login --tenant ${tenantId}`,
                `az role assignment create --assignee-object-id ${objectId} --assignee-principal-type ServicePrincipal --role ${role} --scope "${at}"`,
              ],
            },
          ],
        },
        {
          by: 'powershell',
          steps: [
            {
              text: 'Sign in and assign the role.',
              commands: [
                `Connect-AzAccount -TenantId ${tenantId}`,
                `New-AzRoleAssignment -ObjectId ${objectId} -RoleDefinitionId ${role} -Scope "${at}"`,
              ],
            },
          ],
        },
      ],
      afterwards: [{ text: 'The next look sees it by itself.' }],
    },
  };
}
