/** Access tokens in Entra's two forms, and what ARM says to those that it does not accept. */
import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { armError, type Answer, type Caller } from './exchange.ts';
import type { Tokens } from './tokens.ts';

interface AccessTokenRequest {
  readonly audience: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly applicationId: string;
  readonly roles: readonly string[];
  readonly now: number;
  readonly lifetimeSeconds: number;
}

export function accessTokenClaims(request: AccessTokenRequest): JWTPayload {
  const { audience, tenantId, objectId, applicationId, roles, lifetimeSeconds } = request;
  const issuedAt = Math.floor(request.now / 1000);
  const issuer = tokenIssuer(tenantId);
  return {
    aud: audience,
    iss: issuer,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    appid: applicationId,
    appidacr: '1',
    idp: issuer,
    idtyp: 'app',
    oid: objectId,
    ...(roles.length > 0 ? { roles: [...roles] } : {}),
    sub: objectId,
    tid: tenantId,
    uti: randomUUID(),
    ver: '1.0',
  };
}

/** The claims of a person's token: what an application does in their name. */
export function userTokenClaims(request: AccessTokenRequest & { readonly name: string }): JWTPayload {
  const { idtyp: _application, appidacr: _secret, ...claims } = accessTokenClaims(request);
  return { ...claims, appidacr: '0', name: request.name, scp: 'access' };
}

/** The same claims in v2 form, made out to an API by its client id. */
export function secondForm(first: JWTPayload, apiClientId: string, issuer: string): JWTPayload {
  const { appid, appidacr, idp: _idp, ...rest } = first;
  return { ...rest, aud: apiClientId.toLowerCase(), iss: issuer, azp: appid, azpacr: appidacr, ver: '2.0' };
}

export function tokenIssuer(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/** The caller a request to ARM names, or the 401 that ARM gives. */
export async function authenticate(
  tokens: Tokens,
  audiences: readonly string[],
  authorization: string | undefined,
  now: number,
): Promise<{ readonly caller: Caller } | { readonly refused: Answer }> {
  if (authorization === undefined) return missing;
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const claims = token === undefined ? undefined : await tokens.open(token).catch(() => undefined);
  if (typeof claims?.tid !== 'string' || typeof claims.oid !== 'string') return invalid;
  if (claims.iss !== tokenIssuer(claims.tid)) return invalid;
  if (typeof claims.aud !== 'string' || !audiences.includes(claims.aud.replace(/\/+$/, ''))) {
    return wrongAudience(String(claims.aud), audiences);
  }
  if (claims.exp === undefined || claims.exp * 1000 <= now) return expired(claims.exp ?? 0, now);
  return { caller: { tenantId: claims.tid, objectId: claims.oid } };
}

const missing = refused(
  'AuthenticationFailed',
  "Authentication failed. The 'Authorization' header is missing.",
  "The authentication failed because of missing 'Authorization' header.",
);
const invalid = refused('InvalidAuthenticationToken', 'The access token is invalid.');

function wrongAudience(audience: string, allowed: readonly string[]): { readonly refused: Answer } {
  const list = allowed.map((one) => `'${one}/','${one}'`).join(',');
  return refused(
    'InvalidAuthenticationTokenAudience',
    `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with ` +
      `one of the allowed audiences ${list}.`,
  );
}

function expired(exp: number, now: number): { readonly refused: Answer } {
  return refused(
    'ExpiredAuthenticationToken',
    `The access token expiry UTC time '${new Date(exp * 1000).toISOString()}' is earlier than current UTC time ` +
      `'${new Date(now).toISOString()}'.`,
  );
}

function refused(code: string, message: string, description = message): { readonly refused: Answer } {
  const challenge =
    'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", ' +
    `error_description="${description}"`;
  return { refused: armError(401, code, message, { 'www-authenticate': challenge }) };
}
