/**
 * A lock token is a uuid. A delivery tag carries it in the byte order of a .NET GUID (the first three groups reversed),
 * a management request in the order it is written.
 */

/** The sixteen bytes of a uuid, in the order it is written. */
export function tokenToBytes(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

/** The uuid of sixteen bytes. */
export function bytesToToken(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The delivery tag for a lock token. */
export function tokenToTag(token: string): Buffer {
  return swapGuid(tokenToBytes(token));
}

/** The lock token in a delivery tag. */
export function tagToToken(tag: Buffer): string {
  return bytesToToken(swapGuid(tag));
}

function swapGuid(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}
