/** The HTTP API on a stage of fakes: requests go through the very handlers that the host calls. */
import { everything } from '../../src/lib/domain/watch.ts';
import { createHash } from 'node:crypto';
import { HttpRequest, HttpResponse, InvocationContext } from '@azure/functions';
import { makeApi } from '../../src/lib/api.ts';
import { apiRoles, type ApiRole } from '../../src/lib/domain/caller.ts';
import type { FoundTenants, SweepLedger } from '../../src/lib/domain/ports.ts';
import type { Principal } from '../../src/lib/domain/principal.ts';
import { makeRoleTable } from '../../src/lib/domain/role-table.ts';
import { makeAcceptGap } from '../../src/lib/usecases/accept-gap.ts';
import { makeAttest } from '../../src/lib/usecases/attest.ts';
import { makeCheckDeployment } from '../../src/lib/usecases/check-deployment.ts';
import { makeConfirmSweep } from '../../src/lib/usecases/confirm-sweep.ts';
import { makeDecideFoundTenants } from '../../src/lib/usecases/found-tenants.ts';
import { makeDecideRoles } from '../../src/lib/usecases/decide-roles.ts';
import { makeProposeRemedies } from '../../src/lib/usecases/propose-remedies.ts';
import { makeRecordDpor } from '../../src/lib/usecases/record-dpor.ts';
import { endpoints } from '../../src/functions/api/endpoints.ts';
import { makeFakeParkedMessages } from '../fakes/parked-messages.ts';
import { makeFakeRoleDecisions } from '../fakes/role-decisions.ts';
import { makeFakeFoundTenants } from '../fakes/found-tenants.ts';
import { makeFakeFollowUps, makeFakeSweepLedger, makeFakeSweepLists } from '../fakes/sweep-ledger.ts';
import { makeFakeTenantList } from '../fakes/tenant-list.ts';
import { DAY } from './clock.ts';
import { aPrincipal, ids } from './delegations.ts';
import { aStage, type Stage } from './stage.ts';

const callerId = '0b0b0b0b-0000-4000-8000-0000000000ca';
/** A role the settings decide about. */
export const roleBySetting = '0e0e0e0e-0000-4000-8000-0000000000ff';
const observerId = '0c0c0c0c-0000-4000-8000-000000000002';

export interface Call {
  /** The app role the token carries; null for one without, absent for no token. */
  readonly as?: ApiRole | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body as it is, instead of JSON. */
  readonly bytes?: Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** The API as an operator meets it, with the ledgers behind it to look into. */
export function anApi() {
  const stage = aStage();
  const { clock, ledger, links, queues, log } = stage;
  const sweeps = makeFakeSweepLedger();
  const parked = makeFakeParkedMessages();
  const found = makeFakeFoundTenants();
  const principals = [aPrincipal()];
  const list = makeFakeTenantList(ledger);
  const decisions = makeFakeRoleDecisions();
  const rolesBySetting = { [roleBySetting]: false };
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  let made = 0;
  const api = makeApi({
    ledger,
    list,
    links,
    sweeps,
    parked,
    queues,
    managingTenantId: ids.managingTenant,
    newId: () => `id-${(made += 1)}`,
    digest,
    clock,
    log,
    principals,
    principalRules: [],
    watchRules: everything,
    actions: {
      ...actionsOn(stage, principals),
      ...decisionsOn(stage, sweeps, found),
      roles: makeDecideRoles({ decisions, rolesBySetting, list, queues, clock, log, digest }),
      checkDeployment: makeCheckDeployment({
        ...{ principals, queues, sweeps, parked, clock },
        ...{ mode: 'enforce', globalPartnerIds: [], observerObjectId: observerId },
        ...{ staleAfterMs: 2 * DAY, expectDelegationWithinMs: 14 * DAY },
        partnerLinks: stage.partnerLinks,
        tenantEstate: { objectIdOf: (principal) => Promise.resolve(principal.objectId) },
        estate: stage.azure.estate,
        azureTime: () => Promise.resolve(clock()),
        list: makeFakeTenantList(ledger),
      }),
    },
    staleAfterMs: 2 * DAY,
    verifyToken: async (token) => Promise.resolve(verdictOf(token)),
  });

  const send = async (
    method: string,
    target: string,
    call: Call = { as: 'Pal.Operate' },
  ): Promise<Answered> => {
    const url = new URL(`http://localhost/api${target}`);
    const found = routeOf(url.pathname.slice('/api'.length));
    if (!found) throw new Error(`no route for ${target}`);
    const bytes =
      call.bytes ?? (call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body)));
    const request = new HttpRequest({
      method,
      url: url.href,
      headers: {
        ...(call.as === undefined ? {} : { authorization: `Bearer ${call.as ?? 'none'}` }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      query: joined(url.searchParams),
      params: found.params,
      ...(bytes ? { body: { bytes } } : {}),
    });
    const context = new InvocationContext({ invocationId: '0c0c0c0c-0000-4000-8000-000000000001' });
    const answer = new HttpResponse(await found.endpoint.answer(request, context, () => api));
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? (JSON.parse(text) as unknown) : undefined,
    };
  };
  const get = (target: string) => send('GET', target, { as: 'Pal.Read' });
  return { ...stage, sweeps, parked, found, decisions, api, send, get };
}

/** What operators do, over the fakes of a stage. */
function actionsOn({ ledger, clock, log, azure, ...stage }: Stage, principals: readonly Principal[]) {
  const telling = { ledger, clock, log };
  const observer = { managedIdentityClientId: observerId, objectId: observerId };
  const roles = makeRoleTable();
  return {
    attest: makeAttest({
      ...telling,
      principals,
      principalRules: [],
      observer,
      attestationValidMs: 180 * DAY,
    }),
    recordDpor: makeRecordDpor(telling),
    proposeRemedies: makeProposeRemedies({
      ...{ ledger, clock, principals, principalRules: [], watchRules: everything, roles, observer },
      estate: azure.estate,
      managingTenantId: ids.managingTenant,
      delegation: { offerName: 'Fabrikam managed service', engineersGroupObjectId: ids.group },
    }),
    acceptGap: makeAcceptGap(telling),
    requestRelink: stage.requestRelink,
    changeLink: stage.changeLink,
    awaitOutcome: stage.awaitOutcome,
  };
}

/** What operators decide about sweeps and what those have found. */
function decisionsOn({ ledger, queues, clock, log }: Stage, sweeps: SweepLedger, found: FoundTenants) {
  const sweepLists = makeFakeSweepLists();
  const followUps = makeFakeFollowUps();
  return {
    confirmSweep: makeConfirmSweep({ sweeps, sweepLists, followUps, queues, clock, log }),
    foundTenants: makeDecideFoundTenants({ found, ledger, queues, clock }),
  };
}

/** Parameters as the host hands them over: one that is given twice is one value with a comma in it. */
function joined(given: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of given.keys()) query[name] = given.getAll(name).join(',');
  return query;
}

/** The stage's tokens are the name of a role, or `none`; anything else is refused. */
function verdictOf(token: string) {
  const roles = apiRoles.filter((role) => role === token);
  if (roles.length === 0 && token !== 'none')
    return { kind: 'refused' as const, reason: 'it cannot be read' };
  return { kind: 'caller' as const, caller: { objectId: callerId, kind: 'application' as const, roles } };
}

/** The endpoint a path leads to, as the host would find it. */
function routeOf(path: string) {
  const parts = path.split('/').filter(Boolean).map(decodeLoosely);
  for (const endpoint of Object.values(endpoints)) {
    const segments = endpoint.route.split('/');
    if (segments.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = segments.every((segment, index) => {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name) params[name] = parts[index] ?? '';
      return name !== undefined || segment === parts[index]?.toLowerCase();
    });
    if (fits) return { endpoint, params };
  }
  return null;
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
