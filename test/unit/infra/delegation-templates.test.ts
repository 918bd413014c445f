import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeScope } from '../../../src/lib/domain/coverage.ts';
import { roleIdOf, type Delegation } from '../../../src/lib/domain/delegation.ts';
import type { DelegationTemplate, DelegationTerms } from '../../../src/lib/domain/delegation-template.ts';
import { proposeRemedy } from '../../../src/lib/domain/remedy.ts';
import { makeRoleTable } from '../../../src/lib/domain/role-table.ts';
import type { Scope } from '../../../src/lib/domain/scope.ts';
import { resolved } from '../../support/arm-template.ts';
import {
  aDelegation,
  aPrincipal,
  ids,
  resourceGroup,
  roles,
  subscription,
} from '../../support/delegations.ts';

const identities = { principal: aPrincipal(), others: [] };
const observer = '0c0c0c0c-0000-4000-8000-000000000001';
const engineers = '0d0d0d0d-0000-4000-8000-000000000001';
const terms = {
  managingTenantId: ids.managingTenant,
  offerName: 'Fabrikam managed service',
  linkerObjectId: ids.pal,
  observerObjectId: observer,
  engineersGroupObjectId: engineers,
} satisfies DelegationTerms;

/** What the product hands out for a scope on which nothing is delegated. */
function handedOut(scope: Scope, changes: Partial<DelegationTerms> = {}) {
  const remedy = proposeRemedy({
    ...{ tenantId: ids.customer, scope, subscriptionState: 'Enabled', delegations: [], identities },
    roles: makeRoleTable(),
    terms: { ...terms, ...changes },
  });
  if (remedy.kind !== 'delegate') throw new Error(`It proposes to ${remedy.kind}.`);
  return remedy;
}

interface Definition {
  readonly properties: {
    readonly registrationDefinitionName: string;
    readonly managedByTenantId: string;
    readonly authorizations: readonly {
      readonly principalId: string;
      readonly principalIdDisplayName: string;
      readonly roleDefinitionId: string;
    }[];
    readonly eligibleAuthorizations?: unknown;
  };
}

/** The definition that Azure would make of a template. */
function definitionOf(template: DelegationTemplate): Definition {
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

const scopes = [
  ['subscription', 'subscription.json', subscription(1)],
  ['resource group', 'resource-group.json', resourceGroup(1, 'rg-app')],
] as const;

describe.each(scopes)('the template for a %s', (_, file, scope) => {
  const { template, diff } = handedOut(scope);
  const definition = definitionOf(template);

  it('is the published one, but for the values in it', () => {
    const published = JSON.parse(readFileSync(`infra/lighthouse/${file}`, 'utf8')) as DelegationTemplate;
    const values: Record<string, string> = { ...terms, resourceGroupName: 'rg-app' };

    const filled: DelegationTemplate['parameters'] = Object.fromEntries(
      Object.entries(published.parameters).map(([name, parameter]) => [
        name,
        { ...parameter, ...(values[name] ? { defaultValue: values[name] } : {}) },
      ]),
    );
    expect(template).toEqual({ ...published, parameters: filled });
  });

  it('grants what is said of it', () => {
    const granted = definition.properties.authorizations.map(
      ({ principalId, principalIdDisplayName, roleDefinitionId }) => ({
        principalId,
        principalName: principalIdDisplayName,
        roleId: roleIdOf(roleDefinitionId),
      }),
    );

    expect(diff).toEqual({ kept: [], added: granted, removed: [] });
  });

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
  const { template } = handedOut(resourceGroup(1, 'rg-app'));

  const { assignment } = template.resources as { assignment: { resourceGroup: string } };
  expect(resolved(assignment.resourceGroup, template)).toBe('rg-app');
});

it('takes an offer’s name for what it is, however it begins', () => {
  const { template } = handedOut(subscription(1), { offerName: '[Fabrikam]' });

  expect(definitionOf(template).properties.registrationDefinitionName).toBe('[Fabrikam]');
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
