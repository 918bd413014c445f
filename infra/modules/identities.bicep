// The identities that live beside the app. None of them has a secret, and none holds a role here but the runtime.
// The bootstrap script makes them first, under the same names, because the app registration trusts one of them.

param environmentName string
param location string
param tags object

@description('Whether an identity for reading the tenant activity log is made as well.')
param watchActivityLog bool

@description('Runs the app: its queues, its tables, its telemetry.')
resource runtime 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-pal-runtime-${environmentName}'
  location: location
  tags: tags
}

@description('Reads customers’ estates through their delegations. Writes nothing, anywhere.')
resource observer 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-pal-observer-${environmentName}'
  location: location
  tags: tags
}

@description('Signs in as the linked application, by its federated credential. Holds no role of its own.')
resource linker 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-pal-linker-${environmentName}'
  location: location
  tags: tags
}

@description('Reads the tenant activity log, and no customer.')
resource watcher 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = if (watchActivityLog) {
  name: 'id-pal-watcher-${environmentName}'
  location: location
  tags: tags
}

type identity = {
  id: string
  clientId: string
  principalId: string
}

output runtime identity = {
  id: runtime.id
  clientId: runtime.properties.clientId
  principalId: runtime.properties.principalId
}
output observer identity = {
  id: observer.id
  clientId: observer.properties.clientId
  principalId: observer.properties.principalId
}
output linker identity = {
  id: linker.id
  clientId: linker.properties.clientId
  principalId: linker.properties.principalId
}
output watcher identity? = watchActivityLog
  ? {
      id: watcher!.id
      clientId: watcher!.properties.clientId
      principalId: watcher!.properties.principalId
    }
  : null
