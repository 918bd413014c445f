/** What `azd provision` would come to, as the compiler predicts it: a fresh deployment, and one with every switch thrown. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { deployedSettings } from '../../infra/app-settings.ts';
import { findBicep, type Bicep } from '../../infra/compiler.ts';
import queues from '../../infra/queues.json' with { type: 'json' };
import { settings } from '../../src/lib/config.ts';
import { azd } from './azd.ts';
import type { Resource } from './templates.ts';

const sender = '0f0f0f0f-0000-4000-8000-000000000001';
const switches = {
  PAL_MODE: 'enforce',
  PAL_SETTINGS: '{"TRUSTED_SOURCES":"crm"}',
  PAL_ONBOARDING_SENDERS: `["${sender}"]`,
  PAL_ALERT_EMAILS: '["operations@example.com","night@example.com"]',
  PAL_AZURE_MONITOR: 'false',
  PAL_OTLP_ENDPOINT: 'https://otlp.example.com',
  PAL_WATCH_ACTIVITY_LOG: 'true',
  PAL_PRIVATE_NETWORKING: 'true',
};

let fresh: readonly Resource[];
let full: readonly Resource[];

function predicted(env: Readonly<Record<string, string>>): readonly Resource[] {
  const dir = mkdtempSync(join(tmpdir(), 'snapshot-'));
  cpSync('infra', dir, { recursive: true });
  const findings = (findBicep() as Bicep).snapshot(dir, { ...azd, ...env });
  if (findings !== '') throw new Error(findings);
  const told = JSON.parse(readFileSync(join(dir, 'main.snapshot.json'), 'utf8')) as {
    readonly predictedResources: readonly Resource[];
  };
  rmSync(dir, { recursive: true });
  return told.predictedResources;
}

function inventory(resources: readonly Resource[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

const only = (resources: readonly Resource[], type: string, name = '') => {
  const [found, ...more] = resources.filter((one) => one.type === type && one.name.endsWith(name));
  if (!found || more.length > 0) throw new Error(`There is not exactly one ${type} ${name}.`);
  return found;
};

/** What only Azure can tell is an expression still. */
const appSettings = (resources: readonly Resource[]) =>
  only(resources, 'Microsoft.Web/sites/config', '/appsettings').properties as Record<string, string>;

describe.skipIf(!inject('compiled'))('a deployment', () => {
  beforeAll(() => {
    fresh = predicted({});
    full = predicted(switches);
  });

  it('is these resources, and no others', () => {
    expect(inventory(fresh)).toEqual({
      'Microsoft.Authorization/roleAssignments': 5,
      'Microsoft.Insights/actionGroups': 1,
      'Microsoft.Insights/components': 1,
      'Microsoft.Insights/metricAlerts': 1,
      'Microsoft.Insights/scheduledQueryRules': 6,
      'Microsoft.Insights/workbooks': 1,
      'Microsoft.ManagedIdentity/userAssignedIdentities': 3,
      'Microsoft.OperationalInsights/workspaces': 1,
      'Microsoft.Resources/resourceGroups': 1,
      'Microsoft.ServiceBus/namespaces': 1,
      'Microsoft.ServiceBus/namespaces/queues': Object.keys(queues).length,
      'Microsoft.Storage/storageAccounts': 1,
      'Microsoft.Storage/storageAccounts/blobServices': 1,
      'Microsoft.Storage/storageAccounts/blobServices/containers': 1,
      'Microsoft.Storage/storageAccounts/tableServices': 1,
      'Microsoft.Web/serverfarms': 1,
      'Microsoft.Web/sites': 1,
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies': 2,
      'Microsoft.Web/sites/config': 2,
    });
  });

  it('gives the app every setting that has no default, and none that neither app nor host reads', () => {
    const { host } = deployedSettings();
    const known = settings.map(({ name }) => name);
    const given = Object.keys(appSettings(fresh));

    expect(given.filter((name) => !known.includes(name) && !host.includes(name))).toEqual([]);
    expect(host.filter((name) => !given.includes(name))).toEqual([]);
    expect(settings.filter(({ name, required }) => required && !given.includes(name))).toEqual([]);
  });

  it('gives each credential of the app the identity that is for it', () => {
    const users = Object.fromEntries(
      Object.entries(appSettings(full)).flatMap(([name, value]) => {
        const identity = /id-pal-(\w+)-test/.exec(value)?.[1];
        return identity ? [[name, identity]] : [];
      }),
    );

    expect(users).toEqual({
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'runtime',
      AzureWebJobsStorage__clientId: 'runtime',
      OBSERVER_IDENTITY_CLIENT_ID: 'observer',
      OBSERVER_OBJECT_ID: 'observer',
      PRINCIPAL_IDENTITY_CLIENT_ID: 'linker',
      ServiceBus__clientId: 'runtime',
      TABLES_IDENTITY_CLIENT_ID: 'runtime',
      WATCHER_IDENTITY_CLIENT_ID: 'watcher',
    });
  });

  it('observes, and tells Application Insights of it, until somebody says otherwise', () => {
    expect(appSettings(fresh)).toMatchObject({
      MODE: 'observe',
      TELEMETRY: 'azure-monitor',
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
    });
    expect(appSettings(full)).toMatchObject({
      MODE: 'enforce',
      TELEMETRY: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example.com',
      TRUSTED_SOURCES: 'crm',
    });
  });

  it('has the queues of infra/queues.json, which dead-letter what runs out of time', () => {
    const told = fresh.filter(({ type }) => type === 'Microsoft.ServiceBus/namespaces/queues');

    expect(
      Object.fromEntries(told.map(({ name, properties }) => [name.split('/').at(-1), properties])),
    ).toEqual(
      Object.fromEntries(
        Object.entries(queues).map(([name, { duplicateDetectionHistoryTimeWindow: window, ...rest }]) => [
          name,
          {
            ...rest,
            ...(window ? { duplicateDetectionHistoryTimeWindow: window } : {}),
            requiresDuplicateDetection: window !== null,
            requiresSession: false,
            deadLetteringOnMessageExpiration: true,
          },
        ]),
      ),
    );
  });

  it('tells everybody who is named when an alert fires', () => {
    const { emailReceivers } = only(full, 'Microsoft.Insights/actionGroups').properties as {
      readonly emailReceivers: readonly { readonly emailAddress: string }[];
    };

    expect(emailReceivers.map(({ emailAddress }) => emailAddress)).toEqual([
      'operations@example.com',
      'night@example.com',
    ]);
  });

  it('lets a sender put events on the onboarding queue, and do nothing else', () => {
    const grants = full.filter(({ type, properties }) => {
      return type === 'Microsoft.Authorization/roleAssignments' && properties['principalId'] === sender;
    });

    expect(grants).toHaveLength(1);
    expect(grants[0]?.['id']).toMatch(/\/queues\/onboarding\/providers\//);
    expect(grants[0]?.properties['roleDefinitionId']).toMatch(/\/69a216fc-b8fb-44d8-bc22-1f3c2cd27a39$/);
  });

  it('with a log watcher has one identity more', () => {
    const identities = full.filter(({ type }) => type === 'Microsoft.ManagedIdentity/userAssignedIdentities');

    expect(identities.map(({ name }) => name)).toContain('id-pal-watcher-test');
    expect(identities).toHaveLength(4);
  });

  it('with private networking closes storage and queues to the public, and reaches them through its own subnet', () => {
    const inNetwork = Object.entries(inventory(full)).filter(([type]) =>
      type.startsWith('Microsoft.Network/'),
    );

    for (const type of ['Microsoft.Storage/storageAccounts', 'Microsoft.ServiceBus/namespaces']) {
      expect(only(fresh, type).properties).toMatchObject({ publicNetworkAccess: 'Enabled' });
      expect(only(full, type).properties).toMatchObject({ publicNetworkAccess: 'Disabled' });
    }
    expect(only(fresh, 'Microsoft.ServiceBus/namespaces')['sku']).toMatchObject({ name: 'Standard' });
    expect(only(full, 'Microsoft.ServiceBus/namespaces')['sku']).toMatchObject({ name: 'Premium' });
    expect(Object.fromEntries(inNetwork)).toEqual({
      'Microsoft.Network/virtualNetworks': 1,
      'Microsoft.Network/privateDnsZones': 3,
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks': 3,
      'Microsoft.Network/privateEndpoints': 3,
      'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': 3,
    });
  });
});
