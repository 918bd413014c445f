import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { makeArmClient } from './adapters/arm/arm-client.ts';
import { makeBucketGate } from './adapters/arm/bucket-gate.ts';
import { makeEstateIndex } from './adapters/arm/estate-index.ts';
import { makeEstate } from './adapters/arm/estate.ts';
import { makePartnerLinks } from './adapters/arm/partner-links.ts';
import { makeQueues } from './adapters/bus/queues.ts';
import { makeCredential } from './adapters/identity/credentials.ts';
import { makeEntraWatch } from './adapters/identity/entra-watch.ts';
import { makeTokenSource } from './adapters/identity/token-source.ts';
import { makeLinkLedger } from './adapters/tables/link-ledger.ts';
import { makeFollowUps, makeSweepLedger } from './adapters/tables/sweep-ledger.ts';
import { makeParkedMessages } from './adapters/tables/parked-messages.ts';
import { makeTable, type TableStorage } from './adapters/tables/table.ts';
import { makeTenantLedger } from './adapters/tables/tenant-ledger.ts';
import { makeTenantList } from './adapters/tables/tenant-list.ts';
import { makeThrottleBoard } from './adapters/tables/throttle-board.ts';
import { makeLog } from './adapters/telemetry/log.ts';
import { loadConfig, type Config } from './config.ts';
import { makeRoleTable } from './domain/role-table.ts';
import { makeKeepParked } from './usecases/keep-parked.ts';
import { makeReconcileLink } from './usecases/reconcile-link.ts';
import { makeReconcileTenant } from './usecases/reconcile-tenant.ts';
import { makeReconcile } from './usecases/reconcile.ts';
import { makeRegisterTenant } from './usecases/register-tenant.ts';
import { makeReport } from './usecases/report.ts';
import { makeStartSweep } from './usecases/start-sweep.ts';
import { makeSweepTenants } from './usecases/sweep-tenants.ts';

/** What the functions call: one use case each. */
export type App = ReturnType<typeof makeApp>;

type WriteLine = Parameters<typeof makeLog>[0];

/** A short, stable name for a long text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Composes the app from its settings. Connections are made when first used. */
function makeApp(config: Config, writeLine: WriteLine) {
  const log = makeLog(writeLine);
  const clock = () => new Date();
  const storage = storageOf(config);
  const table = (name: string) => makeTable(name, storage);

  const list = makeTenantList(table('Tenants'), digest);
  const ledger = makeTenantLedger(table('Ledger'), list, randomUUID);
  const followUps = makeFollowUps(table('FollowUps'));
  const sweeps = makeSweepLedger(table('Sweeps'));
  const links = makeLinkLedger(table('Links'));
  const parked = makeParkedMessages(table('Parked'));
  const queues = makeQueues(() => connectBus(config), config.queues);
  const roles = makeRoleTable(config.roleDecisions);
  const azure = makeAzure(config, makeThrottleBoard(table('Throttles')), clock, (fields) => {
    log.warn('upstream.throttled', fields);
  });

  const reconcileTenant = makeReconcileTenant({
    ...config,
    ledger,
    links,
    queues,
    roles,
    clock,
    index: azure.index,
    estate: azure.estate,
  });
  const reconcileLink = makeReconcileLink({
    links,
    partnerLinks: azure.partnerLinks,
    principals: config.principals,
    rules: config.linkRules,
    leaseMs: config.linkLeaseMs,
    clock,
    log,
  });

  return {
    clock,
    log,
    registerTenant: makeRegisterTenant({
      ledger,
      queues,
      clock,
      log,
      digest,
      managingTenantId: config.managingTenantId,
      trustedSources: config.trustedSources,
    }),
    reconcile: makeReconcile({
      reconcileTenant,
      reconcileLink,
      queues,
      followUps,
      retry: config.retry,
      clock,
      random: Math.random,
      log,
    }),
    startSweep: makeStartSweep({ queues, clock }),
    sweep: makeSweepTenants({
      ...config.sweep,
      ledger,
      list,
      links,
      sweeps,
      followUps,
      index: azure.index,
      queues,
      passRules: { ...config, roles },
      clock,
      log,
      digest,
      indexLagAllowanceMs: config.indexLagAllowanceMs,
      staleAfterMs: config.staleAfterMs,
    }),
    keepParked: makeKeepParked({ parked, log }),
    report: makeReport({
      ledger,
      links,
      parked,
      sweeps,
      principals: config.principals,
      staleAfterMs: config.staleAfterMs,
      clock,
    }),
  };
}

function makeAzure(
  config: Config,
  board: ReturnType<typeof makeThrottleBoard>,
  clock: () => Date,
  onThrottled: (fields: { path: string; requestId: string | null }) => void,
) {
  const { armEndpoint, timeoutMs } = config.azure;
  const observer = config.observer.objectId ?? config.observer.managedIdentityClientId;
  // Subscriptions have buckets of their own; what several workers share are the managing tenant's.
  const shared = `~${config.managingTenantId}~`;
  const pause = (ms: number) => sleep(ms);
  const gate = makeBucketGate(board, (bucket) => bucket.includes(shared), clock, pause);
  const arm = makeArmClient({
    endpoint: armEndpoint,
    credential: observerCredential(config, clock),
    timeoutMs,
    clock,
    newId: randomUUID,
    onThrottled,
  });
  const credentials = new Map(config.principals.map((p) => [p.name, principalCredential(config, p, clock)]));
  const common = { arm, gate, observer, managingTenantId: config.managingTenantId, clock };
  return {
    index: makeEstateIndex({ ...common, sleep: pause }),
    estate: makeEstate(common),
    partnerLinks: makePartnerLinks({
      endpoint: armEndpoint,
      credentialOf: (principal) => {
        const credential = credentials.get(principal.name);
        if (!credential) throw new Error(`no credential for ${principal.name}`);
        return credential;
      },
      gate,
      timeoutMs,
      clock,
    }),
  };
}

function principalCredential(config: Config, principal: Config['principals'][number], clock: () => Date) {
  const { homeTenantId: tenantId, applicationId, objectId, name, credential } = principal;
  const watch = makeEntraWatch(name, config.azure.timeoutMs, clock);
  const context = { ...config.azure, tenantId, applicationId, watch };
  return makeTokenSource(makeCredential(credential, context), watch, {
    name,
    tenantId,
    applicationId,
    objectId,
  });
}

function observerCredential(config: Config, clock: () => Date) {
  const { managedIdentityClientId, objectId } = config.observer;
  const tenantId = config.managingTenantId;
  const watch = makeEntraWatch('observer', config.azure.timeoutMs, clock);
  const context = { ...config.azure, tenantId, applicationId: managedIdentityClientId, watch };
  const credential = makeCredential({ kind: 'managed-identity', managedIdentityClientId }, context);
  return makeTokenSource(credential, watch, {
    name: 'observer',
    tenantId,
    ...(objectId ? { objectId } : {}),
  });
}

function storageOf({ tables }: Config): TableStorage {
  if (tables.kind === 'connection-string') return tables;
  return { kind: 'identity', endpoint: tables.endpoint, credential: ownIdentity(tables.clientId) };
}

function connectBus({ bus }: Config): ServiceBusClient {
  if (bus.kind === 'connection-string') return new ServiceBusClient(bus.connectionString);
  return new ServiceBusClient(bus.namespace, ownIdentity(bus.clientId));
}

/** The app's own identity, for its own storage and queues; never used for a partner link. */
function ownIdentity(clientId: string | null): ManagedIdentityCredential {
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}

/** The app, composed from the environment's settings. Throws `ConfigError`. */
export function startApp(writeLine: WriteLine): App {
  return makeApp(loadConfig(), writeLine);
}
