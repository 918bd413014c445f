// Everything PAL Autopilot needs in your own subscription, in one resource group. Compiles offline: no registry modules.
// Identities and app registrations come first, from infra/bootstrap (docs/deploy.md).
targetScope = 'subscription'

@minLength(1)
@maxLength(24)
@description('Short name of this deployment; part of every resource’s name.')
param environmentName string

param location string

@description('Your own tenant: the one customers delegate to.')
param managingTenantId string = tenant().tenantId

@description('The partner location account’s ID: the one links are made to.')
@minLength(4)
@maxLength(10)
param partnerId string

@description('Object id of the linked enterprise application (not of its app registration).')
@minLength(36)
@maxLength(36)
param principalObjectId string

@description('Client id of the linked app registration.')
@minLength(36)
@maxLength(36)
param principalApplicationId string

@description('Client id of the API’s app registration; tokens for anything else are refused.')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('The name customers see of what they delegate, where nothing is delegated yet.')
@minLength(1)
@maxLength(128)
param offerName string = 'Partner admin link'

@description('Object id of the group of your people who may give a delegation back; empty leaves it open in the template.')
param engineersGroupObjectId string = ''

@description('A fresh deployment reads, records and says what it would do. Set to enforce when its first results are right.')
param mode 'observe' | 'enforce' = 'observe'

@description('When the estate is swept: six fields, UTC.')
param sweepSchedule string = '0 0 2 * * *'

@description('When the daily digest of notices is sent: six fields, UTC.')
param digestSchedule string = '0 0 6 * * *'

@description('Further settings by name (docs/settings.md): SWEEP_…, RETRY_…, TRUSTED_SOURCES and so on. A secret goes into a Key Vault, and its reference here.')
param settings object = {}

@description('Object ids of the systems that may put events on the onboarding queue.')
param onboardingSenders string[] = []

@description('People who are told when an alert fires.')
param alertEmails string[] = []

@description('Sends the app’s traces and metrics to the Application Insights that is deployed here; the log goes there in any case.')
param azureMonitor bool = true

@description('Sends them to an OTLP endpoint over HTTP as well, or instead. Empty: to none.')
param otlpEndpoint string = ''

@description('Makes an identity that reads the tenant activity log, so that new delegations are seen within minutes.')
param watchActivityLog bool = false

@description('Storage and queues on private endpoints only. Needs Service Bus Premium, which costs a multiple.')
param privateNetworking bool = false

@description('Used with privateNetworking: at least a /25.')
param addressSpace string = '10.42.0.0/24'

param instanceMemoryMB 512 | 2048 | 4096 = 2048
param maximumInstanceCount int = 40
param alwaysReady { name: string, instanceCount: int }[] = []
param logRetentionDays int = 90

@description('Gigabytes of logs a day after which ingestion stops until the next day; -1 for no cap.')
param logDailyCapGb int = 2

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)
var publicNetworkAccess = privateNetworking ? 'Disabled' : 'Enabled'

// Settings of the product that every deployment chooses; names as in src/lib/config.ts.
var chosenSettings = {
  MODE: mode
  MANAGING_TENANT_ID: managingTenantId
  PARTNER_ID: partnerId
  PRINCIPAL_OBJECT_ID: principalObjectId
  PRINCIPAL_APPLICATION_ID: principalApplicationId
  OFFER_NAME: offerName
  ENGINEERS_GROUP_OBJECT_ID: engineersGroupObjectId
  API_CLIENT_ID: apiClientId
  SWEEP_SCHEDULE: sweepSchedule
  WATCH_SCHEDULE: '0 */5 * * * *'
  DIGEST_SCHEDULE: digestSchedule
  TELEMETRY: join(concat(azureMonitor ? ['azure-monitor'] : [], empty(otlpEndpoint) ? [] : ['otlp']), ',')
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
}

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-pal-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    watchActivityLog: watchActivityLog
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'stpal${token}'
    location: location
    tags: tags
    publicNetworkAccess: publicNetworkAccess
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  params: {
    name: 'sb-pal-${token}'
    location: location
    tags: tags
    publicNetworkAccess: publicNetworkAccess
    sku: privateNetworking ? 'Premium' : 'Standard'
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module access 'modules/access.bicep' = {
  scope: group
  params: {
    storageName: storage.outputs.name
    serviceBusName: serviceBus.outputs.name
    insightsName: monitoring.outputs.insightsName
    runtimePrincipalId: identities.outputs.runtime.principalId
    onboardingSenders: onboardingSenders
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    addressSpace: addressSpace
    storageId: storage.outputs.id
    serviceBusId: serviceBus.outputs.id
  }
}

module functionApp 'modules/function-app.bicep' = {
  scope: group
  // The host reads storage and queues when it starts; without its roles it would start in vain.
  dependsOn: [access]
  params: {
    name: 'func-pal-${token}'
    planName: 'plan-pal-${environmentName}'
    location: location
    tags: tags
    runtimeIdentity: identities.outputs.runtime
    observerIdentity: identities.outputs.observer
    linkerIdentity: identities.outputs.linker
    watcherIdentity: identities.outputs.?watcher
    storageName: storage.outputs.name
    tablesEndpoint: storage.outputs.tablesEndpoint
    deploymentContainer: storage.outputs.deploymentContainer
    serviceBusHostName: serviceBus.outputs.hostName
    insightsConnectionString: monitoring.outputs.connectionString
    settings: union(settings, chosenSettings)
    subnetId: privateNetworking ? network!.outputs.appSubnetId : null
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    serviceBusId: serviceBus.outputs.id
    queueNames: serviceBus.outputs.queueNames
    emails: alertEmails
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output PAL_FUNCTION_APP string = functionApp.outputs.name
output PAL_API_URL string = '${functionApp.outputs.url}/api'
output PAL_SERVICE_BUS string = serviceBus.outputs.hostName
@description('What customers’ delegations have to name as the observer.')
output PAL_OBSERVER_OBJECT_ID string = identities.outputs.observer.principalId
