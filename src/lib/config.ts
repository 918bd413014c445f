import * as z from 'zod';
import { agreements, partnerRoles } from './domain/agreement.ts';
import { guid } from './domain/guid.ts';
import { partnerId } from './domain/partner-id.ts';
import { accessKinds } from './domain/tenant.ts';
import { noticeRouteFaults, noticeRoutes, noticeRouteSetting } from './notice-settings.ts';

/**
 * All settings, read once from the environment into one frozen object. A wrong setting stops the start; the error names
 * every faulty variable and what it should be, never its value, because a value may be a secret.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const guids = list.pipe(z.array(guid));
const count = z.coerce.number().int().min(1);
const ms = z.coerce.number().int().min(0);
const httpsUrl = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .transform((url) => url.replace(/\/+$/, ''));
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be a short name of letters, digits, . _ -');
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const credentialKind = z.enum(['federated', 'certificate', 'secret']);

const additionalPrincipal = z.strictObject({
  name,
  objectId: guid,
  applicationId: guid,
  partnerId,
  credential: credentialKind.default('federated'),
  identityClientId: guid.optional(),
  certificatePath: z.string().optional(),
  secret: z.string().optional(),
  groups: z.array(guid).default([]),
  formerObjectIds: z.array(guid).default([]),
});

const principalRule = z.strictObject({
  principal: name,
  tag: z.record(z.string().min(1), z.string()).optional(),
  agreement: z.enum(agreements).optional(),
  accessKind: z.enum(accessKinds).optional(),
  tenantIds: z.array(guid).optional(),
});

/** Tenants, subscriptions and offers by name; a tag has one value, or a list of which one is enough. */
const selection = z
  .strictObject({
    tenants: z.array(guid).default([]),
    tags: z
      .record(
        z.string().min(1),
        z.union(
          [z.string().transform((value) => [value]), z.array(z.string()).min(1)],
          'must be text or a list of texts',
        ),
      )
      .default({}),
    subscriptions: z.array(guid).default([]),
    offers: z.array(z.string().min(1)).default([]),
  })
  .refine(
    ({ tenants, tags, subscriptions, offers }) =>
      [tenants, Object.keys(tags), subscriptions, offers].some(({ length }) => length > 0),
    'must name a tenant, a tag, a subscription or an offer; leave the setting out to name none',
  );

const clouds = {
  AzureCloud: {
    arm: 'https://management.azure.com',
    authority: 'https://login.microsoftonline.com',
    v1Issuer: 'https://sts.windows.net',
    assertionAudience: 'api://AzureADTokenExchange',
  },
  AzureUSGovernment: {
    arm: 'https://management.usgovcloudapi.net',
    authority: 'https://login.microsoftonline.us',
    v1Issuer: 'https://sts.windows.net',
    assertionAudience: 'api://AzureADTokenExchangeUSGov',
  },
  AzureChinaCloud: {
    arm: 'https://management.chinacloudapi.cn',
    authority: 'https://login.chinacloudapi.cn',
    v1Issuer: 'https://sts.chinacloudapi.cn',
    assertionAudience: 'api://AzureADTokenExchangeChina',
  },
} as const;

const environment = z.object({
  MODE: z
    .enum(['observe', 'enforce'])
    .default('observe')
    .describe('`observe` reads, records and says what it would do; `enforce` writes links as well.'),
  MANAGING_TENANT_ID: guid.describe('Your own tenant: the one customers delegate to.'),

  PARTNER_ID: partnerId.describe(
    'The partner ID to link to: the ID of a partner location account, 4 to 10 digits.',
  ),
  GLOBAL_PARTNER_IDS: list
    .pipe(z.array(partnerId))
    .default([])
    .describe('IDs known to be global (HQ) accounts, which earn nothing; refused as a partner ID.'),
  WHEN_LINKED_ELSEWHERE: z
    .enum(['refuse', 'replace'])
    .default('refuse')
    .describe(
      'What to do with a principal that is linked to another partner ID: `refuse` leaves it, `replace` overwrites it.',
    ),
  UNLINK_ON_OFFBOARD: flag
    .default(false)
    .describe(
      'Removes, when a tenant is offboarded, the link our service principal has in that tenant. The link in your own tenant is never removed.',
    ),
  PARTNER_ROLE: z
    .enum(partnerRoles)
    .default('direct-bill')
    .describe(
      'What kind of partner you are: `direct-bill`, `indirect-provider`, or `reseller`, who earns no PEC: what counts for `pec` elsewhere counts for `recognition`.',
    ),

  PRINCIPAL_NAME: name
    .default('pal-link')
    .describe('What the linked identity is called in lists, events and the API.'),
  PRINCIPAL_OBJECT_ID: guid.describe(
    'Object id of the enterprise application that is linked (not of its app registration).',
  ),
  PRINCIPAL_APPLICATION_ID: guid.describe('Client id of the linked application.'),
  PRINCIPAL_CREDENTIAL: credentialKind
    .default('federated')
    .describe(
      'How the app signs in as the linked application: `federated` (no secret), `certificate` or `secret`.',
    ),
  PRINCIPAL_IDENTITY_CLIENT_ID: guid
    .optional()
    .describe('With `federated`: client id of the managed identity that the application trusts.'),
  PRINCIPAL_CERTIFICATE_PATH: z
    .string()
    .min(1)
    .optional()
    .describe('With `certificate`: a PEM file with certificate and key.'),
  PRINCIPAL_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('With `secret`: the client secret, as a Key Vault reference.'),
  PRINCIPAL_GROUPS: guids
    .default([])
    .describe('Object ids of groups that hold the principal: a role of theirs counts as its own.'),
  PRINCIPAL_FORMER_OBJECT_IDS: guids
    .default([])
    .describe(
      'Object ids the principal had before it was made anew, so that delegations to them are told as `wrong-object-id`.',
    ),
  ADDITIONAL_PRINCIPALS: json(z.array(additionalPrincipal))
    .default([])
    .describe(
      'JSON list of further principals, for a second partner ID: name, objectId, applicationId, partnerId, credential, identityClientId, groups, formerObjectIds.',
    ),
  PRINCIPAL_RULES: json(z.array(principalRule))
    .default([])
    .describe(
      'JSON list: which principal is for which tenants, first that fits, by tag, agreement, accessKind or tenantIds; a tenant that names its principal keeps it.',
    ),
  ALLOW_SECRETS: flag.default(false).describe('Allows the credential `secret`.'),

  OBSERVER_IDENTITY_CLIENT_ID: guid.describe(
    'Client id of the managed identity that reads customers’ estates and writes nothing.',
  ),
  OBSERVER_OBJECT_ID: guid
    .optional()
    .describe('Its object id: named in remedies, and compared with every token it gets.'),

  OFFER_NAME: z
    .string()
    .max(128)
    .default('Partner admin link')
    .describe(
      'What customers see as the offer’s name in a first delegation, in the ready template of a remedy; deployed again under one name an offer replaces itself.',
    ),
  ENGINEERS_GROUP_OBJECT_ID: guid
    .optional()
    .describe(
      'Object id of the group of your people who may give a delegation back: named in the ready template; without it the template leaves it open.',
    ),

  API_CLIENT_ID: guid.describe(
    'Client id of the app registration that stands for the HTTP API: access tokens must be made out to it.',
  ),

  ROLE_DECISIONS: json(z.record(guid, z.boolean()))
    .default({})
    .describe(
      'JSON object, role GUID to `true` or `false`: whether a role earns that Partner Center’s table does not list.',
    ),
  TRUSTED_SOURCES: list
    .default([])
    .describe(
      'CloudEvent sources that may weaken what is watched over, such as offboard a tenant; `*` for all.',
    ),
  INCLUDE: json(selection)
    .optional()
    .describe('JSON object of tenants, tags, subscriptions, offers: everything else is excluded.'),
  EXCLUDE: json(selection)
    .optional()
    .describe('JSON object of tenants, tags, subscriptions, offers that are neither read nor alarmed.'),

  CLOUD: z
    .enum(['AzureCloud', 'AzureUSGovernment', 'AzureChinaCloud'])
    .default('AzureCloud')
    .describe('The cloud customers live in.'),
  ALLOW_SOVEREIGN_CLOUD: flag
    .default(false)
    .describe('Allows another than the public cloud, where partner links are not known to exist.'),
  LOCAL_STACK: flag
    .default(false)
    .describe('Says that this is a local run; allows the settings below that a run in Azure refuses.'),
  ARM_ENDPOINT: httpsUrl.optional().describe('Another address for Azure Resource Manager.'),
  AUTHORITY_HOST: httpsUrl.optional().describe('Another address for Entra.'),
  ARM_TIMEOUT_MS: count
    .default(60 * SECOND)
    .describe('How long one answer of Azure Resource Manager may take.'),

  TABLES_ENDPOINT: httpsUrl
    .optional()
    .describe('Address of the tables the ledger lives in, reached with an identity.'),
  TABLES_IDENTITY_CLIENT_ID: guid
    .optional()
    .describe('Client id of the managed identity that reaches the tables; without it the app’s own.'),
  TABLES_CONNECTION_STRING: z.string().min(1).optional().describe('Connection string of the tables.'),
  ServiceBus: z.string().min(1).optional().describe('Connection string of the queues.'),
  ServiceBus__fullyQualifiedNamespace: z
    .string()
    .min(1)
    .optional()
    .describe('The Service Bus namespace, reached with an identity.'),
  ServiceBus__clientId: guid
    .optional()
    .describe('Client id of the managed identity that reaches the queues; without it the app’s own.'),
  // The host resolves these names in bindings, where no default of ours reaches.
  ONBOARDING_QUEUE: name.describe('Queue that events of other systems arrive on.'),
  RECONCILE_QUEUE: name.describe('Queue of looks at tenants and links.'),
  SWEEPS_QUEUE: name.describe('Queue of sweeps.'),
  NOTICES_QUEUE: name.describe('Queue of notices to send.'),
  PARKED_QUEUE: name.describe('Queue of messages that cannot be processed.'),

  EXPECT_DELEGATION_WITHIN_MS: ms
    .default(14 * DAY)
    .describe('How long a delegation may take after its announcement before its absence counts.'),
  SECOND_LOOK_FIRST_PAUSE_MS: count
    .default(MINUTE)
    .describe('Pause before the second look at a new tenant; later pauses grow.'),
  SECOND_LOOKS_FOR_MS: ms
    .default(HOUR)
    .describe('How long a new tenant is looked at again by itself; after that by every sweep.'),
  STALE_AFTER_MS: count
    .default(48 * HOUR)
    .describe('Age of the last good look from which a tenant no longer counts as earning.'),
  INDEX_LAG_ALLOWANCE_MS: ms
    .default(15 * MINUTE)
    .describe('How long Resource Graph is not believed about what was read directly.'),
  ATTESTATION_VALID_MS: count
    .default(180 * DAY)
    .describe('How long what a person shows of their link counts.'),
  LINK_FRESHNESS_MS: count
    .default(5 * MINUTE)
    .describe('Age below which what is known of a link is not read again.'),
  LINK_LEASE_MS: count
    .optional()
    .describe(
      'How long a pass has a link for itself; by default three timeouts of Azure Resource Manager and ten seconds.',
    ),
  SWEEP_SCHEDULE: z.string().min(9).describe('When the estate is swept; `0 0 2 * * *` is two at night.'),
  WATCH_SCHEDULE: z
    .string()
    .min(9)
    .describe('When the tenant’s activity log is read; `0 */5 * * * *` is every five minutes.'),
  WATCHER_IDENTITY_CLIENT_ID: guid
    .optional()
    .describe('Client id of the managed identity that reads the activity log. Absent: nothing is watched.'),
  WATCH_OVERLAP_MS: count
    .default(30 * MINUTE)
    .describe(
      'How far each look at the activity log goes back before the last one, because entries arrive late.',
    ),
  ADOPT: z
    .enum(['auto', 'review'])
    .default('auto')
    .describe(
      'What becomes of customers that are found and were never announced: `auto` registers them, `review` puts them up for decision.',
    ),
  SWEEP_LEASE_MS: count
    .default(40 * MINUTE)
    .describe(
      'How long a sweep that stopped without a word keeps others from starting. Longer than a run of a function may take (`functionTimeout` in host.json).',
    ),
  SWEEP_FINISH_PAUSE_MS: count
    .default(30 * SECOND)
    .describe('Pause between two looks at whether a sweep’s passes have ended.'),
  SWEEP_FINISH_LIMIT_MS: count
    .default(HOUR)
    .describe('Time after which a sweep is finished with passes still open, and says so.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('Where people reach the app, for the links in notices.'),
  NOTICE_ROUTES: json(z.array(noticeRouteSetting))
    .default([])
    .describe(
      'JSON list: who hears of changes; a route has sink, url or urlSetting, secret or secretSetting, tags, min.',
    ),
  NOTICE_WINDOW_MS: count
    .default(MINUTE)
    .describe('What comes about within one such window is told as one notice.'),
  NOTICE_BREACH_SCOPES: count
    .default(10)
    .describe('So many gaps opened within one window are told at once, not with the digest.'),
  NOTICE_TIMEOUT_MS: count.default(15 * SECOND).describe('How long a sink may take to answer.'),
  DIGEST_SCHEDULE: z.string().min(9).describe('When the rest is told; `0 0 6 * * *` is six in the morning.'),
  CONCURRENT_READS: count.default(8).describe('Direct reads that one pass has under way at a time.'),
  DIRECT_READ_LIMIT: count
    .default(50)
    .describe('Subscriptions of one tenant above which the index is believed, except for bad news.'),
  RETRY_LIMIT: count.default(6).describe('Attempts before a message is parked.'),
  RETRY_BASE_MS: count.default(30 * SECOND).describe('First pause between attempts; later ones double.'),
  RETRY_CAP_MS: count.default(15 * MINUTE).describe('Longest pause between attempts.'),
  THROTTLE_CEILING_MS: count
    .default(6 * HOUR)
    .describe('How long a look may be put off by throttling before it counts as failed.'),

  TELEMETRY: list
    .pipe(z.array(z.enum(['otlp', 'azure-monitor'])))
    .default([])
    .describe('Where traces and metrics go: `otlp`, `azure-monitor`, both with a comma; nowhere when empty.'),
  TELEMETRY_SAMPLE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of traces that is kept; metrics are whole.'),
  OTEL_SERVICE_NAME: name.default('pal-autopilot').describe('What the app is called in traces and metrics.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('With `otlp`: the collector; `/v1/traces` and `/v1/metrics` are appended.'),
  // The host reads these two as well, for what it records itself.
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .regex(/(^|;)InstrumentationKey=[^;]+/i, 'must name an InstrumentationKey')
    .optional()
    .describe('With `azure-monitor`: the Application Insights resource.'),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z
    .string()
    .min(1)
    .optional()
    .describe('`ClientId=…;Authorization=AAD`: the managed identity that sends to Azure Monitor.'),
});

type Environment = z.infer<typeof environment>;

/** The environment as it is, for settings that other settings name. */
type Given = Readonly<Record<string, string | undefined>>;

/** Every setting there is: whether it has to be given, what it is when it is not, what it means. */
export const settings = Object.entries(environment.shape).map(([name, schema]) => {
  const { success, data } = schema.safeParse(undefined);
  return { name, required: !success, byDefault: data, description: schema.description ?? '' };
});

/** One wrong or missing setting. */
interface Fault {
  readonly setting: string;
  readonly problem: string;
}

/** Thrown when settings are wrong; the message lists every fault and no value. */
export class ConfigError extends Error {
  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ setting, problem }) => `  ${setting}: ${problem}`);
    super(`The settings are not right, so nothing was started:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}

export type Config = ReturnType<typeof shape>;

/** Reads settings; throws `ConfigError` naming every faulty variable. Empty variables count as absent. */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environment.safeParse(given);
  const wrong = parsed.error?.issues.map(faultOf) ?? [];
  const told = new Set(wrong.map(({ setting }) => setting));
  const crossed = crossCheck(parsed.data ?? standingIn(given, told), given).filter(
    ({ setting }) => !told.has(setting),
  );
  if (!parsed.success || crossed.length > 0) throw new ConfigError([...wrong, ...crossed]);
  return Object.freeze(shape(parsed.data, given));
}

function faultOf(issue: z.core.$ZodIssue): Fault {
  const setting = String(issue.path[0] ?? '(environment)');
  const within = issue.path.slice(1).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  const problem = missing
    ? 'is missing'
    : issue.code === 'invalid_value'
      ? issue.message.replace(/^Invalid option: /, '')
      : issue.message;
  return { setting, problem: within ? `${within}: ${problem}` : problem };
}

/** Settings that have no default, as something that parses. */
const STAND_INS = {
  MANAGING_TENANT_ID: '00000000-0000-0000-0000-000000000000',
  PARTNER_ID: '1000',
  PRINCIPAL_OBJECT_ID: '00000000-0000-0000-0000-000000000000',
  PRINCIPAL_APPLICATION_ID: '00000000-0000-0000-0000-000000000000',
  OBSERVER_IDENTITY_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
  API_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
  ONBOARDING_QUEUE: 'onboarding',
  RECONCILE_QUEUE: 'reconcile',
  SWEEPS_QUEUE: 'sweeps',
  NOTICES_QUEUE: 'notices',
  PARKED_QUEUE: 'parked',
  SWEEP_SCHEDULE: '0 0 2 * * *',
  WATCH_SCHEDULE: '0 */5 * * * *',
  DIGEST_SCHEDULE: '0 0 6 * * *',
};

/** The environment with stand-ins for what is faulty, only so that all other faults can be told at the same time. */
function standingIn(given: Readonly<Record<string, unknown>>, faulty: ReadonlySet<string>): Environment {
  const sound = Object.entries(given).filter(([setting]) => !faulty.has(setting));
  return environment.parse({ ...STAND_INS, ...Object.fromEntries(sound) });
}

/** What a single field cannot tell. */
function crossCheck(env: Environment, given: Given): Fault[] {
  const faults: Fault[] = [];
  const fault = (setting: string, problem: string) => faults.push({ setting, problem });

  for (const setting of ['ARM_ENDPOINT', 'AUTHORITY_HOST'] as const) {
    if (env[setting] && !env.LOCAL_STACK)
      fault(setting, 'is only allowed with LOCAL_STACK=true, because tokens are sent there');
  }
  if (env.CLOUD !== 'AzureCloud' && !env.ALLOW_SOVEREIGN_CLOUD) {
    fault(
      'CLOUD',
      'names a sovereign cloud, where partner links are not known to exist; ALLOW_SOVEREIGN_CLOUD=true says you know better',
    );
  }
  if (env.GLOBAL_PARTNER_IDS.includes(env.PARTNER_ID)) {
    fault(
      'PARTNER_ID',
      'is listed in GLOBAL_PARTNER_IDS: a global (HQ) account earns nothing, use the location account’s ID',
    );
  }
  env.ADDITIONAL_PRINCIPALS.forEach((principal, index) => {
    const path = `[${index}]`;
    if (env.GLOBAL_PARTNER_IDS.includes(principal.partnerId)) {
      fault(
        'ADDITIONAL_PRINCIPALS',
        `${path}.partnerId is listed in GLOBAL_PARTNER_IDS: use the location account’s ID`,
      );
    }
    checkCredential(principal, env.ALLOW_SECRETS, (field, problem) =>
      fault('ADDITIONAL_PRINCIPALS', `${path}.${field} ${problem}`),
    );
  });
  const fields = {
    identityClientId: 'PRINCIPAL_IDENTITY_CLIENT_ID',
    certificatePath: 'PRINCIPAL_CERTIFICATE_PATH',
    secret: 'PRINCIPAL_SECRET',
    credential: 'PRINCIPAL_CREDENTIAL',
  } as const;
  checkCredential(defaultCredential(env), env.ALLOW_SECRETS, (field, problem) =>
    fault(fields[field], problem),
  );
  for (const [what, clash] of clashes(env))
    fault('ADDITIONAL_PRINCIPALS', `two principals share the ${what} ${clash}`);
  checkPrincipalRules(env, (index, problem) => fault('PRINCIPAL_RULES', `[${index}]${problem}`));

  for (const problem of noticeRouteFaults(env.NOTICE_ROUTES, given, env.LOCAL_STACK)) {
    fault('NOTICE_ROUTES', problem);
  }
  if (env.PUBLIC_URL?.startsWith('http:') && !env.LOCAL_STACK) fault('PUBLIC_URL', 'must be an https URL');

  if (env.TELEMETRY.includes('otlp') && !env.OTEL_EXPORTER_OTLP_ENDPOINT)
    fault('OTEL_EXPORTER_OTLP_ENDPOINT', 'is missing: TELEMETRY=otlp sends there');
  if (env.TELEMETRY.includes('azure-monitor') && !env.APPLICATIONINSIGHTS_CONNECTION_STRING)
    fault('APPLICATIONINSIGHTS_CONNECTION_STRING', 'is missing: TELEMETRY=azure-monitor sends there');

  if (!env.TABLES_CONNECTION_STRING && !env.TABLES_ENDPOINT)
    fault('TABLES_ENDPOINT', 'is missing (or TABLES_CONNECTION_STRING in the local stack)');
  if (env.TABLES_CONNECTION_STRING && !env.LOCAL_STACK)
    fault(
      'TABLES_CONNECTION_STRING',
      'is only allowed with LOCAL_STACK=true: use TABLES_ENDPOINT and an identity',
    );
  if (!env.ServiceBus && !env.ServiceBus__fullyQualifiedNamespace)
    fault(
      'ServiceBus__fullyQualifiedNamespace',
      'is missing (or ServiceBus, a connection string, in the local stack)',
    );
  if (env.ServiceBus && !env.LOCAL_STACK)
    fault(
      'ServiceBus',
      'a connection string is only allowed with LOCAL_STACK=true: use ServiceBus__fullyQualifiedNamespace and an identity',
    );
  return faults;
}

type CredentialField = 'identityClientId' | 'certificatePath' | 'secret' | 'credential';

interface CredentialGiven {
  readonly credential: z.infer<typeof credentialKind>;
  readonly identityClientId?: string | undefined;
  readonly certificatePath?: string | undefined;
  readonly secret?: string | undefined;
}

function checkCredential(
  given: CredentialGiven,
  allowSecrets: boolean,
  fault: (field: CredentialField, problem: string) => void,
): void {
  const needs = { federated: 'identityClientId', certificate: 'certificatePath', secret: 'secret' } as const;
  const field = needs[given.credential];
  if (!given[field]) fault(field, `is missing: the credential ${given.credential} needs it`);
  if (given.credential === 'secret' && !allowSecrets) {
    fault(
      'credential',
      'is “secret”, which is refused unless ALLOW_SECRETS=true; a federated credential needs no secret',
    );
  }
}

function defaultCredential(env: Environment): CredentialGiven {
  return {
    credential: env.PRINCIPAL_CREDENTIAL,
    identityClientId: env.PRINCIPAL_IDENTITY_CLIENT_ID,
    certificatePath: env.PRINCIPAL_CERTIFICATE_PATH,
    secret: env.PRINCIPAL_SECRET,
  };
}

function checkPrincipalRules(env: Environment, fault: (index: number, problem: string) => void): void {
  const names = new Set([
    env.PRINCIPAL_NAME,
    ...env.ADDITIONAL_PRINCIPALS.map((principal) => principal.name),
  ]);
  env.PRINCIPAL_RULES.forEach(({ principal, ...given }, index, rules) => {
    if (!names.has(principal)) {
      fault(index, '.principal names none of the principals; see PRINCIPAL_NAME and ADDITIONAL_PRINCIPALS');
    }
    const fitsAll = Object.keys(given).length === 0;
    if (fitsAll && index < rules.length - 1) {
      fault(index, ' fits every tenant, so that no rule after it is ever reached: put it last');
    }
  });
}

/**
 * One identity carries one partner ID, in its home tenant and in each customer's, so names, object ids and applications
 * are unique: two principals of one application would be the same service principal in a tenant.
 */
function clashes(env: Environment): [string, string][] {
  const found: [string, string][] = [];
  const names = [env.PRINCIPAL_NAME, ...env.ADDITIONAL_PRINCIPALS.map((p) => p.name)];
  const objects = [env.PRINCIPAL_OBJECT_ID, ...env.ADDITIONAL_PRINCIPALS.map((p) => p.objectId)];
  if (new Set(names).size < names.length) found.push(['name', 'of another']);
  if (new Set(objects).size < objects.length)
    found.push(['object id', 'of another: one identity carries one partner ID']);
  const applications = [
    env.PRINCIPAL_APPLICATION_ID,
    ...env.ADDITIONAL_PRINCIPALS.map((p) => p.applicationId),
  ];
  if (new Set(applications).size < applications.length) {
    found.push([
      'application id',
      'of another: an application is one identity in each tenant, and one identity carries one partner ID, so a second partner ID needs an application of its own',
    ]);
  }
  return found;
}

function credentialOf(given: CredentialGiven) {
  switch (given.credential) {
    case 'federated':
      return { kind: 'federated' as const, managedIdentityClientId: given.identityClientId ?? '' };
    case 'certificate':
      return { kind: 'certificate' as const, path: given.certificatePath ?? '' };
    case 'secret':
      return { kind: 'secret' as const, secret: given.secret ?? '' };
  }
}

/** What asks for telemetry, or nothing: null where it is not exported there. */
function telemetryOf(env: Environment) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, APPLICATIONINSIGHTS_CONNECTION_STRING: connection } = env;
  const identity = env.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '';
  return {
    otlp: env.TELEMETRY.includes('otlp') && endpoint ? { endpoint } : null,
    azureMonitor:
      env.TELEMETRY.includes('azure-monitor') && connection
        ? {
            connectionString: connection,
            /** Of the managed identity that sends; null where the resource takes anybody's telemetry. */
            clientId: /(?:^|;)\s*ClientId=([^;\s]+)/i.exec(identity)?.[1] ?? null,
          }
        : null,
    sampleRatio: env.TELEMETRY_SAMPLE_RATIO,
    serviceName: env.OTEL_SERVICE_NAME,
  };
}

function shape(env: Environment, given: Given) {
  const cloud = clouds[env.CLOUD];
  const first = {
    name: env.PRINCIPAL_NAME,
    homeTenantId: env.MANAGING_TENANT_ID,
    objectId: env.PRINCIPAL_OBJECT_ID,
    applicationId: env.PRINCIPAL_APPLICATION_ID,
    wantedPartnerId: env.PARTNER_ID,
    groupIds: env.PRINCIPAL_GROUPS,
    formerObjectIds: env.PRINCIPAL_FORMER_OBJECT_IDS,
    credential: credentialOf(defaultCredential(env)),
  };
  const more = env.ADDITIONAL_PRINCIPALS.map((principal) => ({
    name: principal.name,
    homeTenantId: env.MANAGING_TENANT_ID,
    objectId: principal.objectId,
    applicationId: principal.applicationId,
    wantedPartnerId: principal.partnerId,
    groupIds: principal.groups,
    formerObjectIds: principal.formerObjectIds,
    credential: credentialOf(principal),
  }));
  return {
    managingTenantId: env.MANAGING_TENANT_ID,
    principals: [first, ...more],
    globalPartnerIds: env.GLOBAL_PARTNER_IDS,
    unlinkOnOffboard: env.UNLINK_ON_OFFBOARD,
    principalRules: env.PRINCIPAL_RULES,
    partnerRole: env.PARTNER_ROLE,
    watchRules: { include: env.INCLUDE ?? null, exclude: env.EXCLUDE ?? null },
    linkRules: { mode: env.MODE, whenLinkedElsewhere: env.WHEN_LINKED_ELSEWHERE },
    observer: {
      managedIdentityClientId: env.OBSERVER_IDENTITY_CLIENT_ID,
      objectId: env.OBSERVER_OBJECT_ID ?? null,
    },
    delegation: {
      offerName: env.OFFER_NAME,
      engineersGroupObjectId: env.ENGINEERS_GROUP_OBJECT_ID ?? null,
    },
    api: { clientId: env.API_CLIENT_ID, v1Issuer: cloud.v1Issuer },
    rolesBySetting: env.ROLE_DECISIONS,
    trustedSources: env.TRUSTED_SOURCES,
    azure: {
      armEndpoint: env.ARM_ENDPOINT ?? cloud.arm,
      authorityHost: env.AUTHORITY_HOST ?? cloud.authority,
      assertionAudience: cloud.assertionAudience,
      privateAuthority: env.AUTHORITY_HOST !== undefined,
      timeoutMs: env.ARM_TIMEOUT_MS,
    },
    tables: env.TABLES_CONNECTION_STRING
      ? { kind: 'connection-string' as const, connectionString: env.TABLES_CONNECTION_STRING }
      : {
          kind: 'identity' as const,
          endpoint: env.TABLES_ENDPOINT ?? '',
          clientId: env.TABLES_IDENTITY_CLIENT_ID ?? null,
        },
    bus: env.ServiceBus
      ? { kind: 'connection-string' as const, connectionString: env.ServiceBus }
      : {
          kind: 'identity' as const,
          namespace: env.ServiceBus__fullyQualifiedNamespace ?? '',
          clientId: env.ServiceBus__clientId ?? null,
        },
    queues: {
      onboarding: env.ONBOARDING_QUEUE,
      reconcile: env.RECONCILE_QUEUE,
      sweeps: env.SWEEPS_QUEUE,
      notices: env.NOTICES_QUEUE,
      parked: env.PARKED_QUEUE,
    },
    expectDelegationWithinMs: env.EXPECT_DELEGATION_WITHIN_MS,
    secondLooks: {
      firstPauseMs: env.SECOND_LOOK_FIRST_PAUSE_MS,
      forMs: env.SECOND_LOOKS_FOR_MS,
      expectDelegationWithinMs: env.EXPECT_DELEGATION_WITHIN_MS,
    },
    staleAfterMs: env.STALE_AFTER_MS,
    attestationValidMs: env.ATTESTATION_VALID_MS,
    indexLagAllowanceMs: env.INDEX_LAG_ALLOWANCE_MS,
    linkFreshnessMs: env.LINK_FRESHNESS_MS,
    linkLeaseMs: env.LINK_LEASE_MS ?? 3 * env.ARM_TIMEOUT_MS + 10 * SECOND,
    sweep: {
      adopt: env.ADOPT,
      leaseMs: env.SWEEP_LEASE_MS,
      finishPauseMs: env.SWEEP_FINISH_PAUSE_MS,
      finishLimitMs: env.SWEEP_FINISH_LIMIT_MS,
    },
    publicUrl: env.PUBLIC_URL ?? null,
    notices: {
      routes: noticeRoutes(env.NOTICE_ROUTES, given),
      windowMs: env.NOTICE_WINDOW_MS,
      breachScopes: env.NOTICE_BREACH_SCOPES,
      timeoutMs: env.NOTICE_TIMEOUT_MS,
      /** Sinks may be inside, and speak plain HTTP. */
      local: env.LOCAL_STACK,
    },
    watcher: {
      managedIdentityClientId: env.WATCHER_IDENTITY_CLIENT_ID ?? null,
      overlapMs: env.WATCH_OVERLAP_MS,
    },
    concurrentReads: env.CONCURRENT_READS,
    directReadLimit: env.DIRECT_READ_LIMIT,
    retry: {
      limit: env.RETRY_LIMIT,
      baseMs: env.RETRY_BASE_MS,
      capMs: env.RETRY_CAP_MS,
      ceilingMs: env.THROTTLE_CEILING_MS,
    },
    telemetry: telemetryOf(env),
  };
}
