import { Failure } from '../../domain/failure.ts';
import { guid } from '../../domain/guid.ts';

/** What an answer of ARM tells beside its body. Headers are read through this one function, whatever client is used. */
export interface ArmAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** The `code` of the error body, at either of the two levels ARM writes it. */
  readonly code: string | null;
}

/** A 429 that does not say how long: all documented ones do. */
const THROTTLE_PAUSE_MS = 5_000;

/** Maps an answer that is not a success to a failure. `what` says what was asked for, in words. */
export function armFailure(answer: ArmAnswer, what: string, now: Date): Failure {
  const { status, code } = answer;
  const requestId = answer.header('x-ms-request-id') ?? answer.header('x-ms-correlation-request-id');
  const details = requestId === undefined ? {} : { requestId };
  const said = `Azure answered ${status}${code ? ` (${code})` : ''} when ${what}.`;
  const retryAt = retryAfter(answer.header, now);

  if (status === 429 || (status === 503 && retryAt)) {
    return new Failure('throttled', said, {
      ...details,
      retryAt: retryAt ?? new Date(now.getTime() + THROTTLE_PAUSE_MS),
    });
  }
  if (status >= 500 || status === 408) return new Failure('unavailable', said, details);
  if (status === 409 || status === 412) return new Failure('conflict', said, details);
  if (status === 401 || status === 403) return new Failure('denied', said, details);
  if (status === 400) return new Failure('rejected', said, details);
  return new Failure('unexpected', said, details);
}

/** A request that got no usable answer: the connection broke, time ran out, or the answer made no sense. */
export function noAnswer(cause: unknown, what: string): Failure {
  if (cause instanceof Failure) return cause;
  return new Failure('unavailable', `Azure gave no usable answer when ${what}.`, { cause });
}

/** Retry-After in seconds, or as a date (RFC 9110); some services say milliseconds in headers of their own. */
function retryAfter(header: ArmAnswer['header'], now: Date): Date | null {
  const milliseconds = header('retry-after-ms') ?? header('x-ms-retry-after-ms');
  if (milliseconds && Number.isFinite(Number(milliseconds)))
    return new Date(now.getTime() + Number(milliseconds));
  const value = header('retry-after');
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return new Date(now.getTime() + seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : new Date(date);
}

/**
 * The tenant a subscription belongs to, as ARM names it to a token of another tenant: 401
 * `InvalidAuthenticationTokenTenant` with the challenge `Bearer authorization_uri="https://login.windows.net/{tenant}"`.
 * Asking for it is the usual way to find a subscription's tenant (sources: shawntabrizi.com, “Secret APIs in Azure Active
 * Directory and Azure Resource Manager”; `TenantIdProvider` of Microsoft.Azure.EventHubs). The words of the message are
 * not read. Null for any other answer.
 */
export function ownerTenantIn({ status, header, code }: ArmAnswer): string | null {
  if (status !== 401 || code !== 'InvalidAuthenticationTokenTenant') return null;
  const authority = /\bauthorization_uri="([^"]*)"/i.exec(header('www-authenticate') ?? '')?.[1] ?? '';
  if (!URL.canParse(authority)) return null;
  return guid.safeParse(new URL(authority).pathname.split('/')[1]).data ?? null;
}

/** The error code of an ARM body: under `error`, or beside it; Resource Graph hides the useful one in the details. */
export function codeOf(body: unknown): string | null {
  const outer = body as
    | {
        code?: unknown;
        error?: { code?: unknown; details?: readonly { code?: unknown }[] };
      }
    | null
    | undefined;
  const code = outer?.error?.details?.[0]?.code ?? outer?.error?.code ?? outer?.code;
  return typeof code === 'string' ? code : null;
}

/** The text of a body as JSON; undefined when it is none. */
export function jsonOf(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}
