/** Client assertions: signed by a registered certificate, or by the managed identity endpoint (federation). */
import { createHash, type X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import type { Application, Directory } from './directory.ts';
import { refusals, type EntraRefusal } from './entra-error.ts';
import type { Tokens } from './tokens.ts';

/** The audience of the tokens a managed identity gets to stand in for an application. */
export const exchangeAudience = 'api://AzureADTokenExchange';

export interface AssertionRules {
  readonly directory: Directory;
  readonly tokens: Tokens;
  /** Base of issuers and audiences: the simulator's own address. */
  readonly url: string;
  readonly now: () => number;
}

/** Undefined when the assertion proves the application. */
export async function refuseAssertion(
  rules: AssertionRules,
  application: Application,
  assertion: string,
): Promise<EntraRefusal | undefined> {
  const claims = readClaims(assertion);
  if (!claims) return refusals.badAssertion('The assertion cannot be read.');
  if (claims.exp === undefined || claims.exp * 1000 <= rules.now()) return refusals.expiredAssertion();
  return claims.iss?.toLowerCase() === application.applicationId
    ? refuseCertificate(rules, application, assertion)
    : refuseFederation(rules, claims, assertion);
}

async function refuseCertificate(
  rules: AssertionRules,
  application: Application,
  assertion: string,
): Promise<EntraRefusal | undefined> {
  const { x5t, 'x5t#S256': x5tS256 } = decodeProtectedHeader(assertion);
  const certificate = application.certificates.find(
    (one) => thumbprint(one, 'sha1') === x5t || thumbprint(one, 'sha256') === x5tS256,
  );
  if (!certificate) return refusals.unknownCertificate();
  try {
    const { payload } = await jwtVerify(assertion, certificate.publicKey, {
      algorithms: ['RS256', 'PS256'],
      currentDate: new Date(rules.now()),
      // Entra forgives clocks five minutes; some clients round the start of validity up.
      clockTolerance: 300,
    });
    if (payload.sub?.toLowerCase() !== application.applicationId) {
      return refusals.badAssertion('Subject and issuer of the client assertion have to be the client id.');
    }
    const audience = [payload.aud].flat()[0] ?? '';
    return isOurs(rules, audience)
      ? undefined
      : refusals.badAssertion(`Audience ${audience} is not this one.`);
  } catch {
    return refusals.badAssertion('The signature does not fit the certificate.');
  }
}

async function refuseFederation(
  { directory, tokens, url }: AssertionRules,
  claims: JWTPayload,
  assertion: string,
): Promise<EntraRefusal | undefined> {
  if (claims.iss !== `${url}/${directory.managingTenantId}/v2.0`) {
    return refusals.noFederation('issuer', claims.iss ?? '');
  }
  if (claims.aud !== exchangeAudience) return refusals.noFederation('audience', String(claims.aud));
  // Compared with case, as Entra does.
  if (claims.sub !== directory.observer.objectId) return refusals.noFederation('subject', claims.sub ?? '');
  try {
    await tokens.open(assertion);
    return undefined;
  } catch {
    return refusals.badAssertion('The signature is not the issuer’s.');
  }
}

function isOurs({ url }: AssertionRules, audience: string): boolean {
  return audience.toLowerCase().startsWith(`${url}/`.toLowerCase());
}

function readClaims(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
}

function thumbprint(certificate: X509Certificate, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(certificate.raw).digest('base64url');
}
