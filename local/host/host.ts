/**
 * A small Azure Functions host: loads the built app as the Node.js worker would, and drives its HTTP, Service Bus queue
 * and timer triggers through the app's own copy of `@azure/functions`.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { findAppFiles, loadApp, type App } from './app.ts';
import { manualInput } from './bus-message.ts';
import { hostOptions, readHostJson, withOverrides, type HostJson, type HostOptions } from './host-json.ts';
import { startHttpListener } from './http-listener.ts';
import { makeInvoker, type InvocationStats, type Invoker } from './invocation.ts';
import { isAtLeast, type Log } from './log.ts';
import { makeServiceBusListener, type BusClient } from './queue-listener.ts';
import type { Settings } from './setting.ts';
import { within } from './time-limit.ts';
import { startTimers, type TimerListener } from './timer-listener.ts';
import { readTriggers, type Trigger } from './trigger.ts';

export interface HostDeps {
  /** The app's folder, with package.json (whose `main` is loaded) and host.json. */
  readonly appRoot?: string;
  /** One file to load instead of what package.json names. */
  readonly appFile?: string;
  /** host.json's content; read from the app's folder when left out. */
  readonly hostJson?: HostJson;
  /** The HTTP port on the loopback address; 0 takes a free one. */
  readonly port: number;
  /** App settings, for bindings. The app itself reads the process environment, as it does on Azure. */
  readonly env: Settings;
  readonly log: Log;
  /** Stands in for the Service Bus SDK in tests. */
  readonly makeClient?: (connectionString: string) => BusClient;
}

export interface Host {
  readonly port: number;
  /** Names of all functions, sorted. */
  readonly functions: readonly string[];
  /** Opens functions whose authLevel is not anonymous, as `x-functions-key` or `?code=`. */
  readonly key: string;
  stats(): InvocationStats;
  /** Stops receiving, lets what runs finish (10 s at most), runs the appTerminate hooks. */
  stop(): Promise<void>;
}

const drainMs = 10_000;
const closeMs = 2_000;

/** Starts the host; rejects when the app does not start, registers nothing or asks for something unsupported. */
export async function startHost(deps: HostDeps): Promise<Host> {
  const appRoot = deps.appRoot ?? dirname(required(deps.appFile, 'appRoot or appFile'));
  const options = hostOptions(withOverrides(deps.hostJson ?? readHostJson(appRoot), deps.env));
  const log: Log = (entry) => {
    if (isAtLeast(entry.level, options.minimumLogLevel)) deps.log(entry);
  };
  const files = deps.appFile === undefined ? findAppFiles(appRoot) : [deps.appFile];
  const app = await loadApp(files, appRoot, log);
  return startListening(app, options, { ...deps, log });
}

async function startListening(app: App, options: HostOptions, deps: HostDeps): Promise<Host> {
  const triggers = readTriggers(app.functions, deps.env, options.routePrefix);
  warnOfRetries(app, deps.log);
  const invoker = makeInvoker(app, deps.log);
  const { invoke } = invoker;
  const key = randomBytes(24).toString('base64url');
  const queues = makeServiceBusListener({
    triggers: triggers.filter((trigger) => trigger.kind === 'queue'),
    makeClient: deps.makeClient ?? makeSdkClient,
    invoke,
    options: options.serviceBus,
    log: deps.log,
  });

  // The HTTP port comes first: when it is taken, no message has been touched yet.
  const http = await startHttpListener(
    {
      triggers: triggers.filter((trigger) => trigger.kind === 'http'),
      invoke,
      key,
      runByHand: (name, text) => runByHand(triggers, invoker, timers, name, text),
      log: deps.log,
    },
    deps.port,
  );
  const timers = startTimers(
    triggers.filter((trigger) => trigger.kind === 'timer'),
    invoke,
  );
  queues.start();
  const say = (message: string) => deps.log({ level: 'information', category: 'host', message });
  say(`listening on http://127.0.0.1:${http.port}/${options.routePrefix}`);
  if (triggers.some((trigger) => trigger.kind === 'http' && trigger.authLevel !== 'anonymous')) {
    say(`x-functions-key of this run: ${key}`);
  }

  const stop = async () => {
    timers.stop();
    const answered = http.stop();
    // Without its broker a receiver takes long to close.
    await within(closeMs, queues.stopReceiving());
    const finished = await Promise.all([invoker.drain(drainMs), queues.drain(drainMs)]);
    if (finished.includes(false)) {
      const message = `${invoker.stats().inFlight} invocations were still running after ${drainMs / 1000} s`;
      deps.log({ level: 'warning', category: 'host', message });
    }
    await app.runHooks('appTerminate', { hookData: {}, appHookData: app.appHookData });
    await within(closeMs, queues.close());
    http.cut();
    await answered;
  };
  let stopping: Promise<void> | undefined;

  return {
    port: http.port,
    functions: [...app.functions.keys()].sort(),
    key,
    stats: () => invoker.stats(),
    stop: () => (stopping ??= stop()),
  };
}

/** With the SDK's own delay of 30 s a host would lag far behind a broker that was started again. */
function makeSdkClient(connectionString: string): BusClient {
  return new ServiceBusClient(connectionString, { retryOptions: { retryDelayInMs: 1_000 } });
}

function runByHand(
  triggers: readonly Trigger[],
  invoker: Invoker,
  timers: TimerListener,
  functionName: string,
  text: string,
): boolean {
  const trigger = triggers.find(
    (candidate) => candidate.functionName.toLowerCase() === functionName.toLowerCase(),
  );
  if (!trigger || trigger.kind === 'http') return false;
  const run =
    trigger.kind === 'timer'
      ? timers.run(trigger)
      : invoker.invoke(trigger.functionName, manualInput(text, trigger.binary));
  // The caller has its 202 by then; a failure has been logged and counted.
  run.catch(() => undefined);
  return true;
}

function warnOfRetries(app: App, log: Log): void {
  for (const [functionName, { metadata }] of app.functions) {
    if (!metadata.retryOptions) continue;
    const message = 'its retry options have no effect in the local host';
    log({ level: 'warning', category: 'host', functionName, message });
  }
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
