/** Starts ARM and Entra on one TLS port, with a managed identity endpoint beside them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Estate } from '../estates/estate.ts';
import { makeTimeline } from '../estates/timeline.ts';
import { armRoutes } from './arm.ts';
import { loadCertificates } from './certificates.ts';
import { countCall, makeCounters, type Report } from './counters.ts';
import { makeDirectory, type ExtraApplication } from './directory.ts';
import { makeDoor, type Door } from './door.ts';
import { entraRoutes } from './entra.ts';
import type { Call } from './exchange.ts';
import { makeFaults } from './faults.ts';
import { linksOf, makeLinkSync } from './link-sync.ts';
import { makeLiveEstate } from './live-estate.ts';
import { startManagedIdentity } from './managed-identity.ts';
import { makeManagementPartner } from './management-partner.ts';
import { makePartnerLinks, providerTime, type LinkRecord } from './partner-links.ts';
import { makeQuotas } from './quotas.ts';
import { makeOwnResources } from './own-resources.ts';
import { makeResourceGraph } from './resource-graph.ts';
import type { Person } from './person.ts';
import { loadTokens } from './tokens.ts';

export interface AzureOptions {
  readonly estate: Estate;
  /** 0 for any free port. */
  readonly port: number;
  /** Keeps certificates, keys, links and counters; without it they are gone when the simulator stops. */
  readonly dataDir?: string;
  /** Applications of the managing tenant beside the estate's principals. */
  readonly applications?: readonly ExtraApplication[];
  /** People of the managing tenant who may sign in to a page. */
  readonly people?: readonly Person[];
  /** PEM certificates by the name of the principal that may sign in with them. */
  readonly certificates?: Readonly<Record<string, string>>;
  /** Link records that exist from the beginning, instead of those the estate's links would make. */
  readonly links?: readonly LinkRecord[];
  /** The times written into link records. */
  readonly timestamp?: () => string;
  readonly now?: () => number;
  readonly tokenLifetimeSeconds?: number;
  /** Items in a page of an ARM list. */
  readonly pageSize?: number;
  readonly log?: (line: string) => void;
}

export interface Azure {
  /** Base of ARM and authority host of Entra. */
  readonly url: string;
  /** What clients have to trust. */
  readonly caFile: string;
  readonly identityEndpoint: { readonly url: string; readonly header: string };
  readonly principals: readonly {
    readonly name: string;
    readonly applicationId: string;
    readonly objectId: string;
    readonly secret: string;
  }[];
  readonly observer: { readonly objectId: string; readonly clientId: string };
  report(): Report;
  /** Applies the patch of one step of the timeline, for whoever plays it. */
  applyStep(at: number): void;
  /** Plays the timeline's patches alone: here nobody knows what is settled, so a step without a time follows at once. */
  startTimeline(): void;
  stop(): Promise<void>;
}

export async function startAzure(options: AzureOptions): Promise<Azure> {
  if (options.dataDir !== undefined) return startIn(options.dataDir, options);
  const dataDir = mkdtempSync(join(tmpdir(), 'pal-azure-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const azure = await startIn(dataDir, options);
    return { ...azure, stop: () => azure.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

async function startIn(dataDir: string, options: AzureOptions): Promise<Azure> {
  const { estate, log = () => undefined } = options;
  const now = strictClock(options.now ?? Date.now);
  mkdirSync(dataDir, { recursive: true });
  const { caFile, key, cert } = await loadCertificates(dataDir);
  const tokens = loadTokens(dataDir);
  const timestamp = options.timestamp ?? (() => providerTime(now()));
  const links = makePartnerLinks({
    file: join(dataDir, 'links.jsonl'),
    initial: options.links ?? linksOf(estate, timestamp()),
    timestamp,
  });
  const live = makeLiveEstate({ estate, now, log, ...makeLinkSync(links) });
  const timeline = makeTimeline({
    steps: estate.timeline,
    play: (at) => live.apply(at),
    settle: () => Promise.resolve(),
    onError: (error) => log(`timeline: ${String(error)}`),
  });
  const counters = makeCounters(join(dataDir, 'counters.json'));
  const current = () => live.current().estate;
  const directory = makeDirectory({
    estate,
    current,
    certificates: options.certificates ?? {},
    extra: options.applications ?? [],
  });

  // The port has to be known before the routes that name it; nobody is answered until the door is there.
  const door = Promise.withResolvers<Door>();
  const server = createServer({ key, cert }, (request, response) => {
    void door.promise.then((open) => serve(open, now, log, request, response));
  });
  // Longer than clients keep idle connections, so that none of them meets one that is just being closed.
  server.keepAliveTimeout = 65_000;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const url = `https://localhost:${port}`;
  const armAudiences = [
    url,
    `https://127.0.0.1:${port}`,
    'https://management.azure.com',
    'https://management.core.windows.net',
  ];
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 3599;
  const entra = { directory, tokens, url, now, armAudiences, lifetimeSeconds, people: options.people ?? [] };
  door.resolve(
    makeDoor({
      live,
      counters,
      faults: makeFaults(),
      quotas: makeQuotas(),
      tokens,
      armRoutes: armRoutes({
        partners: makeManagementPartner(links, current),
        graph: makeResourceGraph(),
        own: makeOwnResources(),
        now,
      }),
      entraRoutes: entraRoutes(entra),
      armAudiences,
      url,
      pageSize: options.pageSize ?? 1_000,
      now,
    }),
  );
  const identity = await startManagedIdentity(entra, async () => {
    counters.count('entra', (counts) => countCall(counts, 'GET /msi/token'));
    await sleep(current().latencyMs.token);
  });

  return {
    url,
    caFile,
    identityEndpoint: { url: identity.url, header: identity.header },
    principals: directory.applications.map(({ name, applicationId, objectId, secret }) => ({
      name,
      applicationId,
      objectId,
      secret,
    })),
    observer: directory.observer,
    report: () => counters.report(),
    applyStep: (at) => live.apply(at),
    startTimeline: () => timeline.start(),
    async stop() {
      timeline.stop();
      await Promise.all([close(server), close(identity.server)]);
    },
  };
}

/** A clock of which no two looks show the same time, so that what came after an answer can be told from what came before. */
function strictClock(clock: () => number): () => number {
  let last = 0;
  return () => (last = Math.max(clock(), last + 0.001));
}

async function serve(
  door: Door,
  now: () => number,
  log: (line: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const arrivedAt = now();
  try {
    const fate = await door(await readCall(request, arrivedAt));
    // A hanging call keeps its connection until the client gives up or the simulator stops.
    if (fate === 'hang') return;
    if (fate === 'reset') {
      request.socket.destroy();
      return;
    }
    send(response, fate.status, fate.headers ?? {}, fate.body);
  } catch (error) {
    log(
      `${request.method ?? ''} ${request.url ?? ''}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
    if (!response.headersSent) {
      send(response, 500, {}, { error: { code: 'InternalServerError', message: 'The simulator failed.' } });
    }
  }
}

async function readCall(request: IncomingMessage, arrivedAt: number): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = (request.url ?? '/').replace(/^\/{2,}/, '/');
  const [path = '/', query = ''] = target.split(/\?(.*)/s);
  const parameters = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: request.method ?? 'GET',
    path,
    target,
    query: (name) => parameters.get(name.toLowerCase()),
    header: (name) => [request.headers[name]].flat()[0],
    body: Buffer.concat(chunks).toString(),
    arrivedAt,
  };
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const type =
    typeof body === 'object' && body !== null ? { 'content-type': 'application/json; charset=utf-8' } : {};
  response.writeHead(status, { ...type, ...headers, 'content-length': String(Buffer.byteLength(text)) });
  response.end(text);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function close(server: { close(done: () => void): unknown; closeAllConnections(): void }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
