import { globSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { resolved } from '../support/arm-template.ts';
import { compiled, compiledText, named, only, resourcesOf } from './templates.ts';

const dir = inject('compiled')?.dir;

describe.skipIf(!dir)('what is deployed', () => {
  const files = globSync('**/*.json', { cwd: dir ?? '' }).sort();

  it.each(files)('%s takes no key out of any resource', (file) => {
    expect(compiledText(file)).not.toMatch(
      /list(Keys|Secrets|AccountSas|ServiceSas|Credentials|PublishingCredentials)|AccountKey=|SharedAccessKey|primaryKey/i,
    );
  });

  it.each(files)('%s gives out no secret', (file) => {
    const { outputs } = compiled(file.replace(/\.json$/, ''));

    expect(JSON.stringify(outputs ?? {})).not.toMatch(/"secure(String|Object)"/i);
    // The one connection string names where telemetry goes; it opens nothing, because local authentication is off.
    const suspicious = Object.keys(outputs ?? {}).filter((name) =>
      /key|secret|password|connection/i.test(name),
    );
    expect(suspicious).toEqual(file === 'modules/monitoring.json' ? ['connectionString'] : []);
  });

  describe('for the app', () => {
    const template = () => compiled('modules/function-app');

    it('is a Flex Consumption plan on Linux with a Node that Azure supports', () => {
      expect(only(template(), 'Microsoft.Web/serverfarms')).toMatchObject({
        sku: { name: 'FC1', tier: 'FlexConsumption' },
        properties: { reserved: true },
      });
      const { functionAppConfig } = only(template(), 'Microsoft.Web/sites').properties as {
        functionAppConfig: { runtime: { name: string; version: string }; deployment: unknown };
      };
      expect(functionAppConfig.runtime.name).toBe('node');
      expect(Number(functionAppConfig.runtime.version)).toBeGreaterThanOrEqual(22);
      expect(functionAppConfig.deployment).toMatchObject({
        storage: { type: 'blobContainer', authentication: { type: 'UserAssignedIdentity' } },
      });
    });

    it('sets nothing that Flex Consumption refuses or ignores', () => {
      const { siteConfig } = only(template(), 'Microsoft.Web/sites').properties;

      expect(siteConfig).not.toHaveProperty('appSettings');
      expect(compiledText('modules/function-app.json') + compiledText('main.json')).not.toMatch(
        /WEBSITE_RUN_FROM_PACKAGE|FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_NODE_DEFAULT_VERSION|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|WEBSITE_CONTENT|linuxFxVersion/,
      );
    });

    it('speaks TLS 1.2 or newer only, and takes no password', () => {
      const site = only(template(), 'Microsoft.Web/sites');

      expect(site.properties).toMatchObject({
        httpsOnly: true,
        siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'Disabled' },
      });
      const passwords = resourcesOf(template(), 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
      expect(passwords).toHaveLength(2);
      for (const { properties } of passwords) expect(properties).toEqual({ allow: false });
    });

    it('has App Service authentication off, because the app verifies tokens itself', () => {
      expect(named(template(), 'site::authentication').properties).toEqual({ platform: { enabled: false } });
    });

    it('acts as user-assigned identities only', () => {
      expect(only(template(), 'Microsoft.Web/sites')['identity']).toMatchObject({ type: 'UserAssigned' });
    });

    it('is told the names of exactly the queues there are', () => {
      const { ownSettings } = template().variables as { ownSettings: Record<string, string> };

      const told = Object.entries(ownSettings).filter(([name]) => name.endsWith('_QUEUE'));
      expect(told.map(([, queue]) => queue).sort()).toEqual(Object.keys(queues).sort());
      for (const [name, queue] of told) expect(name).toBe(`${queue.toUpperCase()}_QUEUE`);
    });
  });

  describe('for the queues', () => {
    const template = () => compiled('modules/service-bus');

    it('is what infra/queues.json says, and nothing beside it', () => {
      const queue = named(template(), 'queue');

      expect(resolved("[variables('queues')]", template())).toEqual(queues);
      expect(queue['copy']).toMatchObject({ count: "[length(items(variables('queues')))]" });
      expect(JSON.stringify(queue.properties)).toMatch(
        /lockDuration.*maxDeliveryCount.*defaultMessageTimeToLive/,
      );
    });

    it('takes Entra identities only, over TLS 1.2 or newer', () => {
      expect(only(template(), 'Microsoft.ServiceBus/namespaces').properties).toMatchObject({
        disableLocalAuth: true,
        minimumTlsVersion: '1.2',
      });
    });
  });

  it('has storage without keys, public blobs or old TLS', () => {
    expect(only(compiled('modules/storage'), 'Microsoft.Storage/storageAccounts').properties).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
    });
  });

  it('takes telemetry from Entra identities only', () => {
    expect(only(compiled('modules/monitoring'), 'Microsoft.Insights/components').properties).toMatchObject({
      DisableLocalAuth: true,
    });
  });

  it('is reachable in public unless private networking is chosen, which needs Premium queues', () => {
    const main = compiled('main');

    expect(main.parameters?.['privateNetworking']).toMatchObject({ defaultValue: false });
    expect(main.variables).toMatchObject({
      publicNetworkAccess: "[if(parameters('privateNetworking'), 'Disabled', 'Enabled')]",
    });
    const given = (module: string) => named(main, module).properties['parameters'];
    expect(given('serviceBus')).toMatchObject({
      sku: "[if(parameters('privateNetworking'), createObject('value', 'Premium'), createObject('value', 'Standard'))]",
      publicNetworkAccess: { value: "[variables('publicNetworkAccess')]" },
    });
    expect(given('storage')).toMatchObject({
      publicNetworkAccess: { value: "[variables('publicNetworkAccess')]" },
    });
    expect(named(main, 'network')['condition']).toBe("[parameters('privateNetworking')]");
  });

  describe('as roles', () => {
    const granting = files.filter((file) =>
      compiledText(file).includes('Microsoft.Authorization/roleAssignments'),
    );

    it('is granted in one place, and by the customer’s policy', () => {
      expect(granting).toEqual([
        'lighthouse/management-group-policy.json',
        'main.json',
        'modules/access.json',
      ]);
    });

    it('is the five that the runtime needs, each on one resource', () => {
      const access = compiled('modules/access');

      expect(access.variables?.['roles']).toEqual({
        blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
        tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
        serviceBusReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
        serviceBusSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
        metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
      });
      const grants = resourcesOf(access, 'Microsoft.Authorization/roleAssignments');
      expect(grants).toHaveLength(4);
      for (const grant of grants) {
        expect(grant['scope']).toMatch(/Microsoft\.(Storage|ServiceBus|Insights)\//);
        expect(JSON.stringify(grant.properties)).toMatch(/runtimePrincipalId|onboardingSenders/);
      }
    });

    it('leaves observer and linker without any', () => {
      expect(compiledText('modules/access.json')).not.toMatch(/observer|linker|watcher/i);
    });
  });

  it('tells people of every alert, and reads dead letters as the gauge they are', () => {
    const alerts = compiled('modules/alerts');
    const [stuck] = resourcesOf(alerts, 'Microsoft.Insights/metricAlerts');
    const [rule] = resourcesOf(alerts, 'Microsoft.Insights/scheduledQueryRules');

    expect(JSON.stringify(stuck?.properties['actions'])).toContain('actionGroups');
    expect(JSON.stringify(rule?.properties['actions'])).toContain('actionGroups');
    expect(JSON.stringify(stuck?.properties)).toMatch(/DeadletteredMessages.*"timeAggregation":"Minimum"/);
  });
});
