import type { TokenCredential } from '@azure/core-auth';
import { Failure } from '../../domain/failure.ts';
import type { LinkIdentity } from '../../domain/link.ts';
import type { Principal } from '../../domain/principal.ts';
import type { EntraWatch } from './entra-watch.ts';
import { objectIdIn, proveIdentity } from './token-identity.ts';
import { makeTokenSource } from './token-source.ts';

export interface TenantCredentialsDeps {
  /** Makes the bare credential of a principal for one tenant; `name` is what messages call it. */
  readonly make: (
    principal: Principal,
    tenantId: string,
    name: string,
  ) => { readonly credential: TokenCredential; readonly watch: EntraWatch };
  /** Lets one token request at a time through per application and tenant, and none while Entra throttles that tenant. */
  readonly paced: <T>(applicationId: string, tenantId: string, ask: () => Promise<T>) => Promise<T>;
  /** The scope tokens are asked for. */
  readonly scope: string;
  /** How many credentials are kept; each holds the tokens of one principal in one tenant. */
  readonly kept: number;
}

/** Credentials of our principals, each in as many tenants as it is used in. */
export interface TenantCredentials {
  /**
   * The object a principal is in a tenant, by a token proven to be of that tenant and of its application. A kept token of
   * another object than expected may be older than the object: then a new one is asked for.
   */
  objectIdOf(principal: Principal, tenantId: string, expected: string | null): Promise<string>;
  /** The credential of an identity: every token is proven to be that object's besides. */
  of(identity: LinkIdentity): TokenCredential;
}

interface Kept {
  /** Proven to be of the tenant and of the application. */
  readonly anybody: TokenCredential;
  /** Proven to be of one object, by its id. */
  readonly proven: Map<string, TokenCredential>;
}

/**
 * One credential per principal and tenant, because each keeps its tokens, and Entra throttles whoever asks anew each
 * time. Each has a token cache and a throttle of its own, so that one tenant's trouble is not another's. The tenants
 * used longest ago are forgotten first: that costs a token, nothing else.
 */
export function makeTenantCredentials(deps: TenantCredentialsDeps): TenantCredentials {
  const kept = new Map<string, Kept>();

  const make = (principal: Principal, tenantId: string): Kept => {
    const name = nameIn(principal, tenantId);
    const { applicationId } = principal;
    const { credential, watch } = deps.make(principal, tenantId, name);
    const source = makeTokenSource(credential, watch, { name, tenantId, applicationId });
    const anybody: TokenCredential = {
      // Some clients ask for continuous access evaluation and some do not; the library keeps those tokens apart, so one
      // tenant would cost two.
      getToken: (scopes, options) =>
        deps.paced(applicationId, tenantId, () => source.getToken(scopes, { ...options, enableCae: false })),
    };
    return { anybody, proven: new Map() };
  };

  const keptFor = (principal: Principal, tenantId: string): Kept => {
    const key = keyOf(principal, tenantId);
    const found = kept.get(key) ?? make(principal, tenantId);
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > deps.kept && oldest !== undefined) kept.delete(oldest);
    return found;
  };

  const readObjectId = async (principal: Principal, tenantId: string): Promise<string> => {
    const token = await keptFor(principal, tenantId).anybody.getToken(deps.scope);
    const name = nameIn(principal, tenantId);
    if (!token) throw new Failure('denied', `Entra gave no token to “${name}”.`);
    return objectIdIn(token.token, name);
  };

  return {
    async objectIdOf(principal, tenantId, expected) {
      const keptBefore = kept.has(keyOf(principal, tenantId));
      const objectId = await readObjectId(principal, tenantId);
      if (!keptBefore || expected === null || objectId === expected) return objectId;
      kept.delete(keyOf(principal, tenantId));
      return readObjectId(principal, tenantId);
    },

    of({ principal, tenantId, objectId }) {
      const { anybody, proven } = keptFor(principal, tenantId);
      const known = proven.get(objectId);
      if (known) return known;
      const name = nameIn(principal, tenantId);
      const credential: TokenCredential = {
        async getToken(scopes, options) {
          const token = await anybody.getToken(scopes, options);
          if (token) proveIdentity(token.token, { name, tenantId, objectId });
          return token;
        },
      };
      proven.set(objectId, credential);
      return credential;
    },
  };
}

function keyOf({ name }: Principal, tenantId: string): string {
  return `${name}~${tenantId}`;
}

function nameIn({ name, homeTenantId }: Principal, tenantId: string): string {
  return tenantId === homeTenantId ? name : `${name} in tenant ${tenantId}`;
}
