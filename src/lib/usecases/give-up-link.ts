import { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PassRules } from '../domain/pass-rules.ts';
import type { LinkLedger } from '../domain/ports.ts';
import type { ReconcileRequest } from '../domain/request.ts';
import { isPinOf, type TenantRecord } from '../domain/tenant-record.ts';
import type { LookAtLink } from './look-at-link.ts';

export interface GiveUpLinkDeps extends Pick<PassRules, 'principals'> {
  readonly links: Pick<LinkLedger, 'read'>;
  readonly lookAtLink: LookAtLink;
}

/**
 * Removes the link our service principal has in an offboarded tenant, if it is ours and a pass has seen it there, by
 * whichever access the tenant was announced since; the link at home, on which other customers rest, is never touched.
 * Null where there is nothing to remove. Throws as a look at a link, and `throttled` while another pass is at it.
 */
export async function giveUpOwnLink(
  deps: GiveUpLinkDeps,
  { registration: { tenantId }, pinned }: TenantRecord,
  request: ReconcileRequest,
): Promise<Outcome | null> {
  if (!pinned) return null;
  const { objectId } = pinned;
  const principal = deps.principals.find((one) => isPinOf(pinned, one));
  if (!principal || tenantId === principal.homeTenantId) return null;
  const row = (await deps.links.read(tenantId, objectId))?.record;
  if (!row || (row.desired.kind === 'held' && !row.order)) return null;

  const outcome = await deps.lookAtLink({ tenantId, objectId, principal }, request, 'given-up');
  if (outcome.kind !== 'leased') return outcome;
  throw new Failure('throttled', 'Another pass holds the lease of this link.', { retryAt: outcome.retryAt });
}
