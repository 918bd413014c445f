import { createHash } from 'node:crypto';

/** A key has 512 characters at most; what stands before an encoded id and after it takes some. */
const LONGEST = 470;
/** So much of a longer id stays readable, so that rows of one subscription stay together. */
const READABLE = 300;

/**
 * Keys of rows. Table Storage refuses `/ \ # ?` and control characters in keys, so external ids are encoded; the
 * encoding keeps letters and digits readable and is the same for every spelling of an ARM id. The name of a resource
 * group may be 90 letters of any script, which is more than a key holds: such an id ends in a digest.
 */
export function encodeKey(externalId: string): string {
  const encoded = externalId
    .toLowerCase()
    .replace(/[^a-z0-9.\-_]/gu, (char) =>
      [...Buffer.from(char)].map((byte) => `=${byte.toString(16)}`).join(''),
    );
  if (encoded.length <= LONGEST) return encoded;
  const digest = createHash('sha256').update(encoded).digest('hex').slice(0, 40);
  return `${encoded.slice(0, READABLE)}~${digest}`;
}

const MAX_VERSION = 9_999_999_999;

/** Newest first: rows come back in key order, so the key counts down. */
export function reversed(version: number): string {
  return String(MAX_VERSION - version).padStart(10, '0');
}

/** Row keys of table `Ledger`. `change~` sorts before `current`, so one range read gives a tenant without its history,
 * but with what is still to be told. */
export const ledgerKeys = {
  current: 'current',
  scope: (scope: string) => `scope~${encodeKey(scope)}`,
  gap: (scope: string, openedAt: string) => `gap~${encodeKey(scope)}~${encodeKey(openedAt)}`,
  dpor: (subscriptionId: string) => `dpor~${encodeKey(subscriptionId)}`,
  changes: 'change~',
  change: (version: number) => `change~${reversed(version)}`,
  unannounced: (id: string) => `unannounced~${encodeKey(id)}`,
};

/** Partition of table `Tenants`: the first hex digit, so that the order of the whole table is the order of ids. */
export function tenantPartition(tenantId: string): string {
  return tenantId.charAt(0);
}
