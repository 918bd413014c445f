// The app on Flex Consumption. Its settings are the ones src/lib/config.ts reads, and what the host itself needs; a test
// holds the lists together. No setting holds a secret.

param name string
param planName string
param location string
param tags object

param runtimeIdentity { id: string, clientId: string, principalId: string }
param observerIdentity { id: string, clientId: string, principalId: string }
param linkerIdentity { id: string, clientId: string, principalId: string }
param watcherIdentity { id: string, clientId: string, principalId: string }?

param storageName string
param tablesEndpoint string
param deploymentContainer string
param serviceBusHostName string
param insightsConnectionString string

@description('The settings of the product that a deployment chooses; names as in config.ts.')
param settings object

@description('Null, or the subnet through which private endpoints are reached.')
param subnetId string?

param instanceMemoryMB 512 | 2048 | 4096
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('Functions that are kept warm, as {name, instanceCount}; an idle queue otherwise takes up to two minutes to wake.')
param alwaysReady { name: string, instanceCount: int }[]

// What the Functions host reads. On Flex Consumption the runtime is chosen below, and nothing else belongs here.
var hostSettings = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: runtimeIdentity.clientId
  ServiceBus__credential: 'managedidentity'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${runtimeIdentity.clientId};Authorization=AAD'
}

// What the product reads, as far as it follows from what is deployed; main.bicep adds what people choose.
var ownSettings = {
  ServiceBus__fullyQualifiedNamespace: serviceBusHostName
  ServiceBus__clientId: runtimeIdentity.clientId
  ONBOARDING_QUEUE: 'onboarding'
  RECONCILE_QUEUE: 'reconcile'
  SWEEPS_QUEUE: 'sweeps'
  NOTICES_QUEUE: 'notices'
  PARKED_QUEUE: 'parked'
  TABLES_ENDPOINT: tablesEndpoint
  TABLES_IDENTITY_CLIENT_ID: runtimeIdentity.clientId
  PRINCIPAL_CREDENTIAL: 'federated'
  PRINCIPAL_IDENTITY_CLIENT_ID: linkerIdentity.clientId
  OBSERVER_IDENTITY_CLIENT_ID: observerIdentity.clientId
  OBSERVER_OBJECT_ID: observerIdentity.principalId
}

// Without this one the app watches no activity log.
var watcherSettings = watcherIdentity == null ? {} : { WATCHER_IDENTITY_CLIENT_ID: watcherIdentity!.clientId }

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: toObject(
      filter([runtimeIdentity.id, observerIdentity.id, linkerIdentity.id, watcherIdentity.?id], id => id != null),
      id => id!,
      _ => {}
    )
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    // Settings may be Key Vault references; the vault grants this identity Key Vault Secrets User.
    keyVaultReferenceIdentity: runtimeIdentity.id
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: runtimeIdentity.id
          }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      hostSettings,
      ownSettings,
      watcherSettings,
      { PUBLIC_URL: 'https://${site.properties.defaultHostName}' },
      settings
    )
  }

  // The app verifies tokens itself: it needs the caller’s roles, answers problem+json, and trusts no header that a
  // caller could forge. App Service authentication in front would add such headers and a second, looser gate.
  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: { platform: { enabled: false } }
  }

  // Deployments sign in with Entra; there is no password to steal.
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noDeploymentPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = site.name
output url string = 'https://${site.properties.defaultHostName}'
