import type { Authorization, EligibleAuthorization } from './delegation.ts';
import type { Scope } from './scope.ts';

/** A definition as it is to be, and where it is assigned. */
export interface ProposedDefinition {
  /** GUID of the live definition, so that it is replaced in place; null for a new one, named by its offer. */
  readonly definitionName: string | null;
  /** GUID of the live assignment; null for a new one. */
  readonly assignmentName: string | null;
  readonly offer: string;
  readonly description: string | null;
  readonly managingTenantId: string;
  readonly scope: Scope;
  readonly authorizations: readonly Authorization[];
  readonly eligibleAuthorizations: readonly EligibleAuthorization[];
}

const API_VERSION = '2022-10-01';

/**
 * The template a customer deploys at the subscription: the whole definition, with every value in it, and its assignment.
 * (Source: the Microsoft.ManagedServices contract of 2022-10-01, and Azure Lighthouse, “Onboard a customer”.)
 */
export function deploymentTemplate(proposed: ProposedDefinition): object {
  const { offer, scope } = proposed;
  const definition = proposed.definitionName ?? `[guid('${quoted(offer)}', '${proposed.managingTenantId}')]`;
  const assignment =
    proposed.assignmentName ??
    `[guid('${quoted(offer)}', '${proposed.managingTenantId}', '${quoted(scope.id)}')]`;
  const definitionId = `[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', ${nameIn(definition)})]`;
  const assigned = {
    type: 'Microsoft.ManagedServices/registrationAssignments',
    apiVersion: API_VERSION,
    name: assignment,
    properties: { registrationDefinitionId: definitionId },
  };
  return {
    $schema: 'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.ManagedServices/registrationDefinitions',
        apiVersion: API_VERSION,
        name: definition,
        properties: {
          registrationDefinitionName: literal(offer),
          ...(proposed.description ? { description: literal(proposed.description) } : {}),
          managedByTenantId: proposed.managingTenantId,
          authorizations: proposed.authorizations.map(written),
          ...(proposed.eligibleAuthorizations.length > 0
            ? { eligibleAuthorizations: proposed.eligibleAuthorizations.map(writtenEligible) }
            : {}),
        },
      },
      scope.resourceGroup === null
        ? { ...assigned, dependsOn: [definitionId] }
        : {
            type: 'Microsoft.Resources/deployments',
            apiVersion: '2022-09-01',
            name: 'lighthouse-assignment',
            resourceGroup: scope.resourceGroup,
            dependsOn: [definitionId],
            properties: {
              mode: 'Incremental',
              template: {
                $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
                contentVersion: '1.0.0.0',
                resources: [assigned],
              },
            },
          },
    ],
  };
}

function written({ principalId, principalName, roleId, delegatedRoleIds }: Authorization) {
  return {
    principalId,
    ...(principalName ? { principalIdDisplayName: literal(principalName) } : {}),
    roleDefinitionId: roleId,
    ...(delegatedRoleIds ? { delegatedRoleDefinitionIds: delegatedRoleIds } : {}),
  };
}

function writtenEligible(grant: EligibleAuthorization) {
  const { justInTimeAccessPolicy } = grant;
  return { ...written(grant), ...(justInTimeAccessPolicy ? { justInTimeAccessPolicy } : {}) };
}

/** Text in a template that begins with a bracket would be taken for an expression. */
export function literal(text: string): string {
  return text.startsWith('[') ? `[${text}` : text;
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

/** A resource's name inside an expression: the expression it is, or the text in quotes. */
function nameIn(name: string): string {
  return name.startsWith('[') ? name.slice(1, -1) : `'${name}'`;
}
