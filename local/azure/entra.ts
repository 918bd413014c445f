/**
 * Entra: discovery, keys and the two token endpoints. `/adfs` is the managing tenant by another name, for clients
 * (such as az) that sign in to clouds they do not know.
 */
import { accessTokenClaims, secondForm, tokenIssuer } from './access-token.ts';
import { exchangeAudience, refuseAssertion, type AssertionRules } from './client-assertion.ts';
import type { Application } from './directory.ts';
import { entraAnswer, refusals, type EntraRefusal } from './entra-error.ts';
import type { Answer, Call } from './exchange.ts';
import { route, type Parameters, type Route } from './route.ts';
import type { Person } from './person.ts';
import { forPages, makeSignIn, type Granted } from './sign-in.ts';

export interface EntraOptions extends AssertionRules {
  /** Audiences that mean ARM, without a trailing slash. */
  readonly armAudiences: readonly string[];
  readonly lifetimeSeconds: number;
  /** Who may sign in to a page. */
  readonly people: readonly Person[];
}

export type EntraHandler = (call: Call, parameters: Parameters) => Answer | Promise<Answer>;

const homeNames = new Set(['adfs', 'common', 'organizations']);

export function entraRoutes(options: EntraOptions): Route<EntraHandler>[] {
  const { directory, tokens, url, now } = options;
  const tenantOf = (parameters: Parameters) => {
    const name = (parameters['tenantId'] ?? '').toLowerCase();
    return homeNames.has(name) ? directory.managingTenantId : name;
  };
  const inTenant =
    (handler: (tenantId: string, name: string, call: Call) => Answer | Promise<Answer>): EntraHandler =>
    (call, parameters) => {
      const tenantId = tenantOf(parameters);
      const name = parameters['tenantId'] ?? '';
      if (!directory.knowsTenant(tenantId)) return entraAnswer(refusals.unknownTenant(name), now());
      return handler(tenantId, name, call);
    };
  const signIn = makeSignIn({ ...options, tenantId: directory.managingTenantId });
  const keys = inTenant(() => ({ status: 200, headers: forPages, body: tokens.jwks }));
  const token = inTenant(async (tenantId, _name, call) => {
    const form = new URLSearchParams(call.body);
    const forPerson = /^(authorization_code|refresh_token)$/.test(form.get('grant_type') ?? '');
    const result = await (forPerson ? signIn.redeem(form) : grantToken(options, tenantId, form));
    if ('answer' in result) return result.answer;
    const refused = entraAnswer(result.refusal, now());
    return forPerson ? { ...refused, headers: forPages } : refused;
  });

  return [
    route('GET', '/{tenantId}/v2.0/.well-known/openid-configuration', inTenant(discoverV2(url))),
    route('GET', '/{tenantId}/.well-known/openid-configuration', inTenant(discoverV1(url))),
    route('GET', '/{tenantId}/discovery/instance', (call) => discoverInstance(url, call)),
    route('GET', '/{tenantId}/discovery/v2.0/keys', keys),
    route('GET', '/{tenantId}/discovery/keys', keys),
    route(
      'GET',
      '/{tenantId}/oauth2/v2.0/authorize',
      inTenant((_id, _name, call) => signIn.begin(call)),
    ),
    route(
      'POST',
      '/{tenantId}/oauth2/v2.0/authorize',
      inTenant((_id, _name, call) => signIn.choose(call)),
    ),
    route('POST', '/{tenantId}/oauth2/v2.0/token', token),
    route('POST', '/{tenantId}/oauth2/token', token),
  ];
}

async function grantToken(options: EntraOptions, tenantId: string, form: URLSearchParams): Promise<Granted> {
  const { directory } = options;
  const grant = form.get('grant_type');
  if (grant !== 'client_credentials') return { refusal: refusals.unsupportedGrant(grant ?? '') };
  const applicationId = form.get('client_id');
  if (applicationId === null) return { refusal: refusals.missing('client_id') };
  const application = directory.application(applicationId);
  const objectId = application && directory.objectIn(tenantId, application);
  if (!application || objectId === undefined) {
    return { refusal: refusals.unknownApplication(applicationId, tenantId) };
  }
  const unproven = await refuseCredential(options, application, form);
  if (unproven) return { refusal: unproven };
  const audience = audienceOf(form);
  if (typeof audience !== 'string') return { refusal: audience };
  if (!isKnownAudience(options, audience)) return { refusal: refusals.unknownResource(audience, tenantId) };
  // In Entra the API's registration says which form its tokens have; here it is the endpoint that was asked.
  const form2 = form.get('resource') === null;
  return { answer: await issue(options, application, { tenantId, objectId, audience, form2 }) };
}

async function refuseCredential(
  options: EntraOptions,
  application: Application,
  form: URLSearchParams,
): Promise<EntraRefusal | undefined> {
  const secret = form.get('client_secret');
  if (secret !== null) {
    return secret === application.secret ? undefined : refusals.wrongSecret(application.applicationId);
  }
  const assertion = form.get('client_assertion');
  return assertion === null ? refusals.noCredential() : refuseAssertion(options, application, assertion);
}

/** An API's identifier that is made of its client id, as Entra makes them. */
const API_AUDIENCE = /^api:\/\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** The resource a client asks for: `resource` in v1, a `.default` scope in v2. */
function audienceOf(form: URLSearchParams): string | EntraRefusal {
  const resource = form.get('resource');
  if (resource !== null) return resource;
  const scopes = (form.get('scope') ?? '').split(' ').filter((one) => one.includes('/.default'));
  const [scope] = scopes;
  return scope === undefined
    ? refusals.invalidScope(form.get('scope') ?? '')
    : scope.slice(0, -'/.default'.length);
}

function isKnownAudience({ armAudiences }: EntraOptions, audience: string): boolean {
  return audience.startsWith('api://') || armAudiences.includes(audience.replace(/\/+$/, ''));
}

async function issue(
  { tokens, url, now, lifetimeSeconds }: EntraOptions,
  application: Application,
  to: {
    readonly tenantId: string;
    readonly objectId: string;
    readonly audience: string;
    readonly form2: boolean;
  },
): Promise<Answer> {
  const first = accessTokenClaims({
    ...to,
    applicationId: application.applicationId,
    roles: application.roles[to.audience] ?? [],
    now: now(),
    lifetimeSeconds,
  });
  const clientId = API_AUDIENCE.exec(to.audience)?.[1];
  const claims = to.form2 && clientId ? secondForm(first, clientId, `${url}/${to.tenantId}/v2.0`) : first;
  return {
    status: 200,
    headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
    body: {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      expires_on: String(claims.exp),
      not_before: String(claims.nbf),
      resource: to.audience,
      access_token: await tokens.sign(claims),
    },
  };
}

function discoverV2(url: string) {
  return (tenantId: string, name: string): Answer => ({
    status: 200,
    headers: forPages,
    body: {
      ...metadata(`${url}/${name}/oauth2/v2.0`),
      jwks_uri: `${url}/${name}/discovery/v2.0/keys`,
      issuer: `${url}/${tenantId}/v2.0`,
    },
  });
}

function discoverV1(url: string) {
  return (tenantId: string, name: string): Answer => ({
    status: 200,
    body: {
      ...metadata(`${url}/${name}/oauth2`),
      jwks_uri: `${url}/${name}/discovery/keys`,
      issuer: name.toLowerCase() === 'adfs' ? `${url}/adfs` : tokenIssuer(tenantId),
    },
  });
}

function metadata(base: string): object {
  return {
    token_endpoint: `${base}/token`,
    authorization_endpoint: `${base}/authorize`,
    device_authorization_endpoint: `${base}/devicecode`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code', 'id_token', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
    claims_supported: ['aud', 'iss', 'iat', 'exp', 'oid', 'tid', 'appid', 'idtyp', 'roles'],
  };
}

function discoverInstance(url: string, call: Call): Answer {
  const endpoint = call.query('authorization_endpoint') ?? '';
  const tenant = /^https:\/\/[^/]+\/([^/]+)\//.exec(endpoint)?.[1] ?? 'common';
  const { host } = new URL(url);
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${url}/${tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  };
}

/** A managed identity's token: for federation in v2 form with a local issuer, else like any other. */
export async function managedIdentityToken(
  { directory, tokens, url, now, lifetimeSeconds }: EntraOptions,
  audience: string,
): Promise<{ readonly token: string; readonly expiresOn: number }> {
  const { objectId, clientId } = directory.observer;
  const tenantId = directory.managingTenantId;
  const claims = accessTokenClaims({
    audience,
    tenantId,
    objectId,
    applicationId: clientId,
    roles: [],
    now: now(),
    lifetimeSeconds,
  });
  const isExchange = audience === exchangeAudience;
  const issued = isExchange ? { ...claims, iss: `${url}/${tenantId}/v2.0`, ver: '2.0' } : claims;
  return { token: await tokens.sign(issued), expiresOn: claims.exp ?? 0 };
}
