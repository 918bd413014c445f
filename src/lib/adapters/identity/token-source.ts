import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import { noToken } from './entra-errors.ts';
import type { EntraWatch } from './entra-watch.ts';
import { proveIdentity, type ExpectedIdentity } from './token-identity.ts';

/**
 * A credential whose every token is proven to be the expected identity's before anybody may use it, and whose errors
 * are failures. Credentials cache their tokens; one is kept per identity, because without that cache Entra throttles.
 */
export function makeTokenSource(
  credential: TokenCredential,
  watch: EntraWatch,
  expected: ExpectedIdentity,
): TokenCredential {
  return {
    async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
      let token: AccessToken | null;
      try {
        token = await watch.during(() => credential.getToken(scopes, options));
      } catch (error) {
        throw noToken(error, expected.name);
      }
      if (token) proveIdentity(token.token, expected);
      return token;
    },
  };
}
