import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeScope } from '../../../src/lib/domain/coverage.ts';
import type { Delegation } from '../../../src/lib/domain/delegation.ts';
import { roleIdOf } from '../../../src/lib/domain/delegation.ts';
import { delegationTemplate, type DelegationTerms } from '../../../src/lib/domain/delegation-template.ts';
import { makeRoleTable } from '../../../src/lib/domain/role-table.ts';
import { resolved } from '../../support/arm-template.ts';
import {
  aDelegation,
  aPrincipal,
  ids,
  resourceGroup,
  roles,
  subscription,
} from '../../support/delegations.ts';

const observer = '0c0c0c0c-0000-4000-8000-000000000001';
const engineers = '0d0d0d0d-0000-4000-8000-000000000001';
const terms: DelegationTerms = {
  managingTenantId: ids.managingTenant,
  offerName: 'Fabrikam managed service',
  linkerObjectId: ids.pal,
  observerObjectId: observer,
  engineersGroupObjectId: engineers,
};

interface Definition {
  readonly properties: {
    readonly registrationDefinitionName: string;
    readonly managedByTenantId: string;
    readonly authorizations: readonly { readonly principalId: string; readonly roleDefinitionId: string }[];
    readonly eligibleAuthorizations?: unknown;
  };
}

/** The definition that Azure would make of a template. */
function definitionOf(template: ReturnType<typeof delegationTemplate>): Definition {
  const { definition } = template.resources as { definition: unknown };
  return resolved(definition, template) as Definition;
}

function deployed({ properties }: Definition, changes: Partial<Delegation> = {}): Delegation {
  return aDelegation({
    managedByTenantId: properties.managedByTenantId,
    offer: properties.registrationDefinitionName,
    authorizations: properties.authorizations.map(({ principalId, roleDefinitionId }) => ({
      principalId,
      principalName: null,
      roleId: roleIdOf(roleDefinitionId),
    })),
    eligibleAuthorizations: [],
    ...changes,
  });
}

const identities = { principal: aPrincipal(), others: [] };
const scopes = [
  ['subscription', null, subscription(1)],
  ['resource group', 'rg-app', resourceGroup(1, 'rg-app')],
] as const;

describe.each(scopes)('the template for a %s', (_, resourceGroupName, scope) => {
  const template = delegationTemplate(terms, resourceGroupName);
  const definition = definitionOf(template);

  it('earns, by our own verdict', () => {
    const own = [deployed(definition, { scope })];

    const coverage = judgeScope(
      { subscriptionState: 'Enabled', own, inherited: [] },
      identities,
      makeRoleTable(),
    );

    expect(coverage).toEqual({
      verdict: 'earning',
      inherited: false,
      roleIds: [roles.supportRequestContributor],
    });
  });

  it('gives each identity its one role, and the right to end the delegation to people alone', () => {
    expect(definition.properties).toMatchObject({
      managedByTenantId: ids.managingTenant,
      registrationDefinitionName: 'Fabrikam managed service',
    });
    expect(
      definition.properties.authorizations.map(({ principalId, roleDefinitionId }) => [
        principalId,
        roleDefinitionId,
      ]),
    ).toEqual([
      [ids.pal, roles.supportRequestContributor],
      [observer, roles.reader],
      [engineers, roles.assignmentDelete],
    ]);
  });

  it('is permanent: just-in-time access earns nothing', () => {
    expect(definition.properties).not.toHaveProperty('eligibleAuthorizations');
  });

  it('leaves nothing for the customer to type', () => {
    const untold = Object.entries(template.parameters).filter(
      ([, { defaultValue }]) => defaultValue === undefined,
    );

    expect(untold).toEqual([]);
  });
});

it('names the group that a resource group’s template delegates', () => {
  const template = delegationTemplate(terms, 'rg-app');

  const { assignment } = template.resources as { assignment: { resourceGroup: string } };
  expect(resolved(assignment.resourceGroup, template)).toBe('rg-app');
});

describe('the policy for a management group', () => {
  const policy = JSON.parse(readFileSync('infra/lighthouse/management-group-policy.json', 'utf8')) as {
    variables: Record<string, unknown>;
    resources: Record<string, { properties: { policyRule: { then: { details: unknown } } } }>;
  };
  const { details } = policy.resources['policy']?.properties.policyRule.then ?? {};

  it('deploys exactly the template for a subscription', () => {
    const { template } = (
      resolved(details, policy, { location: 'westeurope' }) as {
        deployment: { properties: { template: unknown } };
      }
    ).deployment.properties;

    expect(template).toEqual(JSON.parse(readFileSync('infra/lighthouse/subscription.json', 'utf8')));
  });

  it('asks for each of our identities with its role, in a delegation that is ready', () => {
    const delegated = 'Microsoft.ManagedServices/registrationAssignments/registrationDefinition';
    const holds = (parameter: string, role: string) => ({
      count: {
        field: `${delegated}.authorizations[*]`,
        where: {
          allOf: [
            { field: `${delegated}.authorizations[*].principalId`, equals: `[parameters('${parameter}')]` },
            { field: `${delegated}.authorizations[*].roleDefinitionId`, like: `*${role}` },
          ],
        },
      },
      greaterOrEquals: 1,
    });

    expect(resolved(details, policy, { location: 'westeurope' })).toMatchObject({
      type: 'Microsoft.ManagedServices/registrationAssignments',
      existenceCondition: {
        allOf: [
          { field: `${delegated}.managedByTenantId`, equals: "[parameters('managingTenantId')]" },
          {
            field: 'Microsoft.ManagedServices/registrationAssignments/provisioningState',
            equals: 'Succeeded',
          },
          holds('linkerObjectId', roles.supportRequestContributor),
          holds('observerObjectId', roles.reader),
          holds('engineersGroupObjectId', roles.assignmentDelete),
        ],
      },
    });
  });
});
