/** What starts each function, read from its registration with all settings resolved; anything unsupported is an error. */
import type { RegisteredFunction } from './app.ts';
import type { BindingInfo } from './core-api.ts';
import { readSchedule } from './ncrontab.ts';
import { parseRoute, type Route } from './route.ts';
import { resolveConnection, resolveSettings, type Settings } from './setting.ts';

export interface HttpTrigger {
  readonly kind: 'http';
  readonly functionName: string;
  readonly route: Route;
  /** Upper case; empty means every method. */
  readonly methods: readonly string[];
  readonly authLevel: 'anonymous' | 'function' | 'admin';
}

export interface QueueTrigger {
  readonly kind: 'queue';
  readonly functionName: string;
  readonly queueName: string;
  readonly connectionString: string;
  /** The handler wants the bytes as they are (`dataType: 'binary'`). */
  readonly binary: boolean;
}

export interface TimerTrigger {
  readonly kind: 'timer';
  readonly functionName: string;
  readonly schedule: string;
  readonly useMonitor: boolean;
  readonly runOnStartup: boolean;
}

export type Trigger = HttpTrigger | QueueTrigger | TimerTrigger;

/** Reads the triggers of all functions. Throws one error that names every fault found. */
export function readTriggers(
  functions: ReadonlyMap<string, RegisteredFunction>,
  settings: Settings,
  routePrefix: string,
): Trigger[] {
  const faults: string[] = [];
  const triggers: Trigger[] = [];
  for (const [name, { metadata }] of functions) {
    try {
      triggers.push(readTrigger(name, metadata.bindings, settings, routePrefix));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return triggers;
}

function readTrigger(
  functionName: string,
  bindings: Readonly<Record<string, BindingInfo>>,
  settings: Settings,
  routePrefix: string,
): Trigger {
  const entries = Object.entries(bindings);
  const [name, binding] = entries.find(([, { type }]) => /trigger$/i.test(type ?? '')) ?? [];
  if (name === undefined || !binding) throw new Error(`function "${functionName}" has no trigger`);
  const owner = `function "${functionName}", binding "${name}" (${String(binding.type)})`;
  const isHttp = binding.type?.toLowerCase() === 'httptrigger';
  for (const [other, { type }] of entries) {
    const allowed = other === name || (isHttp && other === '$return' && type?.toLowerCase() === 'http');
    if (allowed) continue;
    throw new Error(
      `function "${functionName}", binding "${other}" (${String(type)}): not supported by the local host; ` +
        'it knows triggers and HTTP responses',
    );
  }
  switch (binding.type?.toLowerCase()) {
    case 'httptrigger':
      return readHttpTrigger(functionName, binding, routePrefix, owner);
    case 'servicebustrigger':
      return readQueueTrigger(functionName, binding, settings, owner);
    case 'timertrigger':
      return readTimerTrigger(functionName, binding, settings, owner);
    default:
      throw new Error(`${owner}: this trigger is not supported by the local host`);
  }
}

function readHttpTrigger(
  functionName: string,
  binding: BindingInfo,
  routePrefix: string,
  owner: string,
): HttpTrigger {
  const authLevel = text(binding['authLevel'])?.toLowerCase() ?? 'anonymous';
  if (authLevel !== 'anonymous' && authLevel !== 'function' && authLevel !== 'admin') {
    throw new Error(`${owner}: unknown authLevel "${authLevel}"`);
  }
  const template = (text(binding['route']) ?? functionName).replace(/^\/+/, '');
  const methods = Array.isArray(binding['methods']) ? binding['methods'] : [];
  return {
    kind: 'http',
    functionName,
    route: parseRoute([routePrefix, template].filter(Boolean).join('/'), owner),
    methods: methods.map((method) => String(method).toUpperCase()),
    authLevel,
  };
}

function readQueueTrigger(
  functionName: string,
  binding: BindingInfo,
  settings: Settings,
  owner: string,
): QueueTrigger {
  const refuse = (what: string) => {
    throw new Error(`${owner}: ${what} is not supported by the local host`);
  };
  if (binding['topicName'] !== undefined) refuse('a topic');
  if (binding['isSessionsEnabled'] === true) refuse('isSessionsEnabled');
  if (binding['autoCompleteMessages'] === false) refuse('autoCompleteMessages: false');
  if (text(binding['cardinality'])?.toLowerCase() === 'many') refuse('cardinality "many"');
  if (binding.properties?.['supportsDeferredBinding'] === 'true') refuse('sdkBinding');
  return {
    kind: 'queue',
    functionName,
    queueName: resolveSettings(required(binding, 'queueName', owner), settings, `${owner}, queueName`),
    connectionString: resolveConnection(
      text(binding['connection']) ?? 'ServiceBus',
      settings,
      `${owner}, connection`,
    ),
    binary: binding.dataType?.toLowerCase() === 'binary',
  };
}

function readTimerTrigger(
  functionName: string,
  binding: BindingInfo,
  settings: Settings,
  owner: string,
): TimerTrigger {
  const field = `${owner}, schedule`;
  const schedule = resolveSettings(required(binding, 'schedule', owner), settings, field);
  return {
    kind: 'timer',
    functionName,
    schedule: readSchedule(schedule, field),
    useMonitor: binding['useMonitor'] !== false,
    runOnStartup: binding['runOnStartup'] === true,
  };
}

function required(binding: BindingInfo, option: string, owner: string): string {
  const value = text(binding[option]);
  if (!value) throw new Error(`${owner}: ${option} is missing`);
  return value;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
