import { Failure } from '../../domain/failure.ts';

/** What Entra, or a managed identity's endpoint, answered when it did not give a token. */
export interface EntraAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
}

/** Entra's own advice where it throttles without saying for how long. */
const THROTTLE_PAUSE_MS = 60_000;

/** What people can do about the codes Entra answers most (source: Entra's published error codes). */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS700016: 'The application is unknown in this tenant: it was not consented to, or has been removed.',
  AADSTS7000215: 'The client secret is wrong.',
  AADSTS7000222: 'The client secret has expired.',
  AADSTS7000112: 'The application is disabled.',
  AADSTS65001: 'The application has not been consented to in this tenant.',
  AADSTS70021:
    'No federated credential of the application fits the managed identity (issuer, subject or audience).',
  AADSTS700213: 'No federated credential of the application fits the managed identity (subject).',
  AADSTS90002: 'The tenant does not exist.',
};

/**
 * Maps an answer that is no token to a failure: throttled by 429, unavailable for what passes by itself, denied for what
 * needs a person. `who` names the identity for the message; the body is searched for Entra's code and not repeated.
 */
export function entraFailure(answer: EntraAnswer, who: string, now: Date): Failure {
  const { status } = answer;
  const details = answer.requestId === undefined ? {} : { requestId: answer.requestId };
  const seconds = Number(answer.retryAfter);
  const pause = answer.retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : null;

  if (status === 429 || (status === 503 && pause !== null)) {
    const retryAt = new Date(now.getTime() + (pause ?? THROTTLE_PAUSE_MS));
    return new Failure('throttled', `Entra throttles the tokens of “${who}”.`, { ...details, retryAt });
  }
  if (status >= 500 || status === 408) {
    return new Failure('unavailable', `Entra answered ${status} when “${who}” asked for a token.`, details);
  }
  const code = /AADSTS\d+/.exec(answer.body)?.[0];
  const advice = code ? (ADVICE[code] ?? 'Entra’s list of error codes tells more.') : '';
  const said = code ?? `status ${status}`;
  return new Failure('denied', `Entra refused a token to “${who}” (${said}). ${advice}`.trim(), details);
}

/** No token for another reason: the connection broke, time ran out, or the answer made no sense. */
export function noToken(cause: unknown, who: string): Failure {
  if (cause instanceof Failure) return cause;
  return new Failure('unavailable', `No token for “${who}”: Entra gave no usable answer.`, { cause });
}
