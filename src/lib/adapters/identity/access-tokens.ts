import type { errors, JSONWebKeySet, JWTPayload, JWTVerifyOptions } from 'jose';
import { apiRoles, type TokenVerdict } from '../../domain/caller.ts';
import { sameId } from '../../domain/guid.ts';
import type { Clock } from '../../domain/ports.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessTokensOptions {
  /** The one tenant whose tokens are taken. */
  readonly tenantId: string;
  /** Client id of the API's app registration: tokens must be made out to it. */
  readonly clientId: string;
  /** Where v2 tokens are issued, for example `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Where v1 tokens say they are issued, for example `https://sts.windows.net`. */
  readonly v1Issuer: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
}

/** How far a caller's clock may be off. */
const TOLERANCE_SECONDS = 30;

/**
 * Verifies Entra access tokens: signature (RS256 only), issuer (v1 or v2, of one tenant), audience (client id, or
 * `api://` and client id), validity in time, and who it is. Never throws for a bad token; throws `unavailable` when no
 * keys could be had to judge by.
 */
export function makeAccessTokens(options: AccessTokensOptions): (token: string) => Promise<TokenVerdict> {
  const { tenantId, clientId, authorityHost, v1Issuer, keys, clock } = options;
  const expected: JWTVerifyOptions = {
    algorithms: ['RS256'],
    issuer: [`${v1Issuer}/${tenantId}/`, `${authorityHost}/${tenantId}/v2.0`],
    audience: [clientId, `api://${clientId}`],
    requiredClaims: ['exp', 'nbf', 'oid', 'tid'],
    clockTolerance: TOLERANCE_SECONDS,
  };

  return async (token) => {
    // Loaded when the first token comes: a worker that only takes messages never needs it.
    const { createLocalJWKSet, errors: kinds, jwtVerify } = await import('jose');
    const verify = async (keySet: object) => {
      const verifying = { ...expected, currentDate: clock() };
      return (await jwtVerify(token, createLocalJWKSet(keySet as JSONWebKeySet), verifying)).payload;
    };
    const known = await keys.current();
    try {
      return callerOf(await verify(known), tenantId);
    } catch (error) {
      if (!(error instanceof kinds.JWKSNoMatchingKey)) return refusalOf(error, kinds);
    }
    const renewed = await keys.renewed();
    if (renewed === known) return refused('it is signed with a key that is not the tenant’s');
    try {
      return callerOf(await verify(renewed), tenantId);
    } catch (error) {
      return refusalOf(error, kinds);
    }
  };
}

function callerOf(claims: JWTPayload, tenantId: string): TokenVerdict {
  const { oid, tid, roles, appid, azp, idtyp, scp } = claims;
  if (typeof oid !== 'string' || typeof tid !== 'string' || !sameId(tid, tenantId)) {
    return refused('it does not say who it was given to in this tenant');
  }
  // An id token may carry the same audience and roles, but names no application that it was given to.
  if (typeof (azp ?? appid) !== 'string') return refused('it is not an access token');
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return {
    kind: 'caller',
    caller: {
      objectId: oid.toLowerCase(),
      kind: idtyp === 'app' || scp === undefined ? 'application' : 'user',
      roles: apiRoles.filter((role) => held.includes(role)),
    },
  };
}

/** Anything jose throws is about the token: it is given nothing but the token and what is expected of it. */
function refusalOf(error: unknown, kinds: typeof errors): TokenVerdict {
  if (error instanceof kinds.JWTExpired) return refused('it has expired');
  if (error instanceof kinds.JWTClaimValidationFailed)
    return refused(`its claim ${error.claim} does not fit`);
  if (error instanceof kinds.JWKSNoMatchingKey)
    return refused('it is signed with a key that is not the tenant’s');
  if (error instanceof kinds.JWSSignatureVerificationFailed) return refused('its signature is wrong');
  return refused('it cannot be read');
}

function refused(reason: string): TokenVerdict {
  return { kind: 'refused', reason };
}
