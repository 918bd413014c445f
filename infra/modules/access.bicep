// What the identities may do here, and nothing more. Only the runtime holds roles; the observer’s and the linker’s come
// from customers’ delegations.

param storageName string
param serviceBusName string
param insightsName string
param runtimePrincipalId string

@description('Object ids of the systems that may put events on the onboarding queue, and do nothing else.')
param onboardingSenders string[]

var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  serviceBusReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName

  resource onboarding 'queues' existing = {
    name: 'onboarding'
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// The host keeps its leases, its keys and the deployed package in blobs; the ledger is tables.
resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.blobDataOwner, roles.tableDataContributor]: {
    name: guid(storage.id, runtimePrincipalId, role)
    scope: storage
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: runtimePrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

// It takes from all five queues, and sends to all five: a redriven message goes back to where it came from.
resource onQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.serviceBusReceiver, roles.serviceBusSender]: {
    name: guid(namespace.id, runtimePrincipalId, role)
    scope: namespace
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: runtimePrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, runtimePrincipalId, roles.metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.metricsPublisher)
    principalId: runtimePrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource forSenders 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for sender in onboardingSenders: {
    name: guid(namespace::onboarding.id, sender, roles.serviceBusSender)
    scope: namespace::onboarding
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusSender)
      principalId: sender
    }
  }
]
