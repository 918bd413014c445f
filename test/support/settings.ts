/** Settings of an installation in Azure that is right, changed by what is given. */
export function someSettings(
  changes: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  return {
    MANAGING_TENANT_ID: 'aaaaaaaa-0000-4000-8000-000000000001',
    PARTNER_ID: '4681234',
    PRINCIPAL_OBJECT_ID: '0b0b0b0b-0000-4000-8000-000000000001',
    PRINCIPAL_APPLICATION_ID: '0a0a0a0a-0000-4000-8000-000000000001',
    PRINCIPAL_IDENTITY_CLIENT_ID: '0c0c0c0c-0000-4000-8000-000000000001',
    OBSERVER_IDENTITY_CLIENT_ID: '0c0c0c0c-0000-4000-8000-000000000002',
    API_CLIENT_ID: '0a0a0a0a-0000-4000-8000-0000000000a1',
    TABLES_ENDPOINT: 'https://palautopilot.table.core.windows.net',
    ServiceBus__fullyQualifiedNamespace: 'pal-autopilot.servicebus.windows.net',
    ONBOARDING_QUEUE: 'onboarding',
    RECONCILE_QUEUE: 'reconcile',
    SWEEPS_QUEUE: 'sweeps',
    NOTICES_QUEUE: 'notices',
    PARKED_QUEUE: 'parked',
    SWEEP_SCHEDULE: '0 0 2 * * *',
    WATCH_SCHEDULE: '0 */5 * * * *',
    DIGEST_SCHEDULE: '0 0 6 * * *',
    ...changes,
  };
}
