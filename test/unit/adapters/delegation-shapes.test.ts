/** Shapes as they were recorded (Azure/azure-powershell, Azure/azure-sdk-for-python), and as Resource Graph joins them. */
import { describe, expect, it } from 'vitest';
import {
  assignmentPage,
  delegationOf,
  estateRow,
  factsOf,
  indexedDelegation,
  indexedFacts,
  subscription,
} from '../../../src/lib/adapters/arm/delegation-shapes.ts';

const subscriptionPath = '/subscriptions/002b3477-bfbf-4402-b377-6003168b75d3';
const assignmentId = `${subscriptionPath}/providers/Microsoft.ManagedServices/registrationAssignments/8af8768c-73c2-4993-86ae-7a45c9b232c6`;
const definitionId = `${subscriptionPath}/providers/Microsoft.ManagedServices/registrationDefinitions/1ccdb215-959a-48b9-bd7c-0584d461ea6c`;

/** Recorded in July 2019, with the definition expanded. */
const recordedAssignment = {
  properties: {
    registrationDefinitionId: definitionId,
    provisioningState: 'Succeeded',
    registrationDefinition: {
      properties: {
        registrationDefinitionName: 'Resource display name',
        managedByTenantId: 'bab3375b-6197-4a15-a44b-16c41faa91d7',
        authorizations: [
          {
            principalId: 'd6f6c88a-5b7a-455e-ba40-ce146d4d3671',
            roleDefinitionId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
          },
        ],
        provisioningState: 'Succeeded',
        manageeTenantId: '72f9acbf-86f1-41af-91ab-2d7ef011db47',
        manageeTenantName: 'Microsoft',
        managedByTenantName: 'Default Directory',
      },
      id: definitionId,
      type: 'Microsoft.ManagedServices/registrationDefinitions',
      name: '1ccdb215-959a-48b9-bd7c-0584d461ea6c',
    },
  },
  id: assignmentId,
  type: 'Microsoft.ManagedServices/registrationAssignments',
  name: '8af8768c-73c2-4993-86ae-7a45c9b232c6',
};

/** The recorded assignment with other fields in its definition. */
function anAssignment(definition: object, beside: object = {}, id = assignmentId) {
  const { registrationDefinition } = recordedAssignment.properties;
  return {
    ...recordedAssignment,
    id,
    properties: {
      ...recordedAssignment.properties,
      registrationDefinition: {
        ...registrationDefinition,
        ...beside,
        properties: { ...registrationDefinition.properties, ...definition },
      },
    },
  };
}

const parsed = (...assignments: object[]) =>
  assignmentPage.parse({ value: assignments }).value.map(delegationOf);

describe('a list of assignments', () => {
  it('is read as it was recorded', () => {
    expect(parsed(recordedAssignment)).toEqual([
      {
        id: assignmentId,
        scope: {
          id: subscriptionPath,
          subscriptionId: '002b3477-bfbf-4402-b377-6003168b75d3',
          resourceGroup: null,
        },
        definitionName: '1ccdb215-959a-48b9-bd7c-0584d461ea6c',
        managedByTenantId: 'bab3375b-6197-4a15-a44b-16c41faa91d7',
        offer: 'Resource display name',
        description: null,
        plan: null,
        provisioningState: 'Succeeded',
        authorizations: [
          {
            principalId: 'd6f6c88a-5b7a-455e-ba40-ce146d4d3671',
            principalName: null,
            roleId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
          },
        ],
        eligibleAuthorizations: [],
      },
    ]);
  });

  it('may be empty, as it was recorded', () => {
    expect(assignmentPage.parse({ value: [] })).toEqual({ value: [] });
  });

  it('names the resource group it delegates', () => {
    const id = `${subscriptionPath}/resourceGroups/Web/providers/Microsoft.ManagedServices/registrationAssignments/1`;

    expect(parsed(anAssignment({}, {}, id))).toMatchObject([{ scope: { resourceGroup: 'Web' } }]);
  });

  it('keeps what deploying the definition again must not lose', () => {
    const grant = {
      principalId: 'd6f6c88a-5b7a-455e-ba40-ce146d4d3671',
      roleDefinitionId: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    };
    const justInTimeAccessPolicy = { multiFactorAuthProvider: 'Azure', maximumActivationDuration: 'PT8H' };
    const definition = {
      description: 'Managed',
      authorizations: [{ ...grant, delegatedRoleDefinitionIds: ['B24988AC-6180-42a0-ab88-20f7382dd24c'] }],
      eligibleAuthorizations: [{ ...grant, justInTimeAccessPolicy }],
    };

    expect(parsed(anAssignment(definition))).toMatchObject([
      {
        description: 'Managed',
        authorizations: [{ delegatedRoleIds: ['b24988ac-6180-42a0-ab88-20f7382dd24c'] }],
        eligibleAuthorizations: [{ justInTimeAccessPolicy }],
      },
    ]);
  });

  it('never counts delegated role ids as roles', () => {
    const authorizations = [
      {
        principalId: 'D6F6C88A-5b7a-455e-ba40-ce146d4d3671',
        principalIdDisplayName: 'Operators',
        roleDefinitionId:
          '/providers/Microsoft.Authorization/roleDefinitions/18D7D88D-d35e-4fb5-a5c3-7773c20a72d9',
        delegatedRoleDefinitionIds: ['b24988ac-6180-42a0-ab88-20f7382dd24c'],
      },
    ];

    expect(parsed(anAssignment({ authorizations }))).toMatchObject([
      {
        authorizations: [
          {
            principalId: 'd6f6c88a-5b7a-455e-ba40-ce146d4d3671',
            principalName: 'Operators',
            roleId: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
          },
        ],
      },
    ]);
  });

  it('keeps just-in-time grants apart', () => {
    const eligibleAuthorizations = [
      {
        principalId: 'd6f6c88a-5b7a-455e-ba40-ce146d4d3671',
        roleDefinitionId: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
        justInTimeAccessPolicy: { multiFactorAuthProvider: 'Azure', maximumActivationDuration: 'PT8H' },
      },
    ];

    expect(parsed(anAssignment({ authorizations: [], eligibleAuthorizations }))).toMatchObject([
      { authorizations: [], eligibleAuthorizations: [{ roleId: 'b24988ac-6180-42a0-ab88-20f7382dd24c' }] },
    ]);
  });

  it.each<[string, object, object | null]>([
    [
      'with a plan is from the marketplace',
      { plan: { name: 'gold', product: 'msp', publisher: 'fabrikam', version: '2.0.1', promotionCode: 'x' } },
      { name: 'gold', product: 'msp', publisher: 'fabrikam', version: '2.0.1' },
    ],
    [
      'with a plan of which nothing can be read is so, too',
      { plan: { name: 7 } },
      { name: null, product: null, publisher: null, version: null },
    ],
    ['without a plan is not', {}, null],
    ['with a plan that is null is not', { plan: null }, null],
    ['with a plan that is no plan is not', { plan: 'gold' }, null],
  ])('an offer %s', (_, beside, plan) => {
    expect(parsed(anAssignment({}, beside))).toMatchObject([{ plan }]);
  });

  it('leaves out what lies in no subscription', () => {
    const id = '/providers/Microsoft.ManagedServices/registrationAssignments/1';

    expect(parsed(anAssignment({}, {}, id))).toEqual([null]);
  });

  it('takes a state it is not told for one that is not ready', () => {
    const { provisioningState: _state, ...properties } = recordedAssignment.properties;

    expect(parsed({ ...recordedAssignment, properties })).toMatchObject([
      { provisioningState: 'NotSpecified' },
    ]);
  });

  it('is refused where a definition was not expanded', () => {
    const properties = { registrationDefinitionId: definitionId, provisioningState: 'Succeeded' };

    expect(assignmentPage.safeParse({ value: [{ id: assignmentId, properties }] }).success).toBe(false);
  });
});

describe('a subscription', () => {
  const recorded = {
    id: '/subscriptions/8cff5c8a-98f3-44ad-b300-2d44716c802c',
    authorizationSource: 'RoleBased',
    managedByTenants: [{ tenantId: 'BAB3375B-6197-4a15-a44b-16c41faa91d7' }],
    subscriptionId: '8CFF5C8A-98f3-44ad-b300-2d44716c802c',
    tenantId: '72F9ACBF-86f1-41af-91ab-2d7ef011db47',
    displayName: 'Service 360 Test',
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Internal_2014-09-01',
      quotaId: 'Internal_2014-09-01',
      spendingLimit: 'Off',
    },
  };

  it('is read as it was recorded, its ids in lower case', () => {
    expect(factsOf(subscription.parse(recorded))).toEqual({
      subscriptionId: '8cff5c8a-98f3-44ad-b300-2d44716c802c',
      tenantId: '72f9acbf-86f1-41af-91ab-2d7ef011db47',
      displayName: 'Service 360 Test',
      state: 'Enabled',
      quotaId: 'Internal_2014-09-01',
      managedByTenantIds: ['bab3375b-6197-4a15-a44b-16c41faa91d7'],
    });
  });

  it('may lack what is not needed', () => {
    const { managedByTenants: _managed, subscriptionPolicies: _policies, ...rest } = recorded;

    expect(factsOf(subscription.parse(rest))).toMatchObject({ quotaId: null, managedByTenantIds: [] });
  });
});

describe('a row of the index', () => {
  const { registrationDefinition, ...assignmentProperties } = recordedAssignment.properties;
  const row = {
    id: subscriptionPath,
    subscriptionId: '002B3477-bfbf-4402-b377-6003168b75d3',
    tenantId: '72f9acbf-86f1-41af-91ab-2d7ef011db47',
    name: 'Prod',
    subscriptionProperties: {
      state: 'Warned',
      subscriptionPolicies: { quotaId: 'CSP_2015-05-01' },
      managedByTenants: [{ tenantId: 'bab3375b-6197-4a15-a44b-16c41faa91d7' }],
    },
    assignmentId: assignmentId.toLowerCase(),
    assignmentProperties,
    definitionProperties: registrationDefinition.properties,
    definitionPlan: null,
  };

  it('tells the same delegation as a direct read', () => {
    const direct = parsed(recordedAssignment)[0];

    expect(indexedDelegation(estateRow.parse(row))).toEqual({ ...direct, id: assignmentId.toLowerCase() });
  });

  it('tells the facts of its subscription', () => {
    expect(indexedFacts(estateRow.parse(row))).toEqual({
      subscriptionId: '002b3477-bfbf-4402-b377-6003168b75d3',
      tenantId: '72f9acbf-86f1-41af-91ab-2d7ef011db47',
      displayName: 'Prod',
      state: 'Warned',
      quotaId: 'CSP_2015-05-01',
      managedByTenantIds: ['bab3375b-6197-4a15-a44b-16c41faa91d7'],
    });
  });

  it.each<[string, object]>([
    ['no assignment', { assignmentId: null, assignmentProperties: null, definitionProperties: null }],
    ['an empty assignment, as the join may leave it', { assignmentId: '', definitionProperties: null }],
    ['an assignment whose definition is not indexed yet', { definitionProperties: null }],
  ])('with %s tells no delegation', (_, changes) => {
    expect(indexedDelegation(estateRow.parse({ ...row, ...changes }))).toBeNull();
  });
});
