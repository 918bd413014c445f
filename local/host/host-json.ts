/** The settings of host.json that this host obeys, with the real host's defaults. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Settings } from './setting.ts';

/** host.json as it stands in the file; unknown parts are carried and ignored. */
export interface HostJson {
  readonly logging?: { readonly logLevel?: Readonly<Record<string, string>> };
  readonly extensions?: {
    readonly http?: { readonly routePrefix?: string };
    readonly serviceBus?: {
      readonly prefetchCount?: number;
      readonly autoCompleteMessages?: boolean;
      readonly maxAutoLockRenewalDuration?: string;
      readonly maxConcurrentCalls?: number;
    };
  };
}

export interface ServiceBusOptions {
  readonly prefetchCount: number;
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalMs: number;
  readonly maxConcurrentCalls: number;
}

export interface HostOptions {
  readonly routePrefix: string;
  readonly minimumLogLevel: string;
  readonly serviceBus: ServiceBusOptions;
}

/** Reads `host.json` in the app's folder; a missing or unreadable one stops the start, as on Azure. */
export function readHostJson(appRoot: string): HostJson {
  const file = join(appRoot, 'host.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HostJson;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Prefix of settings that go before host.json, path by path, as on Azure. */
const OVERRIDE = 'AzureFunctionsJobHost__';

/** host.json with what the settings put in its place: `AzureFunctionsJobHost__extensions__serviceBus__…`. */
export function withOverrides(hostJson: HostJson, settings: Settings): HostJson {
  const result = structuredClone(hostJson) as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    if (!name.startsWith(OVERRIDE) || value === undefined) continue;
    const path = name.slice(OVERRIDE.length).split('__');
    const last = path.pop() ?? '';
    let place = result;
    for (const part of path) {
      const next = (place[part] ?? {}) as Record<string, unknown>;
      place[part] = next;
      place = next;
    }
    place[last] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return result;
}

/** Fills in what host.json leaves out. */
export function hostOptions(hostJson: HostJson): HostOptions {
  const bus = hostJson.extensions?.serviceBus ?? {};
  return {
    routePrefix: (hostJson.extensions?.http?.routePrefix ?? 'api').replace(/^\/+|\/+$/g, ''),
    minimumLogLevel: hostJson.logging?.logLevel?.['default'] ?? 'Information',
    serviceBus: {
      prefetchCount: bus.prefetchCount ?? 0,
      autoCompleteMessages: bus.autoCompleteMessages ?? true,
      maxAutoLockRenewalMs: milliseconds(bus.maxAutoLockRenewalDuration ?? '00:05:00'),
      maxConcurrentCalls: bus.maxConcurrentCalls ?? 16 * availableParallelism(),
    },
  };
}

function milliseconds(duration: string): number {
  const match = /^(\d{2}):(\d{2}):(\d{2})$/.exec(duration);
  if (!match) throw new Error(`host.json: maxAutoLockRenewalDuration must be hh:mm:ss, not "${duration}"`);
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
