import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { deployedSettings } from '../../../infra/app-settings.ts';
import { loadConfig, settings } from '../../../src/lib/config.ts';

/** Every other setting has a default, and is left to the operator (parameter `settings`), but for these. */
const localOnly = ['LOCAL_STACK', 'ARM_ENDPOINT', 'AUTHORITY_HOST', 'TABLES_CONNECTION_STRING', 'ServiceBus'];

const { host, own, chosen, sometimes } = deployedSettings();
const deployed = [...own, ...chosen];
const anId = '0b0b0b0b-0000-4000-8000-000000000001';
const hostOnly =
  /^(AzureWebJobsStorage__(accountName|credential|clientId)|ServiceBus__credential|APPLICATIONINSIGHTS_\w+)$/;

it('deploys every setting that has no default, and none that the app does not read', () => {
  const placed = [...deployed, ...sometimes];

  expect({
    missing: settings.filter(({ name, required }) => required && !placed.includes(name)),
    unknownToTheApp: placed.filter((name) => !settings.some((setting) => setting.name === name)),
    localOnly: placed.filter((name) => localOnly.includes(name)),
    twice: placed.filter((name, index) => placed.indexOf(name) !== index),
  }).toEqual({ missing: [], unknownToTheApp: [], localOnly: [], twice: [] });
});

it('gives the host what it needs to reach storage, queues and Application Insights, and nothing else', () => {
  expect(host).toHaveLength(6);
  expect(host.filter((name) => !hostOnly.test(name))).toEqual([]);
});

it('tells the app its own address', () => {
  expect(readFileSync('infra/modules/function-app.bicep', 'utf8')).toContain(
    "PUBLIC_URL: 'https://${site.properties.defaultHostName}'",
  );
});

it('tells the app of the identity that watches the activity log where there is one', () => {
  expect(sometimes).toEqual(['WATCHER_IDENTITY_CLIENT_ID', 'PUBLIC_URL']);
});

it('deploys all that the app needs to start, and nothing of local runs', () => {
  const values: Record<string, string> = {
    MODE: 'observe',
    PARTNER_ID: '4681234',
    PRINCIPAL_CREDENTIAL: 'federated',
    TABLES_ENDPOINT: 'https://stpal.table.core.windows.net/',
    TELEMETRY: 'azure-monitor',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=0b0b0b0b-0000-4000-8000-000000000001',
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${anId};Authorization=AAD`,
  };
  const standIn = (name: string) =>
    values[name] ??
    (name.endsWith('_QUEUE')
      ? name.replace('_QUEUE', '').toLowerCase()
      : name.endsWith('_SCHEDULE')
        ? '0 0 2 * * *'
        : anId);

  const config = loadConfig(Object.fromEntries([...host, ...deployed].map((name) => [name, standIn(name)])));

  expect(config.linkRules.mode).toBe('observe');
  expect(config.bus.kind).toBe('identity');
  expect(config.tables.kind).toBe('identity');
  expect(config.telemetry).toMatchObject({ otlp: null, azureMonitor: { clientId: anId } });
  expect(config.principals.map(({ credential }) => credential.kind)).toEqual(['federated']);
});
