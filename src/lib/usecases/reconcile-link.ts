import { Failure } from '../domain/failure.ts';
import { homeIdentity, type LinkIdentity } from '../domain/link.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { LinkLedger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { linkOfRequest, type ReconcileRequest } from '../domain/request.ts';
import type { LookAtLink } from './look-at-link.ts';

export interface ReconcileLinkDeps {
  readonly links: LinkLedger;
  readonly principals: readonly Principal[];
  readonly lookAtLink: LookAtLink;
}

/** One pass over the link a request names. Throws as a look at a link, and `denied` for an identity nobody knows. */
export function makeReconcileLink(deps: ReconcileLinkDeps) {
  return async (request: ReconcileRequest): Promise<Outcome> => {
    const outcome = await deps.lookAtLink(await identityOf(deps, request), request);
    if (outcome.kind !== 'leased') return outcome;
    throw new Failure('throttled', 'Another pass holds the lease of this link.', {
      retryAt: outcome.retryAt,
    });
  };
}

/** A principal of the settings in its home tenant, or an identity in a customer's tenant that has a link on record. */
async function identityOf(deps: ReconcileLinkDeps, request: ReconcileRequest): Promise<LinkIdentity> {
  const { tenantId, objectId } = linkOfRequest(request.id);
  const home = deps.principals.find((p) => p.objectId === objectId && p.homeTenantId === tenantId);
  if (home) return homeIdentity(home);
  const known = await deps.links.read(tenantId, objectId);
  const principal = deps.principals.find(({ name }) => name === known?.record.principal);
  if (principal && principal.homeTenantId !== tenantId) return { tenantId, objectId, principal };
  // The settings may name it again; an order on its row is asked for every night until then.
  throw new Failure(
    'denied',
    `No principal of the configuration has the object id ${objectId} in tenant ${tenantId}.`,
  );
}
