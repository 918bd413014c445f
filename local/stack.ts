/** Starts and ends the parts of the local stack, each a child process of its own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startChild, type Child } from './control.ts';
import { readEstate, type Estate } from './estates/estate.ts';
import { makeLoader } from './estates/loader.ts';
import { makeTimeline } from './estates/timeline.ts';
import { freePort } from './free-port.ts';
import type { OperatorAnswer } from './operator-calls.ts';
import { makeOperators, makePeople, signInFacts } from './operators.ts';
import type { Options } from './options.ts';
import { settingsFor, type StackFacts } from './settings.ts';
import { settled, type QueueNumbers } from './settle.ts';
import { accessToken } from './sign-in.ts';
import { makeSteps } from './steps.ts';
import { usualAccount, type TablesAccount } from './tables/account.ts';

interface CallCounts {
  readonly calls: Readonly<Record<string, number>>;
  readonly throttled: number;
  readonly beforeRetryAfter: number;
}

/** What ARM was asked, and beside it what Entra was. */
export interface AzureReport extends CallCounts {
  readonly entra: CallCounts;
}

export interface Stack {
  readonly estate: Estate;
  readonly httpPort: number;
  /** Where a person or a test can reach the parts. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Sends the estate's events, unless this data directory has seen them; then the timeline starts. */
  loadEvents(): Promise<number>;
  /** How many steps of the timeline have not been played yet. */
  timelinePending(): number;
  /** What the operator's calls of the timeline were answered, and whether each as the estate says. */
  answers(): readonly OperatorAnswer[];
  answeredAsExpected(): boolean;
  /** Asks for a sweep, as the timer does every night. */
  startSweep(): Promise<void>;
  queues(): Promise<Readonly<Record<string, QueueNumbers>>>;
  azure(): Promise<AzureReport>;
  /** Requests to Table Storage so far, by method and table. */
  tableRequests(): Promise<Readonly<Record<string, number>>>;
  /** The app's settings, and with them what reaches every part; they hold the secrets of this run. */
  readonly settings: Readonly<Record<string, string>>;
  /** Process ids by part. */
  readonly pids: Readonly<Record<string, number>>;
  hostInFlight(): Promise<number>;
  /** The report of everything on record. */
  report(): Promise<Record<string, unknown>>;
  /** Resolves when a part ends that should not, with words. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

/** The host drains what it has begun; Azurite writes what it holds. */
const STOP_GRACE_MS = 15_000;
const SERVERS: ReadonlySet<string> = new Set(['tables', 'broker', 'azure']);

/**
 * Starts everything; rejects with words when a part does not start, and ends those that did. With `tables` it uses that
 * account, and starts no Table Storage of its own.
 */
export async function startStack(
  options: Options,
  dataDir: string,
  say: (line: string) => void,
  tables: TablesAccount | null = null,
): Promise<Stack> {
  const estate = readEstate(options.estate);
  const started: Child[] = [];
  const stop = async () => {
    // What uses the servers ends first, so that nothing it is doing is cut off.
    const isServer = ({ name }: Child) => SERVERS.has(name);
    await Promise.all(started.filter((child) => !isServer(child)).map((child) => child.stop(STOP_GRACE_MS)));
    await Promise.all(started.filter(isServer).map((child) => child.stop(STOP_GRACE_MS)));
  };
  const start = async (
    name: string,
    script: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ) => {
    const child = await startChild({
      name,
      script,
      args,
      env: { ...inherited(), ...env },
      onLine: (line) => say(`[${name}] ${line}`),
    });
    started.push(child);
    say(`${name}: process ${child.pid}`);
    return child;
  };

  try {
    return await startParts({ options, estate, dataDir, tables, start, stop, say });
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = (
  name: string,
  script: string,
  args: readonly string[],
  env?: Record<string, string>,
) => Promise<Child>;

interface Starting {
  readonly options: Options;
  readonly estate: Estate;
  readonly dataDir: string;
  readonly tables: TablesAccount | null;
  readonly start: Start;
  readonly stop: () => Promise<void>;
  readonly say: (line: string) => void;
}

async function startParts({
  options,
  estate,
  dataDir,
  tables: given,
  start,
  stop,
  say,
}: Starting): Promise<Stack> {
  const folder = (name: string) => {
    const path = join(dataDir, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const kept = options.data !== null;
  const account = given ?? usualAccount(await freePort());
  const operators = makeOperators();
  const [tables, broker, azure] = await Promise.all([
    given
      ? null
      : start('tables', 'local/tables/main.ts', [
          '--port',
          String(account.port),
          ...(kept ? ['--data', folder('tables')] : []),
        ]),
    start('broker', 'local/broker/main.ts', [
      '--queues',
      'infra/queues.json',
      ...(kept ? ['--data', folder('broker')] : []),
    ]),
    start('azure', 'local/azure/main.ts', [
      ...['--estate', options.estate, '--data', folder('azure')],
      ...['--applications', JSON.stringify(Object.values(operators))],
      ...['--people', JSON.stringify(makePeople())],
    ]),
  ]);
  const facts: StackFacts = {
    azure: azure.facts as unknown as StackFacts['azure'],
    broker: broker.facts as unknown as StackFacts['broker'],
    tables: account,
  };
  const settings = {
    ...settingsFor(estate, facts, options.mode),
    ...besideEstate(options.estate),
    ...options.set,
  };
  const hostArgs = ['--app-root', '.', '--port', String(options.port)];
  const host = await start('host', 'local/host/main.ts', hostArgs, settings);
  const report = await start('report', 'dist/report.mjs', ['--serve'], settings);
  const loader = makeLoader({ estate, dataDir, connectionString: facts.broker.connectionString });

  const addresses = {
    http: `http://127.0.0.1:${String(host.facts['port'])}/api`,
    arm: facts.azure.url,
    caFile: resolve(facts.azure.caFile),
    serviceBus: facts.broker.connectionString,
    tables: settings['TABLES_CONNECTION_STRING'] ?? '',
    ...signInFacts(facts.azure.url, estate.managingTenant.tenantId, operators),
  };
  writeFileSync(join(dataDir, 'stack.json'), JSON.stringify(addresses, null, 2), { mode: 0o600 });

  const queues = async () => (await broker.ask('stats')) as Record<string, QueueNumbers>;
  const hostInFlight = async () => ((await host.ask('stats')) as { inFlight: number }).inFlight;
  let token: Promise<string> | null = null;
  const steps = makeSteps({
    timeline: estate.timeline,
    azure,
    loader,
    operator: {
      base: addresses.http,
      token: () => (token ??= accessToken(addresses, 'operator')),
      now: () => new Date(),
    },
    file: join(dataDir, 'steps.json'),
    say,
  });
  const unplayable = Promise.withResolvers<string>();
  const timeline = makeTimeline({
    steps: estate.timeline,
    play: (at) => steps.play(at),
    settle: async () => {
      await settled({ queues, hostInFlight, timelinePending: () => 0 }, null, () => undefined);
    },
    onError: (error) => unplayable.resolve(`The timeline stopped: ${String(error)}`),
  });

  let stopping = false;
  const parts = [...(tables ? [tables] : []), broker, azure, host, report];
  return {
    estate,
    httpPort: Number(host.facts['port']),
    addresses,
    settings,
    async loadEvents() {
      const sent = await loader.send();
      timeline.start();
      return sent;
    },
    timelinePending: () => timeline.pending(),
    answers: () => steps.answers(),
    answeredAsExpected: () => steps.allAsExpected(),
    async startSweep() {
      const url = `http://127.0.0.1:${String(host.facts['port'])}/admin/functions/start-sweep`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      if (!answer.ok) throw new Error(`The host answered ${answer.status} when a sweep was asked for.`);
    },
    queues,
    azure: async () => (await azure.ask('report')) as AzureReport,
    async tableRequests() {
      if (!tables) throw new Error('Requests are counted of the stack’s own tables alone.');
      return (await tables.ask('requests')) as Record<string, number>;
    },
    pids: Object.fromEntries(parts.map(({ name, pid }) => [name, pid])),
    hostInFlight,
    report: async () => (await report.ask('report')) as Record<string, unknown>,
    broken: Promise.race([
      unplayable.promise,
      ...parts.map(async (part) => {
        const code = await part.ended;
        if (stopping) return new Promise<never>(() => undefined);
        return `${part.name} (process ${part.pid}) has ended${code === null ? ' by a signal' : ` with code ${code}`}.`;
      }),
    ]),
    async stop() {
      stopping = true;
      timeline.stop();
      await stop();
    },
  };
}

/** Settings that belong to an estate stand beside it: `estate.json` has `estate.settings.json`. */
function besideEstate(estateFile: string): Record<string, string> {
  const file = estateFile.replace(/(\.json)?$/, '.settings.json');
  if (!existsSync(file)) return {};
  const settings = z.record(z.string(), z.string()).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (settings.success) return settings.data;
  throw new Error(`${file} has to be a JSON object of strings: names and values of app settings.`);
}

/** What a child needs of our own environment; settings of a developer's shell must not reach the app. */
function inherited(): Record<string, string> {
  const wanted = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS'];
  return Object.fromEntries(wanted.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
