import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig, settingNames } from '../../../src/lib/config.ts';

/**
 * Every setting the app reads is in exactly one of these places: deployed by infra/ (in `ownSettings` of
 * modules/function-app.bicep where it follows from what is deployed, in `chosenSettings` of main.bicep where people
 * choose it), left to the operator, or for local runs alone.
 */
const leftToOperator = [
  'ADDITIONAL_PRINCIPALS',
  'ADOPT',
  'ALLOW_SECRETS',
  'ALLOW_SOVEREIGN_CLOUD',
  'ARM_TIMEOUT_MS',
  'ATTESTATION_VALID_MS',
  'CLOUD',
  'CONCURRENT_READS',
  'DIRECT_READ_LIMIT',
  'EXPECT_DELEGATION_WITHIN_MS',
  'GLOBAL_PARTNER_IDS',
  'INDEX_LAG_ALLOWANCE_MS',
  'LINK_FRESHNESS_MS',
  'LINK_LEASE_MS',
  'NOTICE_BREACH_SCOPES',
  'NOTICE_ROUTES',
  'NOTICE_TIMEOUT_MS',
  'NOTICE_WINDOW_MS',
  'PRINCIPAL_CERTIFICATE_PATH',
  'PRINCIPAL_FORMER_OBJECT_IDS',
  'PRINCIPAL_GROUPS',
  'PRINCIPAL_NAME',
  'PRINCIPAL_SECRET',
  'RETRY_BASE_MS',
  'RETRY_CAP_MS',
  'RETRY_LIMIT',
  'ROLE_DECISIONS',
  'SECOND_LOOKS_FOR_MS',
  'SECOND_LOOK_FIRST_PAUSE_MS',
  'STALE_AFTER_MS',
  'SWEEP_FINISH_LIMIT_MS',
  'SWEEP_FINISH_PAUSE_MS',
  'SWEEP_LEASE_MS',
  'THROTTLE_CEILING_MS',
  'TRUSTED_SOURCES',
  'WHEN_LINKED_ELSEWHERE',
];
const localOnly = ['LOCAL_STACK', 'ARM_ENDPOINT', 'AUTHORITY_HOST', 'TABLES_CONNECTION_STRING', 'ServiceBus'];

/** Known only once the site is there, so it is told in the resource itself. */
const fromTheSite = ['PUBLIC_URL'];

const deployed = [
  ...namesIn('infra/modules/function-app.bicep', 'ownSettings'),
  ...namesIn('infra/main.bicep', 'chosenSettings'),
];

/** The names in a `var … = { … }` of a Bicep file. */
function namesIn(file: string, variable: string): string[] {
  const block = new RegExp(`^var ${variable} = \\{\\n([^]*?)^\\}`, 'm').exec(readFileSync(file, 'utf8'));
  return [...(block?.[1] ?? '').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name ?? '');
}

it('deploys every setting there is, or says why not', () => {
  const placed = [...deployed, ...fromTheSite, ...leftToOperator, ...localOnly];

  expect({
    inNoPlace: settingNames.filter((name) => !placed.includes(name)),
    unknownToTheApp: placed.filter((name) => !settingNames.includes(name)),
    inTwoPlaces: placed.filter((name, index) => placed.indexOf(name) !== index),
  }).toEqual({ inNoPlace: [], unknownToTheApp: [], inTwoPlaces: [] });
});

it('tells the app its own address', () => {
  expect(readFileSync('infra/modules/function-app.bicep', 'utf8')).toContain(
    "PUBLIC_URL: 'https://${site.properties.defaultHostName}'",
  );
});

it('deploys all that the app needs to start, and nothing of local runs', () => {
  const values: Record<string, string> = {
    MODE: 'observe',
    PARTNER_ID: '4681234',
    PRINCIPAL_CREDENTIAL: 'federated',
    TABLES_ENDPOINT: 'https://stpal.table.core.windows.net/',
  };
  const standIn = (name: string) =>
    values[name] ??
    (name.endsWith('_QUEUE')
      ? name.replace('_QUEUE', '').toLowerCase()
      : name.endsWith('_SCHEDULE')
        ? '0 0 2 * * *'
        : '0b0b0b0b-0000-4000-8000-000000000001');

  const config = loadConfig(Object.fromEntries(deployed.map((name) => [name, standIn(name)])));

  expect(config.linkRules.mode).toBe('observe');
  expect(config.bus.kind).toBe('identity');
  expect(config.tables.kind).toBe('identity');
  expect(config.principals.map(({ credential }) => credential.kind)).toEqual(['federated']);
});
