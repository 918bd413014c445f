import { Failure } from '../../domain/failure.ts';

/** The parts of an `@azure/identity` error that tell what went wrong (its classes wrap MSAL's, which wrap Entra's). */
interface EntraError {
  readonly name?: string;
  readonly message?: string;
  readonly statusCode?: number;
  readonly code?: string;
  readonly errorCode?: string;
  readonly errorResponse?: { readonly errorCodes?: readonly number[]; readonly traceId?: string };
  readonly response?: {
    readonly status?: number;
    readonly headers?: { get(name: string): string | undefined };
  };
  readonly cause?: unknown;
}

/** Entra says how long to wait only in a header that the identity library drops; its own advice is a minute. */
const THROTTLE_PAUSE_MS = 60_000;

/** What people can do about the codes Entra answers most (source: Entra's published error codes). */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS700016: 'The application is unknown in this tenant: it was not consented to, or has been removed.',
  AADSTS7000215: 'The client secret is wrong or has expired.',
  AADSTS7000222: 'The client secret has expired.',
  AADSTS7000112: 'The application is disabled.',
  AADSTS65001: 'The application has not been consented to in this tenant.',
  AADSTS70021:
    'No federated credential of the application fits the managed identity (issuer, subject or audience).',
  AADSTS700213: 'No federated credential of the application fits the managed identity (subject).',
  AADSTS90002: 'The tenant does not exist.',
};

/**
 * Maps trouble with a token to a failure: throttled by 429, unavailable for what passes by itself, denied for what needs
 * a person. `who` names the identity for the message.
 */
export function entraFailure(error: unknown, who: string, now: Date): Failure {
  if (error instanceof Failure) return error;
  const chain = causesOf(error);
  const status = chain.map((e) => e.statusCode ?? e.response?.status).find((value) => value !== undefined);
  const text = chain.map((e) => e.message ?? '').join(' ');
  const requestId = chain.find((e) => e.errorResponse?.traceId)?.errorResponse?.traceId;
  const details = { cause: error, ...(requestId ? { requestId } : {}) };

  if (status === 429) {
    const seconds = Number(chain.map((e) => e.response?.headers?.get('retry-after')).find(Boolean));
    const pause = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : THROTTLE_PAUSE_MS;
    return new Failure('throttled', `Entra throttles the tokens of “${who}”.`, {
      ...details,
      retryAt: new Date(now.getTime() + pause),
    });
  }
  const code = /AADSTS\d+/.exec(text)?.[0];
  if (code) {
    const advice = ADVICE[code] ?? 'See Entra’s list of error codes.';
    return new Failure('denied', `Entra refused a token to “${who}” (${code}). ${advice}`, details);
  }
  if (status !== undefined && status < 500) {
    return new Failure('denied', `Entra refused a token to “${who}” (status ${status}).`, details);
  }
  return new Failure('unavailable', `No token for “${who}”: Entra did not answer as it should.`, details);
}

function causesOf(error: unknown): EntraError[] {
  const chain: EntraError[] = [];
  let current: unknown = error;
  while (typeof current === 'object' && current !== null && chain.length < 6) {
    chain.push(current);
    current = (current as EntraError).cause;
  }
  return chain;
}
