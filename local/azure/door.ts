/** The simulator's door: every request comes through here, is counted, may be struck by a fault, and is answered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Estate, Fault } from '../estates/estate.ts';
import { authenticate } from './access-token.ts';
import { armThrottled, refuseApiVersion, refusePath, type ArmOperation } from './arm.ts';
import { countCall, type Counters } from './counters.ts';
import type { EntraHandler } from './entra.ts';
import { armHeaders, type Answer, type Call, type Caller } from './exchange.ts';
import { faultAnswer, type Faults } from './faults.ts';
import type { LiveEstate } from './live-estate.ts';
import { isTooEarly, noteRefusal, take, type Bucket, type Quotas } from './quotas.ts';
import { graphThrottled } from './resource-graph.ts';
import { findRoute, type Match, type Route } from './route.ts';
import type { Tokens } from './tokens.ts';

/** What becomes of a request: an answer, or a connection left hanging or torn down. */
type Fate = Answer | 'hang' | 'reset';

interface DoorOptions {
  readonly live: LiveEstate;
  readonly counters: Counters;
  readonly faults: Faults;
  readonly quotas: Quotas;
  readonly tokens: Tokens;
  readonly armRoutes: readonly Route<ArmOperation>[];
  readonly entraRoutes: readonly Route<EntraHandler>[];
  readonly armAudiences: readonly string[];
  readonly url: string;
  readonly pageSize: number;
  readonly now: () => number;
}

export type Door = (call: Call) => Promise<Fate>;

export function makeDoor(options: DoorOptions): Door {
  const { entraRoutes, armRoutes } = options;
  return async (call) => {
    const isArm = /^\/(providers|subscriptions|tenants)(\/|$)/i.test(call.path);
    if (isArm) return passArm(options, call, findRoute(armRoutes, call.method, call.path));
    return passEntra(options, call, findRoute(entraRoutes, call.method, call.path));
  };
}

async function passEntra(
  { live, counters, faults, now, quotas }: DoorOptions,
  call: Call,
  found: Match<EntraHandler> | 'method' | 'path',
): Promise<Fate> {
  const isToken = call.method === 'POST';
  const bucket = quotas.bucket(clientOf(call), call.path.toLowerCase(), 'writes');
  counters.count('entra', (counts) => {
    countCall(counts, nameOf(call, found));
    if (isTooEarly(bucket, call.arrivedAt)) counts.beforeRetryAfter += 1;
  });
  const { estate } = live.current();
  const fault = faults.strike(estate.faults, call);
  if (isToken) await sleep(estate.latencyMs.token);
  if (fault) return strikeDown(fault, 'entra', counters, bucket, now);
  if (typeof found === 'string') return refusePath(call, found);
  return found.route.handler(call, found.parameters);
}

async function passArm(
  options: DoorOptions,
  call: Call,
  found: Match<ArmOperation> | 'method' | 'path',
): Promise<Fate> {
  const { live, counters, faults, now } = options;
  const proof = await authenticate(options.tokens, options.armAudiences, call.header('authorization'), now());
  const caller = 'caller' in proof ? proof.caller : undefined;
  const place = caller && typeof found !== 'string' ? placeOf(options, call, caller, found) : undefined;
  counters.count('arm', (counts) => {
    countCall(counts, nameOf(call, found));
    if (place && isTooEarly(place.bucket, call.arrivedAt)) counts.beforeRetryAfter += 1;
  });

  const { estate } = live.current();
  const fault = faults.strike(estate.faults, call, caller?.tenantId);
  // What a call takes from its quota is settled when it arrives; what it reads or writes, when it is answered.
  const taken =
    place && !fault ? take(place.bucket, estate.rules.quota, place.isTenantLevel, now()) : undefined;
  await delay(estate, found);
  if (fault) return withHeaders(call, now(), strikeDown(fault, 'arm', counters, place?.bucket, now));
  if ('refused' in proof) return withHeaders(call, now(), proof.refused);
  if (taken && place && taken.retryAfterSeconds !== null) {
    const seconds = taken.retryAfterSeconds;
    counters.count('arm', (counts) => (counts.throttled += 1));
    noteRefusal(place.bucket, now(), seconds);
    return withHeaders(call, now(), {
      status: 429,
      headers: { ...taken.headers, 'retry-after': String(seconds) },
      body: throttledBody(place, proof.caller, seconds, now()),
    });
  }
  const answer =
    typeof found === 'string' ? refusePath(call, found) : handle(options, call, proof.caller, found);
  return withHeaders(call, now(), answer, {
    ...taken?.headers,
    ...(typeof found === 'string' ? {} : providerHeaders(found.route.handler)),
  });
}

function handle(options: DoorOptions, call: Call, caller: Caller, found: Match<ArmOperation>): Answer {
  const { live, url, pageSize, now } = options;
  const { route, parameters } = found;
  return (
    refuseApiVersion(call, route.handler) ??
    route.handler.handle({ call, caller, parameters, live, url, pageSize, now: now() })
  );
}

interface Place {
  readonly bucket: Bucket;
  readonly scope: string;
  readonly isTenantLevel: boolean;
}

/** The bucket a call draws from: its subscription's where the path names one, else its tenant's. */
function placeOf({ quotas }: DoorOptions, call: Call, caller: Caller, found: Match<ArmOperation>): Place {
  const subscriptionId = found.parameters['subscriptionId']?.toLowerCase();
  const scope = subscriptionId ?? caller.tenantId;
  const { quota } = found.route.handler;
  return {
    bucket: quotas.bucket(caller.objectId, scope, quota),
    scope,
    isTenantLevel: subscriptionId === undefined,
  };
}

function throttledBody(
  { bucket, scope, isTenantLevel }: Place,
  caller: Caller,
  seconds: number,
  now: number,
): object {
  return bucket.kind === 'graph'
    ? graphThrottled(now)
    : armThrottled(bucket.kind, scope, caller.objectId, isTenantLevel, seconds);
}

function strikeDown(
  fault: Fault,
  side: 'arm' | 'entra',
  counters: Counters,
  bucket: Bucket | undefined,
  now: () => number,
): Fate {
  if (fault.kind === 'hang' || fault.kind === 'reset') return fault.kind;
  const answer = faultAnswer(fault);
  if (answer.status === 429) {
    counters.count(side, (counts) => (counts.throttled += 1));
    if (bucket) noteRefusal(bucket, now(), retryAfterOf(answer, now()));
  }
  return answer;
}

/** Seconds until the time an answer names: a number of seconds, or a date. */
function retryAfterOf(answer: Answer, now: number): number {
  const entry = Object.entries(answer.headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after');
  const seconds = Number(entry?.[1] ?? 0);
  if (!Number.isNaN(seconds)) return seconds;
  const until = Date.parse(entry?.[1] ?? '');
  return Number.isNaN(until) ? 0 : Math.max(0, (until - now) / 1000);
}

async function delay(estate: Estate, found: Match<ArmOperation> | 'method' | 'path'): Promise<void> {
  const milliseconds = typeof found === 'string' ? 0 : estate.latencyMs[found.route.handler.latency];
  if (milliseconds > 0) await sleep(milliseconds);
}

function withHeaders(call: Call, now: number, fate: Fate, more: Readonly<Record<string, string>> = {}): Fate {
  if (typeof fate === 'string') return fate;
  return { ...fate, headers: { ...armHeaders(call, now), ...more, ...lowerCased(fate.headers) } };
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Headers the partner service adds to its answers. */
function providerHeaders({ provider, quota }: ArmOperation): Record<string, string> {
  if (provider === undefined) return {};
  return {
    'ms-cv': `${Buffer.from(randomUUID().slice(0, 16)).toString('base64').slice(0, 22)}.0`,
    'request-id': randomUUID(),
    'x-gsm': '0.0.0.0',
    ...(quota === 'writes' ? { 'x-ms-ratelimit-remaining-tenant-resource-requests': '99' } : {}),
  };
}

/** The name a call is counted under; a path nobody knows is counted as it came, without its ids. */
function nameOf(call: Call, found: Match<unknown> | 'method' | 'path'): string {
  const path =
    typeof found === 'string'
      ? call.path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '{id}')
      : found.route.template;
  return `${call.method} ${path}`;
}

function clientOf(call: Call): string {
  return new URLSearchParams(call.body).get('client_id') ?? '';
}
