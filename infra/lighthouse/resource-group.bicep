// Delegates one resource group. Still deployed at its subscription, because the definition lives there.
targetScope = 'subscription'

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

@description('The resource group to delegate.')
@minLength(1)
param resourceGroupName string

// All permanent: just-in-time access earns nothing. The delete role goes to people alone, so that no stolen program
// identity can end a delegation.
var authorizations = [
  {
    principalId: linkerObjectId
    principalIdDisplayName: 'PAL Autopilot: linked identity'
    roleDefinitionId: linkerRole
  }
  {
    principalId: observerObjectId
    principalIdDisplayName: 'PAL Autopilot: observer'
    roleDefinitionId: observerRole
  }
  {
    principalId: engineersGroupObjectId
    principalIdDisplayName: 'Engineers who may remove this delegation'
    roleDefinitionId: engineersRole
  }
]

resource definition 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid(managingTenantId, offerName)
  properties: {
    registrationDefinitionName: offerName
    description: offerDescription
    managedByTenantId: managingTenantId
    authorizations: authorizations
  }
}

module assignment 'resource-group-assignment.bicep' = {
  scope: resourceGroup(resourceGroupName)
  params: {
    name: guid(managingTenantId, offerName, resourceGroupName)
    registrationDefinitionId: definition.id
  }
}

output assignmentId string = assignment.outputs.id
