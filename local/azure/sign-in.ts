/**
 * Signing people in: the authorization code flow with PKCE, for single-page applications on this machine. Whoever comes
 * chooses who to be from the made-up people of the run; there are no passwords, because there is nothing to guard.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { secondForm, userTokenClaims } from './access-token.ts';
import { entraAnswer, refusals, type EntraRefusal } from './entra-error.ts';
import type { Answer, Call } from './exchange.ts';
import type { Person } from './person.ts';
import { signInPage } from './sign-in-page.ts';
import type { Tokens } from './tokens.ts';

export interface SignInOptions {
  readonly people: readonly Person[];
  readonly tenantId: string;
  readonly url: string;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly lifetimeSeconds: number;
}

export type Granted = { readonly answer: Answer } | { readonly refusal: EntraRefusal };

/** What a code stands for until it is redeemed. */
interface Grant {
  readonly person: Person;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly expiresAt: number;
}

const CODE_MS = 60_000;

/** Pages come from another origin than Entra, and hold no cookie of it. */
export const forPages = { 'access-control-allow-origin': '*' };

export function makeSignIn({ people, tenantId, url, tokens, now, lifetimeSeconds }: SignInOptions) {
  const codes = new Map<string, Grant>();
  const refreshing = new Map<string, Person>();

  const begin = (call: Call): Answer => {
    const faults = faultOf(call, people);
    if (faults) return { ...entraAnswer(faults, now()), status: 400 };
    const clientId = call.query('client_id')?.toLowerCase();
    const offered = people.filter((person) => person.clientId === clientId);
    return html(signInPage(call.target, offered));
  };

  const choose = (call: Call): Answer => {
    const faults = faultOf(call, people);
    if (faults) return { ...entraAnswer(faults, now()), status: 400 };
    const chosen = new URLSearchParams(call.body).get('person');
    const person = people.find(({ objectId }) => objectId === chosen);
    if (!person) return begin(call);
    const code = randomBytes(32).toString('base64url');
    const redirectUri = call.query('redirect_uri') ?? '';
    codes.set(code, {
      person,
      redirectUri,
      challenge: call.query('code_challenge') ?? '',
      nonce: call.query('nonce'),
      expiresAt: now() + CODE_MS,
    });
    const answer = new URLSearchParams({ code, state: call.query('state') ?? '' });
    const joined = call.query('response_mode') === 'query' ? '?' : '#';
    return { status: 302, headers: { location: `${redirectUri}${joined}${answer.toString()}` } };
  };

  /** Redeems a code or a refresh token. */
  const redeem = async (form: URLSearchParams): Promise<Granted> => {
    if (form.get('grant_type') === 'refresh_token') {
      const person = refreshing.get(form.get('refresh_token') ?? '');
      return person ? { answer: await issue(person) } : { refusal: refusals.staleGrant() };
    }
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!grant || grant.expiresAt <= now() || grant.redirectUri !== form.get('redirect_uri')) {
      return { refusal: refusals.staleGrant() };
    }
    const verifier = form.get('code_verifier') ?? '';
    const proof = createHash('sha256').update(verifier).digest('base64url');
    if (proof !== grant.challenge) return { refusal: refusals.wrongVerifier() };
    return { answer: await issue(grant.person, grant.nonce) };
  };

  const issue = async (person: Person, nonce?: string): Promise<Answer> => {
    const refreshToken = randomBytes(32).toString('base64url');
    refreshing.set(refreshToken, person);
    const { clientId } = person;
    const issuer = `${url}/${tenantId}/v2.0`;
    const claims = userTokenClaims({
      ...person,
      ...{ audience: `api://${clientId}`, tenantId, applicationId: clientId },
      ...{ now: now(), lifetimeSeconds },
    });
    const access = secondForm(claims, clientId, issuer);
    return {
      status: 200,
      headers: { ...forPages, 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
      body: {
        token_type: 'Bearer',
        scope: `${clientId}/.default openid profile offline_access`,
        expires_in: lifetimeSeconds,
        ext_expires_in: lifetimeSeconds,
        access_token: await tokens.sign(access),
        refresh_token: refreshToken,
        id_token: await tokens.sign(idTokenOf(access, person, nonce)),
      },
    };
  };

  return { begin, choose, redeem };
}

function idTokenOf(access: JWTPayload, person: Person, nonce: string | undefined): JWTPayload {
  const { azp: _azp, azpacr: _acr, idtyp: _type, scp: _scopes, uti: _uti, ...claims } = access;
  return {
    ...claims,
    aud: person.clientId,
    ...(nonce === undefined ? {} : { nonce }),
    name: person.name,
    preferred_username: `${person.name.toLowerCase().replaceAll(' ', '.')}@local.example`,
  };
}

/** What is wrong with a request to sign in; only pages on this machine may be sent a code. */
function faultOf(call: Call, people: readonly Person[]): EntraRefusal | null {
  const clientId = call.query('client_id') ?? '';
  if (!people.some((person) => person.clientId === clientId.toLowerCase())) {
    return refusals.unknownApplication(clientId, 'the local directory');
  }
  const redirect = URL.parse(call.query('redirect_uri') ?? '');
  if (!redirect || !['localhost', '127.0.0.1', '[::1]'].includes(redirect.hostname)) {
    return refusals.foreignRedirect(call.query('redirect_uri') ?? '');
  }
  if (call.query('code_challenge_method') !== 'S256' || !call.query('code_challenge')) {
    return refusals.missing('code_challenge');
  }
  return null;
}

function html(body: string): Answer {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return { status: 200, headers, body };
}
