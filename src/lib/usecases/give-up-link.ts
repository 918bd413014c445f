import { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import { principalFor, type PassRules } from '../domain/pass-rules.ts';
import type { LinkLedger } from '../domain/ports.ts';
import type { ReconcileRequest } from '../domain/request.ts';
import { observedKindsOf } from '../domain/tenant.ts';
import { expectedObjectId, type TenantRecord } from '../domain/tenant-record.ts';
import type { LookAtLink } from './look-at-link.ts';

export interface GiveUpLinkDeps extends Pick<PassRules, 'principals' | 'principalRules'> {
  readonly links: Pick<LinkLedger, 'read'>;
  readonly lookAtLink: LookAtLink;
}

/**
 * Removes the link our service principal has in an offboarded tenant, if it is ours and a pass has seen it there; the
 * link at home, on which other customers rest, is never touched. Null where there is nothing to remove. Throws as a look
 * at a link, and `throttled` while another pass is at it.
 */
export async function giveUpOwnLink(
  deps: GiveUpLinkDeps,
  record: TenantRecord,
  request: ReconcileRequest,
): Promise<Outcome | null> {
  const { tenantId } = record.registration;
  const principal = principalFor(deps, record.registration);
  if (!principal || tenantId === principal.homeTenantId) return null;
  if (!observedKindsOf(record.registration).includes('service-principal')) return null;
  const objectId = expectedObjectId(record, principal);
  const row = objectId === null ? null : (await deps.links.read(tenantId, objectId))?.record;
  if (!objectId || !row) return null;
  const { desired, order } = row;
  if (desired.kind === 'held' && !order) return null;

  const outcome = await deps.lookAtLink({ tenantId, objectId, principal }, request, 'given-up');
  if (outcome.kind !== 'leased') return outcome;
  throw new Failure('throttled', 'Another pass holds the lease of this link.', { retryAt: outcome.retryAt });
}
