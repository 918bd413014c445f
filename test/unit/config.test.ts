import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/lib/config.ts';
import { someSettings } from '../support/settings.ts';

/** The message of the error these settings come to; empty when they are right. */
function complaint(settings: Record<string, string | undefined>): string {
  try {
    loadConfig(settings);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** The variables a complaint names. */
function named(settings: Record<string, string | undefined>): string[] {
  return complaint(settings)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(':')[0] ?? '');
}

const wrong = (changes: Record<string, string | undefined>) => named(someSettings(changes));

const anotherPrincipal = {
  name: 'pal-bergen',
  objectId: '0b0b0b0b-0000-4000-8000-000000000002',
  applicationId: '0a0a0a0a-0000-4000-8000-000000000002',
  partnerId: '4685678',
  identityClientId: '0c0c0c0c-0000-4000-8000-000000000003',
};
const additional = (changes: object) => ({
  ADDITIONAL_PRINCIPALS: JSON.stringify([{ ...anotherPrincipal, ...changes }]),
});

describe('settings that are right', () => {
  it('become one object with careful defaults', () => {
    const config = loadConfig(someSettings());

    expect(config).toMatchObject({
      managingTenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
      linkRules: { mode: 'observe', whenLinkedElsewhere: 'refuse' },
      principals: [
        {
          name: 'pal-link',
          homeTenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
          wantedPartnerId: '4681234',
          groupIds: [],
          formerObjectIds: [],
          credential: {
            kind: 'federated',
            managedIdentityClientId: '0c0c0c0c-0000-4000-8000-000000000001',
          },
        },
      ],
      azure: {
        armEndpoint: 'https://management.azure.com',
        authorityHost: 'https://login.microsoftonline.com',
        privateAuthority: false,
      },
      tables: { kind: 'identity', endpoint: 'https://palautopilot.table.core.windows.net' },
      bus: { kind: 'identity', namespace: 'pal-autopilot.servicebus.windows.net' },
      expectDelegationWithinMs: 1_209_600_000,
      unlinkOnOffboard: false,
      staleAfterMs: 172_800_000,
      attestationValidMs: 15_552_000_000,
      directReadLimit: 50,
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadConfig(someSettings()))).toBe(true);
  });

  it('may be empty where they may be absent', () => {
    expect(loadConfig(someSettings({ MODE: '', PRINCIPAL_NAME: '  ' }))).toMatchObject({
      linkRules: { mode: 'observe' },
      principals: [{ name: 'pal-link' }],
    });
  });

  it('have their ids put into lower case', () => {
    const settings = someSettings({
      PRINCIPAL_OBJECT_ID: '0B0B0B0B-0000-4000-8000-000000000001',
      PRINCIPAL_GROUPS: '09090909-0000-4000-8000-00000000000A, 09090909-0000-4000-8000-00000000000b,',
    });

    expect(loadConfig(settings).principals).toMatchObject([
      {
        objectId: '0b0b0b0b-0000-4000-8000-000000000001',
        groupIds: ['09090909-0000-4000-8000-00000000000a', '09090909-0000-4000-8000-00000000000b'],
      },
    ]);
  });

  it('may name more principals, each with its partner ID', () => {
    expect(
      loadConfig(someSettings(additional({}))).principals.map((p) => [p.name, p.wantedPartnerId]),
    ).toEqual([
      ['pal-link', '4681234'],
      ['pal-bergen', '4685678'],
    ]);
  });

  it('may say what a first delegation is called, and whom it lets give the access back', () => {
    const group = '0D0D0D0D-0000-4000-8000-000000000001';
    const settings = someSettings({
      OFFER_NAME: 'Fabrikam managed service',
      ENGINEERS_GROUP_OBJECT_ID: group,
    });

    expect(loadConfig(settings).delegation).toEqual({
      offerName: 'Fabrikam managed service',
      engineersGroupObjectId: group.toLowerCase(),
    });
    expect(loadConfig(someSettings()).delegation).toEqual({
      offerName: 'Partner admin link',
      engineersGroupObjectId: null,
    });
    expect(wrong({ ENGINEERS_GROUP_OBJECT_ID: 'engineers' })).toEqual(['ENGINEERS_GROUP_OBJECT_ID']);
  });

  it('may decide on roles', () => {
    const ROLE_DECISIONS = '{"91C1777A-f3dc-4fae-b103-61d183457e46":false}';

    expect(loadConfig(someSettings({ ROLE_DECISIONS })).rolesBySetting).toEqual({
      '91c1777a-f3dc-4fae-b103-61d183457e46': false,
    });
  });

  it('may name a certificate instead of a federated credential', () => {
    const settings = someSettings({
      PRINCIPAL_CREDENTIAL: 'certificate',
      PRINCIPAL_CERTIFICATE_PATH: '/certs/pal.pem',
      PRINCIPAL_IDENTITY_CLIENT_ID: undefined,
    });

    expect(loadConfig(settings).principals).toMatchObject([
      { credential: { kind: 'certificate', path: '/certs/pal.pem' } },
    ]);
  });

  it('give a link’s lease longer than its three calls may take', () => {
    expect(loadConfig(someSettings({ ARM_TIMEOUT_MS: '20000' })).linkLeaseMs).toBe(70_000);
    expect(loadConfig(someSettings({ LINK_LEASE_MS: '5000' })).linkLeaseMs).toBe(5_000);
  });

  it('of the local stack may name endpoints and connection strings', () => {
    const config = loadConfig(
      someSettings({
        LOCAL_STACK: 'true',
        ARM_ENDPOINT: 'https://localhost:8443/',
        AUTHORITY_HOST: 'https://localhost:8443',
        TABLES_CONNECTION_STRING: 'UseDevelopmentStorage=true',
        ServiceBus: 'Endpoint=sb://localhost',
      }),
    );

    expect(config).toMatchObject({
      azure: {
        armEndpoint: 'https://localhost:8443',
        authorityHost: 'https://localhost:8443',
        privateAuthority: true,
      },
      tables: { kind: 'connection-string' },
      bus: { kind: 'connection-string' },
    });
  });

  it.each([
    ['AzureUSGovernment', 'https://management.usgovcloudapi.net', 'https://login.microsoftonline.us'],
    ['AzureChinaCloud', 'https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
  ])('may name %s when somebody says they know better', (CLOUD, armEndpoint, authorityHost) => {
    const config = loadConfig(someSettings({ CLOUD, ALLOW_SOVEREIGN_CLOUD: 'true' }));

    expect(config.azure).toMatchObject({ armEndpoint, authorityHost });
  });
});

const aSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const routes = (...given: readonly object[]) => ({ NOTICE_ROUTES: JSON.stringify(given) });
const toTeams = { sink: 'teams', url: 'https://default.environment.api.powerplatform.com/workflows/1?sig=x' };
const toCrm = { sink: 'webhook', url: 'https://hooks.fabrikam.example/pal', secret: aSecret };

describe('telemetry', () => {
  const azureMonitor = {
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-4000-8000-000000000001',
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING:
      'ClientId=0c0c0c0c-0000-4000-8000-000000000009;Authorization=AAD',
  };

  it('is off unless it is asked for, also where the host itself has somewhere to send', () => {
    const { telemetry } = loadConfig(
      someSettings({ ...azureMonitor, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }),
    );

    expect(telemetry).toMatchObject({ otlp: null, azureMonitor: null });
  });

  it('goes to a collector, to Azure Monitor as an identity, or to both', () => {
    const { telemetry } = loadConfig(
      someSettings({
        ...azureMonitor,
        TELEMETRY: 'otlp, azure-monitor',
        TELEMETRY_SAMPLE_RATIO: '0.1',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/',
      }),
    );

    expect(telemetry).toEqual({
      otlp: { endpoint: 'http://127.0.0.1:4318' },
      azureMonitor: {
        connectionString: azureMonitor.APPLICATIONINSIGHTS_CONNECTION_STRING,
        clientId: '0c0c0c0c-0000-4000-8000-000000000009',
      },
      sampleRatio: 0.1,
      serviceName: 'pal-autopilot',
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ TELEMETRY: 'otlp' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ TELEMETRY: 'azure-monitor' }, 'APPLICATIONINSIGHTS_CONNECTION_STRING'],
    [{ TELEMETRY: 'jaeger' }, 'TELEMETRY'],
    [{ TELEMETRY_SAMPLE_RATIO: '10' }, 'TELEMETRY_SAMPLE_RATIO'],
    [{ APPLICATIONINSIGHTS_CONNECTION_STRING: 'x' }, 'APPLICATIONINSIGHTS_CONNECTION_STRING'],
  ])('with %j names %s', (changes, setting) => {
    expect(wrong(changes)).toEqual([setting]);
  });
});

describe('routes of notices', () => {
  it('have a name, hear of everything, and may take what is secret from settings of its own', () => {
    const { notices } = loadConfig(
      someSettings({
        ...routes(toTeams, {
          name: 'crm',
          sink: 'webhook',
          urlSetting: 'CRM_URL',
          secretSetting: 'CRM_SECRET',
          tags: { team: 'north' },
          min: 'immediate',
        }),
        CRM_URL: toCrm.url,
        CRM_SECRET: `${aSecret} ${aSecret}`,
      }),
    );

    expect(notices.routes).toEqual([
      { name: 'teams-1', sink: 'teams', url: toTeams.url, secrets: [], tags: {}, min: 'all' },
      {
        name: 'crm',
        sink: 'webhook',
        url: toCrm.url,
        secrets: [aSecret, aSecret],
        tags: { team: 'north' },
        min: 'immediate',
      },
    ]);
  });

  it.each<[string, object, string]>([
    [
      'an Office 365 connector',
      { ...toTeams, url: 'https://fabrikam.webhook.office.com/webhookb2/1' },
      'retired',
    ],
    ['an old connector', { ...toTeams, url: 'https://outlook.office.com/webhook/1' }, 'retired'],
    ['no address', { sink: 'teams' }, 'url: is missing'],
    ['a setting that is not there', { sink: 'teams', urlSetting: 'TEAMS_URL' }, 'url: is missing'],
    ['no web address', { ...toTeams, url: 'mailto:ops@fabrikam.example' }, 'not a web address'],
    ['plain HTTP', { ...toCrm, url: 'http://hooks.fabrikam.example/' }, 'must be https'],
    ['this machine', { ...toCrm, url: 'https://localhost/' }, 'inside a network'],
    ['a private address', { ...toCrm, url: 'https://10.0.0.4/' }, 'inside a network'],
    [
      'a password in the address',
      { ...toCrm, url: 'https://me:pw@hooks.fabrikam.example/' },
      'user name or password',
    ],
    ['no secret', { sink: 'webhook', url: toCrm.url }, 'secret: is missing'],
    ['a short secret', { ...toCrm, secret: 'whsec_c2hvcnQ=' }, '24 to 64 random bytes'],
    ['a secret of another form', { ...toCrm, secret: 'hunter2' }, '24 to 64 random bytes'],
  ])('with %s are refused with words that tell no value', (_what, route, words) => {
    const told = complaint(someSettings(routes(route)));

    expect(told).toContain('NOTICE_ROUTES: [0].');
    expect(told).toContain(words);
    expect(told).not.toMatch(/hunter2|fabrikam|whsec_c2/);
  });

  it('with the same name are refused', () => {
    expect(complaint(someSettings(routes({ ...toCrm, name: 'a' }, { ...toCrm, name: 'a' })))).toContain(
      'two routes have the same name',
    );
  });

  it('may stay inside in the local stack', () => {
    const local = { LOCAL_STACK: 'true', ...routes({ ...toCrm, url: 'http://127.0.0.1:9/' }) };

    expect(loadConfig(someSettings(local)).notices).toMatchObject({
      local: true,
      routes: [{ name: 'webhook-1' }],
    });
  });
});

describe('settings that say what is watched, and for whom', () => {
  it('leave everything in, for a partner that bills directly', () => {
    expect(loadConfig(someSettings())).toMatchObject({
      partnerRole: 'direct-bill',
      principalRules: [],
      watchRules: { include: null, exclude: null },
    });
  });

  it('name tenants, tags, subscriptions and offers', () => {
    const config = loadConfig(
      someSettings({
        INCLUDE: '{"tags":{"env":["prod","stage"]}}',
        EXCLUDE:
          '{"tenants":["CCCCCCCC-0000-4000-8000-000000000001"],"tags":{"env":"test"},"offers":["Trial"]}',
      }),
    );

    expect(config.watchRules).toEqual({
      include: { tenants: [], tags: { env: ['prod', 'stage'] }, subscriptions: [], offers: [] },
      exclude: {
        tenants: ['cccccccc-0000-4000-8000-000000000001'],
        tags: { env: ['test'] },
        subscriptions: [],
        offers: ['Trial'],
      },
    });
  });

  it('name the principal of some tenants', () => {
    const rules = [
      { principal: 'pal-bergen', tag: { region: 'west' }, accessKind: 'service-principal', agreement: 'ea' },
      { principal: 'pal-link' },
    ];
    const settings = { ...additional({}), PRINCIPAL_RULES: JSON.stringify(rules), PARTNER_ROLE: 'reseller' };

    expect(loadConfig(someSettings(settings))).toMatchObject({
      principalRules: rules,
      partnerRole: 'reseller',
    });
  });
});

describe('settings that are wrong', () => {
  it('stop the start with the names of all that are missing', () => {
    expect(named({}).sort()).toEqual([
      'API_CLIENT_ID',
      'DIGEST_SCHEDULE',
      'MANAGING_TENANT_ID',
      'NOTICES_QUEUE',
      'OBSERVER_IDENTITY_CLIENT_ID',
      'ONBOARDING_QUEUE',
      'PARKED_QUEUE',
      'PARTNER_ID',
      'PRINCIPAL_APPLICATION_ID',
      'PRINCIPAL_IDENTITY_CLIENT_ID',
      'PRINCIPAL_OBJECT_ID',
      'RECONCILE_QUEUE',
      'SWEEPS_QUEUE',
      'SWEEP_SCHEDULE',
      'ServiceBus__fullyQualifiedNamespace',
      'TABLES_ENDPOINT',
      'WATCH_SCHEDULE',
    ]);
    expect(complaint({})).toContain('  MANAGING_TENANT_ID: is missing');
  });

  it('are named all at once', () => {
    const faulty = { MODE: 'yolo', PARTNER_ID: '0123', RETRY_LIMIT: 'many', ARM_ENDPOINT: 'http://arm' };

    expect(wrong(faulty).sort()).toEqual(['ARM_ENDPOINT', 'MODE', 'PARTNER_ID', 'RETRY_LIMIT']);
  });

  it('are named all at once, too, where only two of them together are wrong', () => {
    const faulty = {
      CLOUD: 'AzureChinaCloud',
      GLOBAL_PARTNER_IDS: '4681234',
      ARM_ENDPOINT: 'https://arm.example',
      AUTHORITY_HOST: 'https://entra.example',
      TABLES_ENDPOINT: undefined,
      ServiceBus__fullyQualifiedNamespace: undefined,
    };

    expect(wrong(faulty).sort()).toEqual([
      'ARM_ENDPOINT',
      'AUTHORITY_HOST',
      'CLOUD',
      'PARTNER_ID',
      'ServiceBus__fullyQualifiedNamespace',
      'TABLES_ENDPOINT',
    ]);
  });

  it('are named all at once, be they wrong alone or together', () => {
    expect(wrong({ RETRY_LIMIT: 'many', ARM_ENDPOINT: 'https://arm.example' }).sort()).toEqual([
      'ARM_ENDPOINT',
      'RETRY_LIMIT',
    ]);
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['MANAGING_TENANT_ID', { MANAGING_TENANT_ID: 'fabrikam.onmicrosoft.com' }],
    ['PARTNER_ID', { PARTNER_ID: undefined }],
    ['PARTNER_ID', { PARTNER_ID: '123' }],
    ['PARTNER_ID', { PARTNER_ID: '04681234' }],
    ['PARTNER_ID', { PARTNER_ID: '4681234 5' }],
    ['PRINCIPAL_OBJECT_ID', { PRINCIPAL_OBJECT_ID: 'pal-link' }],
    ['PRINCIPAL_APPLICATION_ID', { PRINCIPAL_APPLICATION_ID: '42' }],
    ['PRINCIPAL_NAME', { PRINCIPAL_NAME: 'pal link' }],
    ['PRINCIPAL_GROUPS', { PRINCIPAL_GROUPS: 'admins' }],
    ['PRINCIPAL_CREDENTIAL', { PRINCIPAL_CREDENTIAL: 'default' }],
    ['OBSERVER_IDENTITY_CLIENT_ID', { OBSERVER_IDENTITY_CLIENT_ID: 'me' }],
    ['MODE', { MODE: 'Enforce' }],
    ['WHEN_LINKED_ELSEWHERE', { WHEN_LINKED_ELSEWHERE: 'ask' }],
    ['CLOUD', { CLOUD: 'AzureGermanCloud' }],
    ['ALLOW_SECRETS', { ALLOW_SECRETS: 'yes' }],
    ['LOCAL_STACK', { LOCAL_STACK: '1' }],
    ['TABLES_ENDPOINT', { TABLES_ENDPOINT: 'http://tables.example' }],
    ['ROLE_DECISIONS', { ROLE_DECISIONS: '{' }],
    ['ROLE_DECISIONS', { ROLE_DECISIONS: '{"Reader":true}' }],
    ['ADDITIONAL_PRINCIPALS', { ADDITIONAL_PRINCIPALS: 'none' }],
    ['ADDITIONAL_PRINCIPALS', additional({ partnerId: 4685678 })],
    ['ADDITIONAL_PRINCIPALS', additional({ objectID: 'x' })],
    ['RECONCILE_QUEUE', { RECONCILE_QUEUE: 'a queue' }],
    ['DIGEST_SCHEDULE', { DIGEST_SCHEDULE: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://pal.fabrikam.example' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'pal.fabrikam.example' }],
    ['NOTICE_ROUTES', { NOTICE_ROUTES: '{}' }],
    ['NOTICE_ROUTES', routes({ ...toCrm, sink: 'mail' })],
    ['NOTICE_ROUTES', routes({ ...toCrm, secrets: [] })],
    ['NOTICE_BREACH_SCOPES', { NOTICE_BREACH_SCOPES: '0' }],
    ['RETRY_LIMIT', { RETRY_LIMIT: '0' }],
    ['RETRY_BASE_MS', { RETRY_BASE_MS: '1.5' }],
    ['STALE_AFTER_MS', { STALE_AFTER_MS: '-1' }],
    ['ATTESTATION_VALID_MS', { ATTESTATION_VALID_MS: '0' }],
    ['CONCURRENT_READS', { CONCURRENT_READS: 'NaN' }],
    ['PARTNER_ROLE', { PARTNER_ROLE: 'distributor' }],
    ['PRINCIPAL_RULES', { PRINCIPAL_RULES: '{"principal":"pal-link"}' }],
    ['PRINCIPAL_RULES', { PRINCIPAL_RULES: '[{"principal":"pal-link","tags":{"env":"test"}}]' }],
    ['EXCLUDE', { EXCLUDE: '{"tenants":["contoso.com"]}' }],
    ['EXCLUDE', { EXCLUDE: '{"tenant":[],"offers":["Trial"]}' }],
    ['EXCLUDE', { EXCLUDE: '{"tags":{"env":7}}' }],
    ['INCLUDE', { INCLUDE: '{}' }],
    ['INCLUDE', { INCLUDE: '{"tenants":[]}' }],
  ])('in %s are named: %j', (setting, changes) => {
    expect(wrong(changes)).toEqual([setting]);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      'a sovereign cloud',
      { CLOUD: 'AzureUSGovernment' },
      'CLOUD: names a sovereign cloud, where partner links are not known to exist; ALLOW_SOVEREIGN_CLOUD=true says you know better',
    ],
    [
      'an ARM endpoint of one’s own',
      { ARM_ENDPOINT: 'https://arm.example' },
      'ARM_ENDPOINT: is only allowed with LOCAL_STACK=true, because tokens are sent there',
    ],
    [
      'an authority of one’s own',
      { AUTHORITY_HOST: 'https://entra.example' },
      'AUTHORITY_HOST: is only allowed with LOCAL_STACK=true, because tokens are sent there',
    ],
    [
      'a global partner ID',
      { GLOBAL_PARTNER_IDS: '4600001, 4681234' },
      'PARTNER_ID: is listed in GLOBAL_PARTNER_IDS: a global (HQ) account earns nothing, use the location account’s ID',
    ],
    [
      'a global partner ID of another principal',
      { ...additional({}), GLOBAL_PARTNER_IDS: '4685678' },
      'ADDITIONAL_PRINCIPALS: [0].partnerId is listed in GLOBAL_PARTNER_IDS: use the location account’s ID',
    ],
    [
      'a secret',
      { PRINCIPAL_CREDENTIAL: 'secret', PRINCIPAL_SECRET: 'hunter2' },
      'PRINCIPAL_CREDENTIAL: is “secret”, which is refused unless ALLOW_SECRETS=true; a federated credential needs no secret',
    ],
    [
      'a secret that is missing',
      { PRINCIPAL_CREDENTIAL: 'secret', ALLOW_SECRETS: 'true' },
      'PRINCIPAL_SECRET: is missing: the credential secret needs it',
    ],
    [
      'a certificate that is missing',
      { PRINCIPAL_CREDENTIAL: 'certificate' },
      'PRINCIPAL_CERTIFICATE_PATH: is missing: the credential certificate needs it',
    ],
    [
      'a managed identity that is missing',
      { PRINCIPAL_IDENTITY_CLIENT_ID: undefined },
      'PRINCIPAL_IDENTITY_CLIENT_ID: is missing: the credential federated needs it',
    ],
    [
      'a secret of another principal',
      additional({ credential: 'secret', secret: 'hunter2' }),
      'ADDITIONAL_PRINCIPALS: [0].credential is “secret”, which is refused unless ALLOW_SECRETS=true; a federated credential needs no secret',
    ],
    [
      'two principals of one name',
      additional({ name: 'pal-link' }),
      'ADDITIONAL_PRINCIPALS: two principals share the name of another',
    ],
    [
      'two principals that are one identity',
      additional({ objectId: '0B0B0B0B-0000-4000-8000-000000000001' }),
      'ADDITIONAL_PRINCIPALS: two principals share the object id of another: one identity carries one partner ID',
    ],
    [
      'two principals of one application',
      additional({ applicationId: '0A0A0A0A-0000-4000-8000-000000000001' }),
      'ADDITIONAL_PRINCIPALS: two principals share the application id of another: an application is one identity in each tenant, and one identity carries one partner ID, so a second partner ID needs an application of its own',
    ],
    [
      'a rule for a principal nobody knows',
      { PRINCIPAL_RULES: '[{"principal":"pal-oslo","tag":{"region":"nordics"}}]' },
      'PRINCIPAL_RULES: [0].principal names none of the principals; see PRINCIPAL_NAME and ADDITIONAL_PRINCIPALS',
    ],
    [
      'a rule that leaves nothing to the next',
      { PRINCIPAL_RULES: '[{"principal":"pal-link"},{"principal":"pal-link","agreement":"ea"}]' },
      'PRINCIPAL_RULES: [0] fits every tenant, so that no rule after it is ever reached: put it last',
    ],
    [
      'no tables',
      { TABLES_ENDPOINT: undefined },
      'TABLES_ENDPOINT: is missing (or TABLES_CONNECTION_STRING in the local stack)',
    ],
    [
      'a connection string to tables',
      { TABLES_CONNECTION_STRING: 'AccountKey=hunter2' },
      'TABLES_CONNECTION_STRING: is only allowed with LOCAL_STACK=true: use TABLES_ENDPOINT and an identity',
    ],
    [
      'no Service Bus',
      { ServiceBus__fullyQualifiedNamespace: undefined },
      'ServiceBus__fullyQualifiedNamespace: is missing (or ServiceBus, a connection string, in the local stack)',
    ],
    [
      'a connection string to Service Bus',
      { ServiceBus: 'SharedAccessKey=hunter2' },
      'ServiceBus: a connection string is only allowed with LOCAL_STACK=true: use ServiceBus__fullyQualifiedNamespace and an identity',
    ],
  ])('for %s say what to do instead', (_, changes, line) => {
    expect(complaint(someSettings(changes)).split('\n').slice(1)).toEqual([`  ${line}`]);
  });

  it('refuse a secret to another principal, too, whose own is missing', () => {
    expect(wrong(additional({ credential: 'secret' }))).toEqual([
      'ADDITIONAL_PRINCIPALS',
      'ADDITIONAL_PRINCIPALS',
    ]);
  });

  it.each([
    'MODE',
    'MANAGING_TENANT_ID',
    'PARTNER_ID',
    'WHEN_LINKED_ELSEWHERE',
    'UNLINK_ON_OFFBOARD',
    'PRINCIPAL_NAME',
    'PRINCIPAL_OBJECT_ID',
    'PRINCIPAL_APPLICATION_ID',
    'PRINCIPAL_CREDENTIAL',
    'PRINCIPAL_IDENTITY_CLIENT_ID',
    'PRINCIPAL_GROUPS',
    'PRINCIPAL_FORMER_OBJECT_IDS',
    'ADDITIONAL_PRINCIPALS',
    'ALLOW_SECRETS',
    'OBSERVER_IDENTITY_CLIENT_ID',
    'OBSERVER_OBJECT_ID',
    'ROLE_DECISIONS',
    'CLOUD',
    'ALLOW_SOVEREIGN_CLOUD',
    'LOCAL_STACK',
    'ARM_ENDPOINT',
    'AUTHORITY_HOST',
    'ARM_TIMEOUT_MS',
    'TABLES_ENDPOINT',
    'TABLES_IDENTITY_CLIENT_ID',
    'TABLES_CONNECTION_STRING',
    'ServiceBus',
    'ServiceBus__clientId',
    'ONBOARDING_QUEUE',
    'PARKED_QUEUE',
    'EXPECT_DELEGATION_WITHIN_MS',
    'RETRY_CAP_MS',
    'THROTTLE_CEILING_MS',
  ])('in %s are told without their value', (setting) => {
    const secret = 's3cr3t value!';

    const message = complaint(someSettings({ [setting]: secret }));

    expect(message).toContain(setting);
    expect(message).not.toContain(secret);
  });

  it('are told without the values inside them', () => {
    const secret = 's3cr3t value!';

    const message = complaint(
      someSettings(additional({ credential: secret, name: secret, objectId: secret })),
    );

    expect(message).toContain('ADDITIONAL_PRINCIPALS: 0.name');
    expect(message).not.toContain(secret);
  });
});
