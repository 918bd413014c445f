/**
 * Trouble while looking or writing has one kind, and each kind one fate. Adapters make failures, the spine catches them
 * once, and nothing else in the product decides what becomes of a message.
 */
export const failureKinds = [
  'throttled',
  'unavailable',
  'conflict',
  'denied',
  'rejected',
  'unexpected',
] as const;

export type FailureKind = (typeof failureKinds)[number];

export interface FailureDetails {
  /** When the other side says it may be asked again. */
  readonly retryAt?: Date;
  /** The id support asks for (`x-ms-request-id`, or Entra's trace id). */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** The one error adapters throw. Its message is for people: what happened and where; it never holds a token or a body. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly retryAt: Date | null;
  readonly requestId: string | null;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: bare(details.cause) });
    this.name = 'Failure';
    this.kind = kind;
    this.retryAt = details.retryAt ?? null;
    this.requestId = details.requestId ?? null;
  }
}

/** What went wrong, without the request it went wrong with: SDK errors carry that, and it holds a token or a key. */
function bare(cause: unknown): Error {
  const { name, code, message } = cause as { name?: string; code?: string; message?: string };
  return new Error([name, code, message].filter((part) => typeof part === 'string').join(' '));
}

/** Whether somebody else wrote first: what was to be written rests on what is no longer there. */
export function isConflict(error: unknown): boolean {
  return error instanceof Failure && error.kind === 'conflict';
}

/** Whether the other side will never take what it was given: to try again is of no use. */
export function isRejected(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === 'rejected';
}

/** What is kept of a failure beside a tenant or a link. */
export interface FailureNote {
  readonly kind: FailureKind;
  readonly message: string;
  /** ISO instant, UTC. */
  readonly at: string;
  readonly requestId: string | null;
}

export function noteOf(failure: Failure, at: Date): FailureNote {
  return { kind: failure.kind, message: failure.message, at: at.toISOString(), requestId: failure.requestId };
}

/** Knobs of the disposition table. All durations are milliseconds. */
export interface RetryPolicy {
  /** Counted attempts before a message is parked. */
  readonly limit: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** How long a message may go on being throttled before it is parked. */
  readonly ceilingMs: number;
}

/** How far a request has come. */
export interface Attempts {
  /** Counted failures so far. */
  readonly attempt: number;
  /** When the request was first made. */
  readonly since: Date;
}

export type Disposition =
  | { readonly do: 'settle' }
  | { readonly do: 'retry'; readonly at: Date; readonly counted: boolean }
  | { readonly do: 'park'; readonly reason: string };

/**
 * The table of fates (design: disposition). `jitter` is a number in [0, 1) that spreads retries so that a burst of
 * failures does not come back as a burst.
 */
export function dispositionOf(
  failure: Failure,
  { attempt, since }: Attempts,
  policy: RetryPolicy,
  now: Date,
  jitter: number,
): Disposition {
  switch (failure.kind) {
    case 'throttled': {
      const at = new Date(
        Math.max(failure.retryAt?.getTime() ?? now.getTime() + policy.baseMs, now.getTime()),
      );
      const waiting = at.getTime() - since.getTime();
      if (waiting <= policy.ceilingMs) return { do: 'retry', at, counted: false };
      const seconds = Math.round(waiting / 1000);
      return { do: 'park', reason: `Throttled for ${seconds} s, which is too long: ${failure.message}` };
    }
    case 'unavailable':
    case 'conflict': {
      if (attempt + 1 >= policy.limit) {
        return { do: 'park', reason: `Given up after ${attempt + 1} attempts: ${failure.message}` };
      }
      const backOff = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
      return { do: 'retry', at: new Date(now.getTime() + backOff * (0.75 + jitter / 2)), counted: true };
    }
    case 'denied':
      return { do: 'settle' };
    case 'rejected':
    case 'unexpected':
      return { do: 'park', reason: failure.message };
  }
}
