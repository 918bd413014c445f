import { guid } from '../../domain/guid.ts';
import { Failure } from '../../domain/failure.ts';

/** Who a token must belong to. Absent fields are not compared. */
export interface ExpectedIdentity {
  readonly name: string;
  readonly tenantId: string;
  readonly applicationId?: string;
  readonly objectId?: string;
}

/**
 * Compares an access token's claims with the identity it must belong to. A link made with the wrong identity succeeds
 * silently on that identity, so every token is compared before it is used. The signature is Azure's to check, not ours.
 * Throws `denied` naming both ids.
 */
export function proveIdentity(token: string, expected: ExpectedIdentity): void {
  const claims = claimsOf(token);
  const comparisons = [
    ['tenant (tid)', claims['tid'], expected.tenantId],
    ['application (appid)', claims['appid'] ?? claims['azp'], expected.applicationId],
    ['object (oid)', claims['oid'], expected.objectId],
  ] as const;
  for (const [what, actual, wanted] of comparisons) {
    if (wanted === undefined || (typeof actual === 'string' && actual.toLowerCase() === wanted.toLowerCase()))
      continue;
    throw new Failure(
      'denied',
      `The token of “${expected.name}” belongs to ${what} ${String(actual)}, but ${wanted} is expected. Nothing was sent with it.`,
    );
  }
}

/** The object a token belongs to, in lower case. Throws `denied` for a token of no object. */
export function objectIdIn(token: string, name: string): string {
  const objectId = guid.safeParse(claimsOf(token)['oid']);
  if (objectId.success) return objectId.data;
  throw new Failure('denied', `The token of “${name}” belongs to no object. Nothing was sent with it.`);
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return JSON.parse(payload) as Record<string, unknown>;
  } catch (cause) {
    throw new Failure('unexpected', 'Entra issued a token that is not a JSON web token.', { cause });
  }
}
