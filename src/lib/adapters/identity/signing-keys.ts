import { Failure } from '../../domain/failure.ts';
import type { Clock } from '../../domain/ports.ts';

/** A published set of keys, as Entra's discovery endpoint answers it. */
export interface KeySet {
  readonly keys: readonly object[];
}

export interface SigningKeysOptions {
  /** Asks the tenant's key endpoint once; throws when it does not answer with keys. */
  readonly download: () => Promise<KeySet>;
  readonly clock: Clock;
}

export interface SigningKeys {
  /** The keys as last known. Throws `unavailable` only while none were ever had. */
  current(): Promise<KeySet>;
  /** The keys after a look for new ones, because a token names one that is not among them; at most every five minutes. */
  renewed(): Promise<KeySet>;
}

const MINUTE = 60_000;
/** Keys are rolled over without notice (source: Entra's advice on signing-key rollover). */
const REFRESH_MS = 60 * MINUTE;
const BETWEEN_LOOKS_MS = 5 * MINUTE;

/** Entra's signing keys, refreshed hourly; when they cannot be had, the last good ones stay. */
export function makeSigningKeys({ download, clock }: SigningKeysOptions): SigningKeys {
  let known: { readonly keys: KeySet; readonly at: number } | null = null;
  let lookedAt = -Infinity;
  let looking: Promise<KeySet> | null = null;

  const look = () => {
    looking ??= fresh().finally(() => {
      looking = null;
    });
    return looking;
  };
  const fresh = async () => {
    lookedAt = clock().getTime();
    try {
      const keys = await download();
      known = { keys, at: lookedAt };
      return keys;
    } catch (cause) {
      if (known) return known.keys;
      throw new Failure('unavailable', 'The keys that tokens are signed with could not be read.', { cause });
    }
  };
  const mayLook = () => looking !== null || clock().getTime() - lookedAt >= BETWEEN_LOOKS_MS;

  return {
    async current() {
      if (!known) return look();
      const old = clock().getTime() - known.at >= REFRESH_MS;
      return old && mayLook() ? look() : known.keys;
    },
    async renewed() {
      if (known && !mayLook()) return known.keys;
      return look();
    },
  };
}

/** Downloads a key set as JSON; the answer must be one. */
export function keysFrom(url: string, timeoutMs: number): () => Promise<KeySet> {
  return async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!answer.ok) throw new Error(`The key endpoint answered ${answer.status}.`);
    const body = (await answer.json()) as Partial<KeySet> | null;
    if (!Array.isArray(body?.keys) || body.keys.length === 0) throw new Error('The answer holds no keys.');
    return { keys: body.keys as object[] };
  };
}
