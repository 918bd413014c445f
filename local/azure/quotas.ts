/**
 * Request quotas per (object id, tenant or subscription, kind). Reads and writes are token buckets; Resource Graph
 * counts queries in windows of five seconds. A bucket also remembers when it last answered 429, to tell clients that
 * wait from clients that do not.
 */
import type { Quota } from '../estates/estate.ts';

export type QuotaKind = 'reads' | 'writes' | 'graph';

export interface Bucket {
  readonly kind: QuotaKind;
  tokens: number;
  filledAt: number;
  refusedAt: number;
  refusedUntil: number;
}

interface Taken {
  /** Null when the request may pass. */
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Quotas {
  bucket(objectId: string, scope: string, kind: QuotaKind): Bucket;
}

const graphWindowMs = 5_000;

export function makeQuotas(): Quotas {
  const buckets = new Map<string, Bucket>();
  return {
    bucket(objectId, scope, kind) {
      const key = `${objectId} ${scope} ${kind}`;
      const known = buckets.get(key);
      if (known) return known;
      const made = { kind, tokens: Number.NaN, filledAt: 0, refusedAt: 0, refusedUntil: 0 };
      buckets.set(key, made);
      return made;
    },
  };
}

/** Did this request come after a 429 and before its Retry-After had passed? */
export function isTooEarly(bucket: Bucket, arrivedAt: number): boolean {
  return arrivedAt > bucket.refusedAt && arrivedAt < bucket.refusedUntil;
}

/** Notes that a 429 was sent. */
export function noteRefusal(bucket: Bucket, sentAt: number, retryAfterSeconds: number): void {
  bucket.refusedAt = sentAt;
  bucket.refusedUntil = Math.max(bucket.refusedUntil, sentAt + retryAfterSeconds * 1000);
}

/** Takes one request out of a bucket. */
export function take(bucket: Bucket, quota: Quota | null, isTenantLevel: boolean, now: number): Taken {
  if (bucket.kind === 'graph') return takeGraph(bucket, quota?.graphPer5s ?? null, now);
  const level = isTenantLevel ? 'tenant' : 'subscription';
  const [capacity, perSecond] =
    bucket.kind === 'reads'
      ? [quota?.readBucket ?? null, quota?.readsPerSecond ?? null]
      : [quota?.writeBucket ?? null, quota?.writesPerSecond ?? null];
  // Without a size a bucket has no bottom; without a rate it refills at once.
  if (capacity === null || perSecond === null) return { retryAfterSeconds: null, headers: {} };

  const since = Math.max(0, now - bucket.filledAt) / 1000;
  bucket.tokens = Number.isNaN(bucket.tokens)
    ? capacity
    : Math.min(capacity, bucket.tokens + since * perSecond);
  bucket.filledAt = now;
  const isRefused = bucket.tokens < 1;
  const missing = (1 - bucket.tokens) / perSecond;
  if (!isRefused) bucket.tokens -= 1;
  return {
    retryAfterSeconds: isRefused ? Math.max(1, Math.ceil(missing)) : null,
    headers: { [`x-ms-ratelimit-remaining-${level}-${bucket.kind}`]: String(Math.floor(bucket.tokens)) },
  };
}

function takeGraph(bucket: Bucket, perWindow: number | null, now: number): Taken {
  if (perWindow === null) return { retryAfterSeconds: null, headers: {} };
  // For graph, `filledAt` is the start of the window: it opens with its first query.
  if (Number.isNaN(bucket.tokens) || now >= bucket.filledAt + graphWindowMs) {
    bucket.tokens = perWindow;
    bucket.filledAt = now;
  }
  const isRefused = bucket.tokens < 1;
  if (!isRefused) bucket.tokens -= 1;
  const resetsAfter = Math.max(1, Math.ceil((bucket.filledAt + graphWindowMs - now) / 1000));
  return {
    retryAfterSeconds: isRefused ? resetsAfter : null,
    headers: {
      'x-ms-user-quota-remaining': String(Math.floor(bucket.tokens)),
      'x-ms-user-quota-resets-after': `00:00:0${resetsAfter}`,
      'x-ms-ratelimit-remaining-tenant-resource-requests': String(Math.floor(bucket.tokens)),
    },
  };
}
