/**
 * Every command that the documents give is run: here, against one local stack, or by another of the checks; or it is
 * listed with what it would take.
 */
import {
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseOptions } from '../../local/options.ts';
import { announceStack } from '../../local/running-stacks.ts';
import { accessToken } from '../../local/sign-in.ts';
import { metrics } from '../../src/lib/domain/telemetry.ts';
import { commandsIn } from '../support/document-commands.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { runInShell, syntaxErrors, type Ran } from '../support/shell.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

/** Run below, each with what it shows. */
const here: Readonly<Record<string, RegExp>> = {
  'pal tenants list -o table': /Contoso .*earning/,
  'pal tenants list --state not-earning -o table': /Northwind Traders .*role-not-eligible/,
  'pal tenants list --state unlinked -o table': /^$/,
  'pal tenants show <tenantId> -o table': /role-not-eligible/,
  'pal tenants remedy <tenantId>': /"kind": "redeploy"/,
  'pal relink <tenantId>': /"outcome": "unchanged"/,
  'pal gaps -o table': /Northwind Traders .*role-not-eligible/,
  'pal gaps accept <tenantId> <gap> --why … --until 2027-03-31': /"why": "the owner agreed"/,
  'pal sweep start --wait 600 -o table': /finished/,
  'pal links unlink pal-link --why … --dry-run': /"affected"/,
  'pal parked redrive --all': /"handled": 1/,
  'pal roles decide <roleId> --earns false --source "case 4711"': /"earns": false/,
  'pal export --bom --file tenants.csv': /^$/,
  'pal doctor -o table': /your app role +passed/,
  [`pal event send '{"tenantId":"11111111-2222-4333-8444-555555555555"}'`]: /"sent": true/,
  'npx pal <command>': /^\d+\.\d+\.\d+$/,

  'token=$(npm run --silent token)': /^$/,
  'api() { curl -sS -H "Authorization: Bearer $token" "http://127.0.0.1:7071/api$1" "${@:2}"; }': /^$/,
  'id=2e322102-0002-4000-8000-000000000002 role=91c1777a-f3dc-4fae-b103-61d183457e46': /^$/,
  "api '/tenants?state=not-earning'": /"displayName":"Northwind Traders"/,
  "api '/tenants?bom=true' -H 'Accept: text/csv' -o tenants.csv": /^$/,
  'api /tenants/$id/remedy': /"kind":"redeploy","diff":.*"roleName":"Support Request Contributor"/,
  "api /tenants/$id/relink -X POST -H 'Prefer: wait=30'": /"kind":"done"/,
  [`api /roles/$role -X PUT --json '{"earns":false,"source":"case 4711"}'`]: /"earns":false/,
  'curl "$(azd env get-value PAL_API_URL)/health/live"': /^\{"status":"alive"\}$/,
  'export PAL_API=$(azd env get-value PAL_API_URL) PAL_API_CLIENT_ID=$(azd env get-value PAL_API_CLIENT_ID)':
    /^$/,

  "pal tenants list --all --query '[?openGaps > `0`].tenantId' -o tsv":
    /^2e322102-0002-4000-8000-000000000002$/m,
  'pal tenants register <tenantId> --name Contoso --tag team=north': /"team": "north"/,
  'pal tenants import customers.csv --dry-run': /"imported": 1/,
  "pal tenants remedy <tenantId> --query 'firstSteps[0].template' > delegation.json": /^$/,
  "pal found list --query '[?dismissed==null]' -o table": /^$/,
  'pal roles list -o table': /^$/,
  'pal roles decide 91c1777a-f3dc-4fae-b103-61d183457e46 --earns false --source "case 4711"':
    /"earns": false/,
  'pal relink <tenantId> --dry-run': /"outcome": "unchanged"/,
  'pal links unlink pal-link --why "the partner ID moves" --dry-run': /"affected"/,
  'pal gaps list -o table': /Fourth Coffee .*principal-missing/,
  'pal gaps accept <tenantId> <gap> --why "closes in spring" --until 2027-03-31': /"why": "closes in spring"/,
  'pal parked redrive <id>': /"handled": 1/,
  'pal parked redrive --reason "The message body is not valid JSON in UTF-8."': /"handled": 1/,
  'pal export --state not-earning > not-earning.csv': /^$/,
  [`pal doctor --query "[?verdict=='failed'].remedy" -o tsv`]: /Have the observer/,
};

/** The estate has what the doctor finds fault with. */
const endsInOne = /^pal doctor/;

/** The stack below is started with its options. */
const startsTheStack =
  'npm start -- --set TELEMETRY=otlp --set OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318';

const ci = '.ci/run';
const deciding = 'test/host/pal-deciding.test.ts';
const bootstrap = 'infra/bootstrap/bootstrap.sh --environment prod --location northeurope';
const azure = 'npm run azure -- --estate FILE --port N';

/** Run by what is named, which has these words. */
const elsewhere: readonly (readonly [by: string, words: RegExp, commands: readonly string[]])[] = [
  [ci, / npm ci$/m, ['npm ci']],
  [
    ci,
    / npm test /,
    ['npm ci && npm test', 'npm run test:unit', 'npm run test:browser', 'npx vitest run test/unit/domain'],
  ],
  [
    ci,
    /npm start --silent -- --once --json/,
    [
      'npm ci && npm start',
      'npm start',
      'npm start --',
      'npm start -- --once',
      'npm start --silent -- --once --json',
    ],
  ],
  [ci, / npm run check:static$/m, ['npm run check']],
  [ci, / npm run infra:check$/m, ['npm run infra:check']],
  [ci, / npm run --silent package$/m, ['npm run package', 'npm run build']],
  [ci, / npm run --silent bench /, ['npm run bench']],
  [
    'test/contract/bootstrap.test.ts',
    /'--environment', 'test', '--location', 'northeurope', '--operator', people\][^]*\.\.\.usual, '--what-if'/,
    [
      bootstrap,
      `${bootstrap} --operator <your object id>`,
      `${bootstrap} --operator <your object id> --what-if`,
    ],
  ],
  [
    'test/contract/local/azure-limits.test.ts',
    /local\/azure\/main\.ts[^]*--estate/,
    [azure, `${azure} [--data DIR]`],
  ],
  [
    'test/host/link-orders.test.ts',
    /runEstate\('links\/orders'/,
    ['npm start --silent -- --estate test/fixtures/estates/links/orders.json --once --sweep'],
  ],
  [deciding, /pal\('found', 'adopt', unwanted\)/, ['pal found adopt <tenantId>']],
  [deciding, /pal\('found', 'adopt', '--all', '--yes'\)/, ['pal found adopt --all --yes']],
  [
    deciding,
    /pal\('tenants', 'attest', guest, `@\$\{file\}`, '--by', /,
    ['pal tenants attest <tenantId> @link.json --by …'],
  ],
  [
    deciding,
    /partner\('confirmed', guestSubscription, '--by', 'Ola', '--partner-id', PARTNER_ID\)/,
    [
      'pal tenants partner-of-record confirmed <tenantId> <subscriptionId> --by "Kari Nordmann" --partner-id 4681234',
    ],
  ],
  ['test/unit/docs/generated.test.ts', /generatedDocuments\(\)/, ['npm run docs']],
  ['test/infra/compiles.test.ts', /infra:templates/, ['npm run infra:templates']],
];

/** What it would take to run them. */
const impossible: Readonly<Record<string, readonly string[]>> = {
  'az and a tenant': [
    'az login',
    'az login --tenant <managing tenant>',
    'az account set --subscription <your subscription>',
    `az ad app update --id <PAL_API_CLIENT_ID> --set 'spa={"redirectUris":["<PAL_API_URL>/dashboard"]}'`,
    'az deployment sub create',
    'az deployment mg create',
    "az deployment sub create --location northeurope --template-file infra/lighthouse/subscription.json --parameters managingTenantId=<your tenant> offerName='Fabrikam managed service' linkerObjectId=<id> observerObjectId=<id> engineersGroupObjectId=<id>",
    'az policy remediation create --name pal --management-group <id> --policy-assignment <name from the output>',
    'az provider register --namespace Microsoft.App',
    'az functionapp deployment source config-zip --resource-group rg-pal-prod --name <PAL_FUNCTION_APP> --src dist/pal-autopilot.zip',
    'az managementpartner show',
    'az managementpartner show | pal tenants attest <tenantId> - --by "Kari Nordmann"',
    'az rest --method post --url "/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01"',
    'az storage entity query',
  ],
  'azd and a subscription': [
    'azd auth login --tenant-id <managing tenant>',
    'azd env new prod --location northeurope --subscription <your subscription>',
    'azd env set',
    'azd env set …',
    'azd env set PAL_PARTNER_ID 4681234',
    'azd env set PAL_PRINCIPAL_OBJECT_ID <object id>',
    'azd env set PAL_PRINCIPAL_APPLICATION_ID <client id>',
    'azd env set PAL_API_CLIENT_ID <client id>',
    `azd env set PAL_ALERT_EMAILS '["operations@example.com"]'`,
    'azd env set PAL_MODE enforce',
    'azd env set PAL_MODE observe',
    'azd provision',
    'azd deploy',
    'azd deploy api --from-package dist/pal-autopilot.zip',
    'azd up',
    'azd down',
  ],
  'a Service Bus in Azure': ['pal event send @event.json --service-bus contoso.servicebus.windows.net'],
  'Core Tools': ['func start'],
  'a quiet machine and half an hour': ['npm run bench -- --write'],
  'a browser, and it draws docs/images anew': ['npm run pictures'],
};

const documents = [
  'README.md',
  ...globSync(['docs/**/*.md', 'infra/**/*.md', 'local/**/*.md', 'test/**/*.md']).sort(),
];
const documented = documents.map((file) => ({
  file,
  // Whether pal is called by npx or by itself makes no difference; one command below shows that npx finds it.
  commands: commandsIn(readFileSync(file, 'utf8')).map((command) =>
    command.replace(/^npx (?=pal [a-z])/, ''),
  ),
}));
const given = [...new Set(documented.flatMap(({ commands }) => commands))];
const northwind = '2e322102-0002-4000-8000-000000000002';
const fourthCoffee = '72766546-0006-4000-8000-000000000006';
/** Delegates nothing yet. */
const woodgrove = 'b6baa98a-0010-4000-8000-000000000010';

const ran = new Map<string, Ran>();
let folder: string;
let receiver: OtlpReceiver;
let running: RunningStack;
let api: string;
let token: string;

/** Somewhere to write into: everything in it is a link to the repository. */
function workingCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'documents-'));
  for (const name of readdirSync('.'))
    if (!name.startsWith('.')) symlinkSync(resolve(name), join(copy, name));
  writeFileSync(
    join(copy, 'customers.csv'),
    'tenantId,displayName\n44444444-2222-4333-8444-555555555555,Imported\n',
  );
  return copy;
}

/** The estate of `npm start`, whose Azure is busy once. */
async function start(): Promise<void> {
  receiver = await startOtlpReceiver();
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const estate = read('local/estates/default.json');
  const busy = {
    method: 'POST',
    path: 'ResourceGraph',
    times: 1,
    status: 429,
    headers: { 'Retry-After': '1' },
  };
  running = await runStack(
    { ...estate, faults: [...(estate['faults'] as object[]), busy] },
    {
      set: {
        ...(read('local/estates/default.settings.json') as Record<string, string>),
        ...parseOptions(startsTheStack.split(' ').slice(3)).set,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      },
    },
  );
  await running.settle();
  api = running.stack.addresses['http'] ?? '';
  token = await accessToken(running.stack.addresses, 'operator');
}

/** Makes the stack known to those alone whose temporary files are in the working copy. */
function announce(): () => void {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const forget = announceStack(join(running.dataDir, 'stack.json'));
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  return forget;
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(api + path, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as T;
}

async function gapOf(tenantId: string): Promise<string> {
  const { gaps } = await ask<{ readonly gaps: readonly { readonly id: string }[] }>(`/tenants/${tenantId}`);
  return gaps[0]?.id ?? 'no gap';
}

/** Runs, of one document, the commands that no other has had run, in their order. */
async function follow(
  file: string,
  tenantId: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const commands = (documented.find((one) => one.file === file)?.commands ?? []).filter(
    (command, at, all) => command in here && !ran.has(command) && all.indexOf(command) === at,
  );
  const gap = await gapOf(tenantId);
  const results = await runInShell(
    commands.map((command) => filled(command, tenantId, gap)),
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        TMPDIR: folder,
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        ...env,
      },
      prelude: [
        'pal() { node dist/pal.mjs "$@"; }',
        // What is sent back is parked again in a moment.
        `parked() { for _ in $(seq 100); do curl -s -H 'Authorization: Bearer ${token}' ${api}/parked | grep -m1 -oP '"id":"\\K[^"]+' && break; sleep 0.1; done; }`,
      ].join('\n'),
    },
  );
  results.forEach((result, at) => ran.set(commands[at] ?? '', result));
}

/** A command with every placeholder filled in. */
function filled(command: string, tenantId: string, gap: string): string {
  const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  return (
    command
      .replace('http://127.0.0.1:7071/api', api)
      .replace('$(azd env get-value PAL_API_URL)', api)
      .replace('$(azd env get-value PAL_API_CLIENT_ID)', running.stack.settings['API_CLIENT_ID'] ?? '')
      .replace('<command>', '--version')
      .replace(/(?<=register )<tenantId>/, '33333333-2222-4333-8444-555555555555')
      .replace(/<tenantId>(?= --query 'firstSteps)/, woodgrove)
      .replace('<tenantId>', tenantId)
      .replace('<roleId>', '91c1777a-f3dc-4fae-b103-61d183457e46')
      .replace('<gap>', gap)
      .replace('<id>', '"$(parked)"')
      .replace('…', '"the owner agreed"')
      .replace(/(?<=--until )\S+/, inAMonth)
      // A person is asked, and says yes.
      .replace(/^(pal parked redrive --.*)$/, 'parked >seen; $1 --yes')
  );
}

beforeAll(async () => {
  folder = workingCopy();
  await start();
  const forget = announce();
  try {
    await follow('README.md', northwind);
    await follow('docs/cli.md', fourthCoffee);
    await follow('docs/deploy.md', northwind, { PAL_TOKEN: token });
  } finally {
    forget();
    // Numbers are sent when it ends.
    await running.stop();
  }
}, 240_000);

afterAll(async () => {
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('every command of the documents is run, or listed with what it would take', () => {
  const accounted = [
    ...Object.keys(here),
    startsTheStack,
    ...elsewhere.flatMap(([, , commands]) => commands),
    ...Object.values(impossible).flat(),
  ];

  expect({
    forgotten: given.filter((command) => !accounted.includes(command)),
    gone: accounted.filter((command) => !given.includes(command)),
    twice: accounted.filter((command, at) => accounted.indexOf(command) !== at),
  }).toEqual({ forgotten: [], gone: [], twice: [] });
});

it.each(Object.entries(here))('%s', (command, shows) => {
  const { code, out } = ran.get(command) ?? { code: -1, out: 'was not run' };

  expect(out).toMatch(shows);
  expect(code).toBe(endsInOne.test(command) ? 1 : 0);
});

it('the commands leave the files behind that they name', () => {
  const sizes = ['tenants.csv', 'not-earning.csv', 'delegation.json'].map(
    (name) => statSync(join(folder, name)).size,
  );

  expect(Math.min(...sizes)).toBeGreaterThan(100);
});

it('every metric arrives at the endpoint that the stack was given', () => {
  const arrived = new Set(receiver.points().map(({ metric }) => metric));

  expect([...arrived].sort()).toEqual(Object.keys(metrics).sort());
});

it.each(elsewhere)('%s has the words %s', (file, words) => {
  expect(readFileSync(file, 'utf8')).toMatch(words);
});

it('a shell can read every command', async () => {
  const commands = given.map((command) => command.replaceAll(/<[^<>]+>|\[--data DIR\]/g, 'x'));

  expect(await syntaxErrors(commands)).toBe('');
});
