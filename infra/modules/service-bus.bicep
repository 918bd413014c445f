// The five queues. Their properties live in queues.json alone, which the local broker and the tests read too.

param name string
param location string
param tags object
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Standard has all the product needs. Private endpoints need Premium.')
param sku 'Standard' | 'Premium'

var queues = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: sku == 'Premium' ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for item in items(queues): {
    parent: namespace
    name: item.key
    properties: {
      lockDuration: item.value.lockDuration
      maxDeliveryCount: item.value.maxDeliveryCount
      defaultMessageTimeToLive: item.value.defaultMessageTimeToLive
      // What runs out of time is not lost: it is dead-lettered, and kept where people find it.
      deadLetteringOnMessageExpiration: true
      requiresSession: false
      requiresDuplicateDetection: item.value.?duplicateDetectionHistoryTimeWindow != null
      ...(item.value.?duplicateDetectionHistoryTimeWindow == null
        ? {}
        : { duplicateDetectionHistoryTimeWindow: item.value.?duplicateDetectionHistoryTimeWindow })
    }
  }
]

output id string = namespace.id
output name string = namespace.name
output hostName string = '${namespace.name}.servicebus.windows.net'
output queueNames string[] = [for item in items(queues): item.key]
