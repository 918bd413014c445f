// Read by azd from its environment (azd env set NAME VALUE); docs/deploy.md names every one.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param partnerId = readEnvironmentVariable('PAL_PARTNER_ID')
param principalObjectId = readEnvironmentVariable('PAL_PRINCIPAL_OBJECT_ID')
param principalApplicationId = readEnvironmentVariable('PAL_PRINCIPAL_APPLICATION_ID')
param apiClientId = readEnvironmentVariable('PAL_API_CLIENT_ID')

param offerName = readEnvironmentVariable('PAL_OFFER_NAME', 'Partner admin link')
param engineersGroupObjectId = readEnvironmentVariable('PAL_ENGINEERS_GROUP_OBJECT_ID', '')
param mode = readEnvironmentVariable('PAL_MODE', 'observe')
param sweepSchedule = readEnvironmentVariable('PAL_SWEEP_SCHEDULE', '0 0 2 * * *')
param digestSchedule = readEnvironmentVariable('PAL_DIGEST_SCHEDULE', '0 0 6 * * *')
param settings = json(readEnvironmentVariable('PAL_SETTINGS', '{}'))
param onboardingSenders = json(readEnvironmentVariable('PAL_ONBOARDING_SENDERS', '[]'))
param alertEmails = json(readEnvironmentVariable('PAL_ALERT_EMAILS', '[]'))
param azureMonitor = bool(readEnvironmentVariable('PAL_AZURE_MONITOR', 'true'))
param otlpEndpoint = readEnvironmentVariable('PAL_OTLP_ENDPOINT', '')
param watchActivityLog = bool(readEnvironmentVariable('PAL_WATCH_ACTIVITY_LOG', 'false'))
param privateNetworking = bool(readEnvironmentVariable('PAL_PRIVATE_NETWORKING', 'false'))
