// Delegates every subscription of a management group, those of today (by a remediation task) and those to come. It asks
// for our identities with our roles, not merely for any delegation to the partner, so an older offer that lacks them
// is not taken for enough. The customer deploys it: az deployment mg create.
targetScope = 'managementGroup'

import { linkerRole, observerRole, engineersRole } from 'roles.bicep'

@description('The partner’s own tenant.')
@minLength(36)
@maxLength(36)
param managingTenantId string

@description('What the customer sees in the portal. Deployed again under the same name it replaces what was delegated.')
@minLength(1)
param offerName string

@description('What the customer is told the access is for.')
param offerDescription string = 'Keeps the partner’s link to this subscription proven. Opens support requests; reads configuration; no access to data.'

@description('Object id of the linked enterprise application.')
@minLength(36)
@maxLength(36)
param linkerObjectId string

@description('Object id of the observer’s managed identity.')
@minLength(36)
@maxLength(36)
param observerObjectId string

@description('Object id of the partner’s group of engineers who may give the access back.')
@minLength(36)
@maxLength(36)
param engineersGroupObjectId string

@description('Where the policy’s own identity and its deployments are recorded.')
param location string = deployment().location

// Only Owner may write a delegation. The identity belongs to this policy, in the customer’s tenant.
var owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
// The aliases of an assignment that shows its definition: what is delegated, not what merely is defined.
var assignments = 'Microsoft.ManagedServices/registrationAssignments'
var delegated = '${assignments}/registrationDefinition'

// Exactly the template that delegates one subscription.
var subscriptionTemplate = loadJsonContent('subscription.json')

resource policy 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: guid(managingTenantId, offerName, 'delegation')
  properties: {
    displayName: 'Delegate subscriptions: ${offerName}'
    description: offerDescription
    policyType: 'Custom'
    mode: 'All'
    metadata: { category: 'Lighthouse' }
    parameters: {
      managingTenantId: { type: 'String' }
      offerName: { type: 'String' }
      offerDescription: { type: 'String' }
      linkerObjectId: { type: 'String' }
      observerObjectId: { type: 'String' }
      engineersGroupObjectId: { type: 'String' }
    }
    policyRule: {
      if: { field: 'type', equals: 'Microsoft.Resources/subscriptions' }
      then: {
        effect: 'deployIfNotExists'
        details: {
          type: assignments
          deploymentScope: 'subscription'
          existenceScope: 'subscription'
          roleDefinitionIds: ['/providers/Microsoft.Authorization/roleDefinitions/${owner}']
          existenceCondition: {
            // Azure reports a role as a bare id, or as a resource id that ends in it.
            allOf: [
              { field: '${delegated}.managedByTenantId', equals: '[parameters(\'managingTenantId\')]' }
              { field: '${assignments}/provisioningState', equals: 'Succeeded' }
              {
                count: {
                  field: '${delegated}.authorizations[*]'
                  where: {
                    allOf: [
                      {
                        field: '${delegated}.authorizations[*].principalId'
                        equals: '[parameters(\'linkerObjectId\')]'
                      }
                      { field: '${delegated}.authorizations[*].roleDefinitionId', like: '*${linkerRole}' }
                    ]
                  }
                }
                greaterOrEquals: 1
              }
              {
                count: {
                  field: '${delegated}.authorizations[*]'
                  where: {
                    allOf: [
                      {
                        field: '${delegated}.authorizations[*].principalId'
                        equals: '[parameters(\'observerObjectId\')]'
                      }
                      { field: '${delegated}.authorizations[*].roleDefinitionId', like: '*${observerRole}' }
                    ]
                  }
                }
                greaterOrEquals: 1
              }
              {
                count: {
                  field: '${delegated}.authorizations[*]'
                  where: {
                    allOf: [
                      {
                        field: '${delegated}.authorizations[*].principalId'
                        equals: '[parameters(\'engineersGroupObjectId\')]'
                      }
                      { field: '${delegated}.authorizations[*].roleDefinitionId', like: '*${engineersRole}' }
                    ]
                  }
                }
                greaterOrEquals: 1
              }
            ]
          }
          deployment: {
            location: location
            properties: {
              mode: 'incremental'
              parameters: {
                managingTenantId: { value: '[parameters(\'managingTenantId\')]' }
                offerName: { value: '[parameters(\'offerName\')]' }
                offerDescription: { value: '[parameters(\'offerDescription\')]' }
                linkerObjectId: { value: '[parameters(\'linkerObjectId\')]' }
                observerObjectId: { value: '[parameters(\'observerObjectId\')]' }
                engineersGroupObjectId: { value: '[parameters(\'engineersGroupObjectId\')]' }
              }
              template: subscriptionTemplate
            }
          }
        }
      }
    }
  }
}

resource assignment 'Microsoft.Authorization/policyAssignments@2023-04-01' = {
  // At a management group a name has at most 24 characters.
  name: 'pal-${uniqueString(managingTenantId, offerName)}'
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {
    displayName: 'Delegate subscriptions: ${offerName}'
    policyDefinitionId: policy.id
    parameters: {
      managingTenantId: { value: managingTenantId }
      offerName: { value: offerName }
      offerDescription: { value: offerDescription }
      linkerObjectId: { value: linkerObjectId }
      observerObjectId: { value: observerObjectId }
      engineersGroupObjectId: { value: engineersGroupObjectId }
    }
  }
}

resource mayDelegate 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, assignment.id, owner)
  properties: {
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', owner)
    principalId: assignment.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

output policyAssignmentId string = assignment.id
