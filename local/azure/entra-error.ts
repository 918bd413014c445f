/** Entra's refusals, as its token endpoint words them. */
import { randomUUID } from 'node:crypto';
import type { Answer } from './exchange.ts';

export interface EntraRefusal {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly text: string;
}

export const refusals = {
  wrongSecret: (applicationId: string) =>
    refusal(
      401,
      'invalid_client',
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, ' +
        `not the client secret ID, for a secret added to app '${applicationId}'.`,
    ),
  unknownApplication: (applicationId: string, tenant: string) =>
    refusal(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${applicationId}' was not found in the directory '${tenant}'. This can happen if ` +
        'the application has not been installed by the administrator of the tenant or consented to by any user in ' +
        'the tenant. You may have sent your authentication request to the wrong tenant.',
    ),
  unknownTenant: (tenant: string) =>
    refusal(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the ` +
        'correct cloud. Check with your subscription administrator, this may happen if there are no active ' +
        'subscriptions for the tenant.',
    ),
  unknownResource: (resource: string, tenant: string) =>
    refusal(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the ` +
        'application has not been installed by the administrator of the tenant or consented to by any user in the ' +
        'tenant. You might have sent your authentication request to the wrong tenant.',
    ),
  invalidScope: (scope: string) =>
    refusal(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with ` +
        '/.default suffixed to the resource identifier (application ID URI).',
    ),
  missing: (parameter: string) =>
    refusal(
      400,
      'invalid_request',
      900144,
      `The request body must contain the following parameter: '${parameter}'.`,
    ),
  unsupportedGrant: (grant: string) =>
    refusal(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`),
  noCredential: () =>
    refusal(
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
  staleGrant: () =>
    refusal(
      400,
      'invalid_grant',
      54005,
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    ),
  wrongVerifier: () =>
    refusal(
      400,
      'invalid_grant',
      501481,
      'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
    ),
  foreignRedirect: (uri: string) =>
    refusal(
      400,
      'invalid_request',
      50011,
      `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application.`,
    ),
  badAssertion: (reason: string) =>
    refusal(401, 'invalid_client', 50027, `JWT token is invalid or malformed. ${reason}`),
  unknownCertificate: () =>
    refusal(
      401,
      'invalid_client',
      700027,
      'The certificate with identifier used to sign the client assertion is not registered on application.',
    ),
  expiredAssertion: () =>
    refusal(
      401,
      'invalid_client',
      700024,
      'Client assertion is not within its valid time range. Please review the documentation.',
    ),
  noFederation: (what: 'issuer' | 'audience' | 'subject', value: string) =>
    refusal(
      401,
      'invalid_client',
      { issuer: 700211, audience: 700212, subject: 700213 }[what],
      `No matching federated identity record found for presented assertion ${what} '${value}'. Please check your ` +
        'federated identity credential Subject, Audience and Issuer against the presented assertion.',
    ),
};

export function entraAnswer({ status, error, code, text }: EntraRefusal, now: number): Answer {
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status,
    body: {
      error,
      error_description:
        `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} ` +
        `Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  };
}

function refusal(status: number, error: string, code: number, text: string): EntraRefusal {
  return { status, error, code, text };
}
