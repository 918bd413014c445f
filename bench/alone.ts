/**
 * Measures single round trips, each alone: what the ideal times are made of. A child process, because the settings that
 * reach the simulator (its certificate, its identity endpoint) have to be there when Node starts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACEProvisioningManagementPartnerAPI } from '@azure/arm-managementpartner';
import { ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { serveControl } from '../local/control.ts';
import { makeArmClient } from '../src/lib/adapters/arm/arm-client.ts';
import { makeEstateIndex } from '../src/lib/adapters/arm/estate-index.ts';
import { makeEstate } from '../src/lib/adapters/arm/estate.ts';
import { makeTable } from '../src/lib/adapters/tables/table.ts';
import { makeTenantList } from '../src/lib/adapters/tables/tenant-list.ts';
import { subscriptionScope } from '../src/lib/domain/scope.ts';
import { APPLICATION, MANAGING_TENANT, SECRET, subscriptionId, tenantId } from './estates.ts';

const env = (name: string) => process.env[name] ?? '';
const storage = {
  kind: 'connection-string' as const,
  connectionString: env('TABLES_CONNECTION_STRING'),
};
const clock = () => new Date();
const observer = new ManagedIdentityCredential({ clientId: env('OBSERVER_IDENTITY_CLIENT_ID') });
const arm = makeArmClient({
  endpoint: env('ARM_ENDPOINT'),
  timeoutMs: 60_000,
  clock,
  newId: randomUUID,
  onThrottled: () => undefined,
})(observer);
const common = {
  arm,
  gate: { run: <T>(_bucket: string, call: () => Promise<T>) => call() },
  observer: env('OBSERVER_OBJECT_ID'),
  managingTenantId: MANAGING_TENANT,
  clock,
};
const index = makeEstateIndex({ ...common, sleep: (ms) => sleep(ms) });
const estate = makeEstate(common);

/** Milliseconds one `call` takes: the median of `times`, after one that does not count. */
async function alone(times: number, call: (at: number) => Promise<unknown>): Promise<number> {
  await call(0);
  const taken: number[] = [];
  for (let at = 1; at <= times; at++) {
    const started = performance.now();
    await call(at);
    taken.push(performance.now() - started);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}

async function drain(items: AsyncIterable<unknown>): Promise<number> {
  const started = performance.now();
  let count = 0;
  for await (const _item of items) count += 1;
  if (count === 0) throw new Error('There was nothing to read, so nothing was measured.');
  return performance.now() - started;
}

function credential(): ClientSecretCredential {
  return new ClientSecretCredential(MANAGING_TENANT, APPLICATION, SECRET, {
    authorityHost: env('AUTHORITY_HOST'),
    disableInstanceDiscovery: true,
  });
}

serveControl(
  {},
  {
    /** All pages of the estate, one after the other. */
    estatePages: () => drain(index.tenants()),
    /** All pages of the list of tenants. */
    listPages: () => drain(makeTenantList(makeTable('Tenants', storage), String).all()),
    graphQuery: () =>
      alone(5, (at) =>
        arm({
          method: 'POST',
          path: '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01',
          body: { query: `resourcecontainers | where tenantId in~ ('${tenantId(at)}') | project id, name` },
          what: 'measuring',
        }),
      ),
    directRead: () => alone(5, (at) => estate.delegations(subscriptionScope(subscriptionId(at)))),
    armRead: () =>
      alone(5, () =>
        arm({
          method: 'GET',
          path: '/subscriptions/' + subscriptionId(0) + '?api-version=2022-12-01',
          what: 'measuring',
          understands: [401, 403, 404],
        }),
      ),
    token: () => alone(5, () => credential().getToken(`${env('ARM_ENDPOINT')}/.default`)),
    tableRead: () => alone(30, () => makeTable('Ledger', storage).get(tenantId(0), 'current')),
    tableWrite: () => {
      const table = makeTable('Scratch', storage);
      return alone(30, () => table.put({ partitionKey: 'alone', rowKey: 'row', value: 'x'.repeat(2_000) }));
    },
    queueHop: () => withBus((client) => queueHop(client)),
    /** The walk of the known scripts: each tenant in its turn reads the link, and acts where it is not as wanted. */
    walkTenants: (body) => walkTenants((body as { tenants: number }).tenants),
  },
  () => process.exit(0),
);

async function withBus(measure: (client: ServiceBusClient) => Promise<number>): Promise<number> {
  const client = new ServiceBusClient(env('BENCH_BROKER'));
  try {
    return await measure(client);
  } finally {
    await client.close();
  }
}

/** From sending a message until a subscribed receiver has it. */
async function queueHop(client: ServiceBusClient): Promise<number> {
  const sender = client.createSender('notices');
  const receiver = client.createReceiver('notices');
  let arrived: (() => void) | null = null;
  receiver.subscribe({
    processMessage: () => {
      arrived?.();
      return Promise.resolve();
    },
    processError: () => Promise.resolve(),
  });
  const hop = async () => {
    const here = new Promise<void>((resolve) => (arrived = resolve));
    await sender.sendMessages({ body: Buffer.from('{}'), messageId: `alone-${randomUUID()}` });
    await here;
  };
  return alone(20, hop);
}

async function walkTenants(tenants: number): Promise<number> {
  const client = new ACEProvisioningManagementPartnerAPI(credential(), {
    $host: env('ARM_ENDPOINT'),
    endpoint: env('ARM_ENDPOINT'),
  });
  await client.partners.get();
  const started = performance.now();
  for (let tenant = 0; tenant < tenants; tenant++) {
    const link = await client.partners.get();
    if (link.partnerId !== env('PARTNER_ID')) await client.partner.update(env('PARTNER_ID'));
  }
  return performance.now() - started;
}
