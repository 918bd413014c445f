/**
 * The ARM and Entra simulator as a process: a child of the local stack, or alone for any real client:
 * `npm run azure -- --estate FILE [--port N] [--data DIR] [--applications JSON] [--people JSON]`.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { serveControl } from '../control.ts';
import { readEstate } from '../estates/estate.ts';
import { startAzure, type Azure } from './azure-server.ts';

const usage =
  'Usage: npm run azure -- --estate FILE [--port N] [--data DIR] [--applications JSON] [--people JSON]';

const Applications = z.array(
  z.strictObject({
    name: z.string(),
    applicationId: z.guid(),
    objectId: z.guid(),
    secret: z.string(),
    roles: z.record(z.string(), z.array(z.string())).default({}),
  }),
);

const People = z.array(
  z.strictObject({
    name: z.string(),
    objectId: z.guid(),
    clientId: z.guid(),
    roles: z.array(z.string()),
  }),
);

try {
  await run();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      estate: { type: 'string' },
      port: { type: 'string', default: '0' },
      data: { type: 'string' },
      applications: { type: 'string', default: '[]' },
      people: { type: 'string', default: '[]' },
    },
  });
  if (values.estate === undefined) throw new Error(usage);
  if (!/^\d{1,5}$/.test(values.port)) throw new Error(`--port has to be a number.\n${usage}`);
  const estate = readEstate(values.estate);
  const azure = await startAzure({
    estate,
    port: Number(values.port),
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    applications: Applications.parse(JSON.parse(values.applications)),
    people: People.parse(JSON.parse(values.people)),
    log: (line) => console.error(line),
  });

  const stop = () => void azure.stop().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { url, caFile, identityEndpoint, principals, observer } = azure;
  serveControl(
    { url, caFile, identityEndpoint, principals, observer },
    {
      report: () => azure.report(),
      'apply-step': (at) => {
        azure.applyStep(Number(at));
        return null;
      },
    },
    stop,
  );
  if (process.connected) return;
  // npm's shell passes no signal on: when it is gone, so is whoever wanted this.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 300).unref();
  // Alone there is nobody to say when, so the estate's changes begin at once.
  azure.startTimeline();
  console.log(describe(azure, estate.managingTenant.tenantId));
}

function describe(azure: Azure, tenantId: string): string {
  const { url, caFile, identityEndpoint, principals, observer } = azure;
  return [
    `ARM and Entra   ${url}`,
    `CA file         ${caFile}`,
    `Identity        IDENTITY_ENDPOINT=${identityEndpoint.url} IDENTITY_HEADER=${identityEndpoint.header}`,
    `Observer        object id ${observer.objectId}, client id ${observer.clientId} (managed identity)`,
    ...principals.map(
      (one) =>
        `Principal       ${one.name}: object id ${one.objectId}, application id ${one.applicationId}, ` +
        `secret ${one.secret}`,
    ),
    '',
    'Node    NODE_EXTRA_CA_CERTS=<CA file>, authority host and ARM endpoint as above, instance discovery off',
    ...azExample(azure, tenantId),
  ].join('\n');
}

function azExample({ url, caFile, principals }: Azure, tenantId: string): string[] {
  const [first] = principals;
  if (!first) return [];
  return [
    `az      export REQUESTS_CA_BUNDLE=${caFile}`,
    `        az cloud register -n pal-local --endpoint-resource-manager ${url} \\`,
    `          --endpoint-active-directory ${url}/adfs --endpoint-active-directory-resource-id ${url} \\`,
    `          --endpoint-active-directory-graph-resource-id ${url}`,
    '        az cloud set -n pal-local',
    `        az login --service-principal -u ${first.applicationId} -p '${first.secret}' --tenant ${tenantId} \\`,
    '          --allow-no-subscriptions',
    '        az rest --method get --url "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01"',
  ];
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is in use by another program: choose another with --port.`;
  }
  return error.message;
}
