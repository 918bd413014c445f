// One account: the ledger's tables, the host's own blobs, and the container that deployments land in. Keys are off.

param name string
param location string
param tags object
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('The container the deployment package is put into.')
var deployments = 'deployments'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource packages 'containers' = {
      name: deployments
      properties: { publicAccess: 'None' }
    }
  }

  // The tables themselves are made by the app when it first writes.
  resource tables 'tableServices' = {
    name: 'default'
  }
}

output id string = account.id
output name string = account.name
output tablesEndpoint string = account.properties.primaryEndpoints.table
output deploymentContainer string = '${account.properties.primaryEndpoints.blob}${deployments}'
