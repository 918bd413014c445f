// One page for the people who run it, built on the same log events as the alerts.

param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'pal-autopilot')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'PAL Autopilot'
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: loadTextContent('../workbook.json')
  }
}

output id string = workbook.id
