import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { makeArmClient } from './adapters/arm/arm-client.ts';
import { makeAzureTime } from './adapters/arm/azure-time.ts';
import { bucketOf, makeBucketGate } from './adapters/arm/bucket-gate.ts';
import { makeDelegationLog } from './adapters/arm/delegation-log.ts';
import { makeEstateIndex } from './adapters/arm/estate-index.ts';
import { makeEstate } from './adapters/arm/estate.ts';
import { makePartnerLinks } from './adapters/arm/partner-links.ts';
import { makeTenantEstate } from './adapters/arm/tenant-estate.ts';
import { makeQueues } from './adapters/bus/queues.ts';
import { makeAccessTokens } from './adapters/identity/access-tokens.ts';
import { makeCredential } from './adapters/identity/credentials.ts';
import { makeEntraWatch } from './adapters/identity/entra-watch.ts';
import { keysFrom, makeSigningKeys } from './adapters/identity/signing-keys.ts';
import { makeTenantCredentials } from './adapters/identity/tenant-credentials.ts';
import { makeTokenSource } from './adapters/identity/token-source.ts';
import { makePost } from './adapters/notices/post.ts';
import { makeNoticeSink } from './adapters/notices/sinks.ts';
import { makeAnnouncements } from './adapters/tables/announcements.ts';
import { makeDelegationWatch } from './adapters/tables/delegation-watch.ts';
import { makeLinkLedger } from './adapters/tables/link-ledger.ts';
import { makeFollowUps, makeSweepLedger } from './adapters/tables/sweep-ledger.ts';
import { makeRoleDecisions } from './adapters/tables/role-decisions.ts';
import { makeSweepLists } from './adapters/tables/sweep-lists.ts';
import { makeFoundTenants } from './adapters/tables/found-tenants.ts';
import { makeObserverSights } from './adapters/tables/observer-sights.ts';
import { makeParkedMessages } from './adapters/tables/parked-messages.ts';
import { makeTable, type TableStorage } from './adapters/tables/table.ts';
import { makeTenantLedger } from './adapters/tables/tenant-ledger.ts';
import { makeTenantList } from './adapters/tables/tenant-list.ts';
import { makeThrottleBoard } from './adapters/tables/throttle-board.ts';
import { makeLog } from './adapters/telemetry/log.ts';
import { makeApi } from './api.ts';
import { loadConfig, type Config } from './config.ts';
import type { LinkIdentity } from './domain/link.ts';
import { decidingFacts } from './domain/pass-rules.ts';
import type { RoleTable } from './domain/role-table.ts';
import { loadInstruments, noInstruments, type Instruments } from './instruments.ts';
import { makeAttest } from './usecases/attest.ts';
import { makeAwaitOutcome } from './usecases/await-outcome.ts';
import { makeChangeLink } from './usecases/change-link.ts';
import { makeCheckDeployment } from './usecases/check-deployment.ts';
import { makeConfirmSweep } from './usecases/confirm-sweep.ts';
import { makeCurrentRoles } from './usecases/current-roles.ts';
import { makeDecideRoles } from './usecases/decide-roles.ts';
import { makeDecideFoundTenants } from './usecases/found-tenants.ts';
import { makeKeepParked } from './usecases/keep-parked.ts';
import { makeLookAtLink } from './usecases/look-at-link.ts';
import { makeNoteSight } from './usecases/note-sight.ts';
import { makeLoggedOutbox } from './usecases/logged-outbox.ts';
import { makeOutbox } from './usecases/outbox.ts';
import { makeReconcileLink } from './usecases/reconcile-link.ts';
import { makeReconcileTenant } from './usecases/reconcile-tenant.ts';
import { makeReconcile } from './usecases/reconcile.ts';
import { makeProposeRemedies } from './usecases/propose-remedies.ts';
import { makeRecordDpor } from './usecases/record-dpor.ts';
import { makeRegisterTenant } from './usecases/register-tenant.ts';
import { makeAcceptGap } from './usecases/accept-gap.ts';
import { makeReport } from './usecases/report.ts';
import { makeRequestRelink } from './usecases/request-relink.ts';
import { makeSendDigest } from './usecases/send-digest.ts';
import { makeSendNotice } from './usecases/send-notice.ts';
import { makeStartSweep } from './usecases/start-sweep.ts';
import { makeSweep } from './usecases/sweep.ts';
import { makeSweepTenants } from './usecases/sweep-tenants.ts';
import { makeWatchDelegations } from './usecases/watch-delegations.ts';

/** What the functions call: one use case each. */
export type App = ReturnType<typeof makeApp>;

type WriteLine = Parameters<typeof makeLog>[0];

/** A short, stable name for a long text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Composes the app from its settings. Connections are made when first used. */
function makeApp(config: Config, writeLine: WriteLine, instruments: Instruments) {
  const log = instruments.log(makeLog(writeLine));
  const clock = () => new Date();
  const storage = storageOf(config);
  const table = (name: string) => instruments.table(name, makeTable(name, storage));

  const queues = instruments.queues(makeQueues(() => connectBus(config), config.queues));
  const announcements = makeAnnouncements(table('Changes'));
  const { windowMs, routes } = config.notices;
  const telling = { announcements, queues, clock, windowMs, heard: routes.length > 0 };
  const outbox = makeLoggedOutbox(makeOutbox(telling), log);
  const list = makeTenantList(table('Tenants'), digest);
  const ledger = makeTenantLedger(table('Ledger'), list, randomUUID, outbox);
  const followUps = makeFollowUps(table('FollowUps'));
  const sweeps = makeSweepLedger(table('Sweeps'));
  const sweepLists = makeSweepLists(table('Sweeps'));
  const found = makeFoundTenants(table('FoundTenants'));
  const links = makeLinkLedger(table('Links'), outbox);
  const parked = makeParkedMessages(table('Parked'), table('Discarded'));
  const decisions = makeRoleDecisions(table('RoleDecisions'));
  const { rolesBySetting } = config;
  const currentRoles = makeCurrentRoles({ decisions, rolesBySetting, clock });
  const board = makeThrottleBoard(table('Throttles'));
  const azure = makeAzure(config, board, clock, instruments.http, (fields) => {
    log.warn('upstream.throttled', fields);
  });

  const lookAtLink = makeLookAtLink({
    links,
    partnerLinks: azure.partnerLinks,
    rules: config.linkRules,
    leaseMs: config.linkLeaseMs,
    clock,
    log,
  });
  const noteSight = makeNoteSight({ sights: makeObserverSights(table('Observer')), outbox });
  const watch = makeDelegationWatch(table('DelegationLog'));
  const reconcileTenant = judging(currentRoles, (roles) =>
    makeReconcileTenant({
      ...config,
      ledger,
      links,
      sweeps,
      queues,
      roles,
      clock,
      index: azure.index,
      estate: azure.estate,
      watch,
      tenantEstate: azure.tenantEstate,
      lookAtLink,
      noteSight,
    }),
  );
  const reconcileLink = makeReconcileLink({ links, principals: config.principals, lookAtLink });
  const sweepTenants = judging(currentRoles, (roles) =>
    makeSweepTenants({
      ...config.sweep,
      ledger,
      list,
      links,
      sweeps,
      sweepLists,
      followUps,
      outbox,
      found,
      index: azure.index,
      queues,
      passRules: { ...config, roles },
      clock,
      log,
      digest,
      indexLagAllowanceMs: config.indexLagAllowanceMs,
      staleAfterMs: config.staleAfterMs,
    }),
  );

  const actions = {
    checkDeployment: makeCheckDeployment({
      ...config,
      mode: config.linkRules.mode,
      observerObjectId: config.observer.objectId,
      partnerLinks: azure.partnerLinks,
      tenantEstate: azure.tenantEstate,
      estate: azure.estate,
      azureTime: azure.time,
      list,
      sweeps,
      parked,
      queues,
      clock,
    }),
    foundTenants: makeDecideFoundTenants({ found, ledger, queues, clock }),
    confirmSweep: makeConfirmSweep({ sweeps, sweepLists, followUps, queues, clock, log }),
    attest: makeAttest({ ...config, ledger, clock, log }),
    recordDpor: makeRecordDpor({ ledger, clock, log }),
    roles: makeDecideRoles({ decisions, rolesBySetting, list, queues, clock, log, digest }),
    proposeRemedies: judging(currentRoles, (roles) =>
      makeProposeRemedies({ ...config, ledger, estate: azure.estate, roles, clock }),
    ),
    acceptGap: makeAcceptGap({ ledger, clock }),
    requestRelink: makeRequestRelink({
      ledger,
      links,
      queues,
      principals: config.principals,
      principalRules: config.principalRules,
      watchRules: config.watchRules,
      partnerLinks: azure.partnerLinks,
      tenantEstate: azure.tenantEstate,
      clock,
      digest,
      newId: randomUUID,
      log,
    }),
    changeLink: makeChangeLink({
      links,
      ledger,
      list,
      queues,
      principals: config.principals,
      principalRules: config.principalRules,
      watchRules: config.watchRules,
      globalPartnerIds: config.globalPartnerIds,
      mode: config.linkRules.mode,
      partnerLinks: azure.partnerLinks,
      clock,
      pause,
      digest,
      newId: randomUUID,
      log,
    }),
    awaitOutcome: makeAwaitOutcome({ ledger, links, clock, pause }),
  };

  return {
    clock,
    log,
    signIn: signInOf(config),
    invocation: instruments.invocation,
    stop: instruments.stop,
    ...actions,
    registerTenant: makeRegisterTenant({
      ledger,
      queues,
      clock,
      log,
      digest,
      managingTenantId: config.managingTenantId,
      trustedSources: config.trustedSources,
      decidingFacts: decidingFacts(config),
    }),
    reconcile: makeReconcile({
      reconcileTenant: instruments.pass(reconcileTenant),
      reconcileLink: instruments.pass(reconcileLink),
      queues,
      followUps,
      retry: config.retry,
      clock,
      random: Math.random,
      log,
    }),
    watchDelegations: azure.delegationLog
      ? makeWatchDelegations({
          delegationLog: azure.delegationLog,
          watch,
          queues,
          clock,
          digest,
          log,
          overlapMs: config.watcher.overlapMs,
        })
      : null,
    startSweep: makeStartSweep({ queues, clock }),
    sweep: makeSweep({ sweepTenants, queues, retry: config.retry, clock, random: Math.random, log }),
    sendNotice: makeSendNotice({
      ...telling,
      ...config.notices,
      managingTenantId: config.managingTenantId,
      principals: config.principals,
      principalRules: config.principalRules,
      watchRules: config.watchRules,
      publicUrl: config.publicUrl,
      staleAfterMs: config.staleAfterMs,
      sweeps,
      links,
      sink: makeNoticeSink({ post: makePost({ ...config.notices, clock }), clock }),
      retry: config.retry,
      random: Math.random,
      log,
    }),
    sendDigest: makeSendDigest(telling),
    keepParked: makeKeepParked({ parked, outbox, log, digest }),
    api: makeApi({
      ...config,
      ledger,
      list,
      links,
      sweeps,
      parked,
      queues,
      actions,
      newId: randomUUID,
      digest,
      verifyToken: makeVerifyToken(config, clock),
      clock,
      log,
    }),
    report: makeReport({
      ledger,
      links,
      parked,
      sweeps,
      principals: config.principals,
      principalRules: config.principalRules,
      watchRules: config.watchRules,
      staleAfterMs: config.staleAfterMs,
      clock,
    }),
  };
}

/** A use case with the role table of the moment: a call judges by one and the same table from its beginning to its end. */
function judging<Given extends readonly unknown[], Made>(
  current: () => Promise<RoleTable>,
  make: (roles: RoleTable) => (...given: Given) => Promise<Made>,
): (...given: Given) => Promise<Made> {
  return async (...given) => make(await current())(...given);
}

function makeVerifyToken({ managingTenantId: tenantId, api, azure }: Config, clock: () => Date) {
  const { authorityHost, timeoutMs } = azure;
  const keyEndpoint = `${authorityHost}/${tenantId}/discovery/v2.0/keys`;
  const keys = makeSigningKeys({ download: keysFrom(keyEndpoint, timeoutMs), clock });
  return makeAccessTokens({ ...api, tenantId, authorityHost, keys, clock });
}

function makeAzure(
  config: Config,
  board: ReturnType<typeof makeThrottleBoard>,
  clock: () => Date,
  http: Instruments['http'],
  onThrottled: (fields: { path: string; requestId: string | null }) => void,
) {
  const { armEndpoint, timeoutMs } = config.azure;
  const observer = config.observer.objectId ?? config.observer.managedIdentityClientId;
  // Subscriptions have buckets of their own; what several workers share are the managing tenant's.
  const shared = `~${config.managingTenantId}~`;
  const gate = makeBucketGate(board, (bucket) => bucket.includes(shared), clock, pause);
  const transport = { timeoutMs, http: http?.arm };
  const armAs = makeArmClient({ endpoint: armEndpoint, ...transport, clock, newId: randomUUID, onThrottled });
  const arm = armAs(readerCredential(config, clock, 'observer', config.observer, http?.tokens));
  const watcher = config.watcher.managedIdentityClientId;
  const asWatcher = (managedIdentityClientId: string) =>
    armAs(
      readerCredential(config, clock, 'watcher', { managedIdentityClientId, objectId: null }, http?.tokens),
    );
  const credentials = principalCredentials(config, board, clock, http?.tokens);
  const credentialOf = (identity: LinkIdentity) => credentials.of(identity);
  const common = { arm, gate, observer, managingTenantId: config.managingTenantId, clock };
  return {
    index: makeEstateIndex({ ...common, sleep: pause }),
    estate: makeEstate(common),
    time: makeAzureTime(arm),
    /** Null while the settings give it no identity: then nothing is watched. */
    delegationLog: watcher ? makeDelegationLog({ arm: asWatcher(watcher) }) : null,
    tenantEstate: makeTenantEstate({
      armAs,
      credentialOf,
      objectIdOf: (principal, tenantId, expected) => credentials.objectIdOf(principal, tenantId, expected),
      gate,
    }),
    partnerLinks: makePartnerLinks({
      endpoint: armEndpoint,
      credentialOf,
      gate,
      ...transport,
      clock,
    }),
  };
}

const pause = (ms: number) => sleep(ms);

/** Enough for the passes of one worker that are under way, and for their next copies; each holds a token cache. */
const CREDENTIALS_KEPT = 500;

function principalCredentials(
  config: Config,
  board: ReturnType<typeof makeThrottleBoard>,
  clock: () => Date,
  http: HttpClient | undefined,
) {
  // Entra throttles an application per tenant; a tenant's next pass learns of it by its scheduled copy, not by the board.
  const tokens = makeBucketGate(board, () => false, clock, pause);
  const settings = new Map(config.principals.map(({ name, credential }) => [name, credential]));
  return makeTenantCredentials({
    make: ({ name: principal, applicationId }, tenantId, name) => {
      const given = settings.get(principal);
      if (!given) throw new Error(`no credential for ${principal}`);
      const watch = makeEntraWatch(name, config.azure.timeoutMs, clock);
      return {
        credential: makeCredential(given, { ...config.azure, tenantId, applicationId, watch, http }),
        watch,
      };
    },
    paced: (applicationId, tenantId, ask) => tokens.run(bucketOf(applicationId, tenantId, 'tokens'), ask),
    scope: `${config.azure.armEndpoint}/.default`,
    kept: CREDENTIALS_KEPT,
  });
}

/** A managed identity that reads and writes nothing. */
function readerCredential(
  config: Config,
  clock: () => Date,
  name: string,
  { managedIdentityClientId, objectId }: { managedIdentityClientId: string; objectId: string | null },
  http: HttpClient | undefined,
) {
  const tenantId = config.managingTenantId;
  const watch = makeEntraWatch(name, config.azure.timeoutMs, clock);
  const context = { ...config.azure, tenantId, applicationId: managedIdentityClientId, watch, http };
  const credential = makeCredential({ kind: 'managed-identity', managedIdentityClientId }, context);
  return makeTokenSource(credential, watch, {
    name,
    tenantId,
    ...(objectId ? { objectId } : {}),
  });
}

/** Where a person signs in to the dashboard: at the tenant's Entra, as a user of the API's own registration. */
function signInOf({ azure, api, managingTenantId }: Config) {
  return {
    authority: `${azure.authorityHost}/${managingTenantId}`,
    clientId: api.clientId,
    scope: `${api.clientId}/.default`,
    local: azure.privateAuthority,
  };
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

/** The app as it runs, composed from the environment's settings, with telemetry where they ask for it. Throws `ConfigError`. */
export async function startApp(writeLine: WriteLine): Promise<App> {
  const config = loadConfig();
  return makeApp(config, writeLine, await loadInstruments(config));
}

/** The app without telemetry, for tools that look at what it has recorded. Throws `ConfigError`. */
export function composeApp(writeLine: WriteLine): App {
  return makeApp(loadConfig(), writeLine, noInstruments);
}
