// Each alert is a page of docs/operate.md. Log rules read the product’s own events (src/lib/domain/log.ts), which are
// written as “<event> <JSON>”.

param environmentName string
param location string
param tags object
param workspaceId string
param serviceBusId string
param queueNames string[]
param emails string[]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-pal-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'PAL'
    enabled: true
    emailReceivers: [
      for (address, index) in emails: {
        name: 'person ${index + 1}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

// The app empties dead-letter queues into its ledger at once, so what lies there for a quarter of an hour says that the
// app does not run. The metric is a gauge: its smallest value in the window, never its total.
resource stuck 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'pal-dead-letters-stuck'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages lie in a dead-letter queue and nobody keeps them: the app is not running, or cannot write its ledger.'
    severity: 1
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: queueNames }]
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

type rule = {
  name: string
  description: string
  severity: 0 | 1 | 2 | 3 | 4
  query: string
  evaluationFrequency: 'PT15M' | 'PT1H'
  windowSize: 'PT15M' | 'PT1H' | 'P2D'
}

var rules rule[] = [
  {
    name: 'pal-message-parked'
    description: 'A message could not be processed; it is kept whole, with its reason, until somebody redrives or discards it.'
    severity: 2
    query: 'AppTraces | where Message startswith "message.kept "'
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
  }
  {
    name: 'pal-no-finished-sweep'
    description: 'No sweep of the estate has finished for 26 hours: what is shown grows old, and what stopped earning is not seen.'
    severity: 1
    query: 'AppTraces | where Message startswith "sweep.finished " | summarize last = max(TimeGenerated) | where isnull(last) or last < ago(26h)'
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
  }
  {
    name: 'pal-passes-failing'
    description: 'More than a fifth of the looks at tenants and links failed within an hour.'
    severity: 2
    query: 'AppTraces | where Message startswith "pass.finished " | extend outcome = tostring(parse_json(substring(Message, 14)).outcome), kind = tostring(parse_json(substring(Message, 14)).failureKind) | where kind != "throttled" | summarize failed = countif(outcome == "failed"), all = count() | where failed >= 5 and failed * 5 > all'
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
  }
  {
    name: 'pal-functions-failing'
    description: 'Functions ended with an error that they did not expect; messages are delivered again.'
    severity: 2
    query: 'AppRequests | where Success == false | summarize failed = count() | where failed >= 5'
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
  }
  {
    name: 'pal-gap-opened'
    description: 'A scope or a link stopped earning, and the loss is proven.'
    severity: 2
    query: 'AppTraces | where Message startswith "gap.opened "'
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
  }
  {
    name: 'pal-sweep-held'
    description: 'A sweep saw so much bad news at once that it holds it back until somebody confirms it, or the next sweep agrees.'
    severity: 2
    query: 'AppTraces | where Message startswith "sweep.held "'
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
  }
]

resource logRule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for item in rules: {
    name: item.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: item.name
      description: item.description
      severity: item.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: item.evaluationFrequency
      windowSize: item.windowSize
      criteria: {
        allOf: [
          {
            query: item.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      // The tables come into being with the first log line, after this deployment.
      skipQueryValidation: true
      actions: { actionGroups: [people.id] }
    }
  }
]
