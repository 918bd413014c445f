import { affecting, nothingAffected, restsOn, type Affected } from '../domain/blast-radius.ts';
import {
  desiredNow,
  partnerIdBehind,
  type DesiredLink,
  type LinkOrder,
  type LinkVerb,
} from '../domain/desired-link.ts';
import {
  currentPartnerId,
  homeIdentity,
  newLinkRecord,
  type LinkIdentity,
  type LinkRules,
} from '../domain/link.ts';
import type { Clock, LinkLedger, PartnerLinks, TenantLedger, TenantList } from '../domain/ports.ts';
import type { PassRules } from '../domain/pass-rules.ts';
import type { Principal } from '../domain/principal.ts';
import { observedKindsOf } from '../domain/tenant.ts';
import { expectedObjectId } from '../domain/tenant-record.ts';

export interface PreviewLinkDeps {
  readonly links: LinkLedger;
  readonly ledger: Pick<TenantLedger, 'read'>;
  readonly list: TenantList;
  readonly partnerLinks: Pick<PartnerLinks, 'read'>;
  readonly principals: readonly Principal[];
  readonly principalRules: PassRules['principalRules'];
  readonly watchRules: PassRules['watchRules'];
  readonly mode: LinkRules['mode'];
  readonly clock: Clock;
}

/** What a change would do, from a fresh read; nothing has been written. */
export interface LinkPreview {
  readonly verb: LinkVerb;
  readonly principal: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly currentPartnerId: string | null;
  /** The name Azure gives it. */
  readonly currentPartnerName: string | null;
  /** What the link would be to afterwards; null: no link. */
  readonly partnerIdAfter: string | null;
  readonly affected: Affected;
  /** In `observe` nothing is written in Azure: an order is answered with what it would do. */
  readonly mode: LinkRules['mode'];
  readonly desired: DesiredLink;
  /** An order that has not been carried out yet; a new one takes its place. */
  readonly order: LinkOrder | null;
}

/** Whose link is meant: the principal’s at home, or the one it has in a customer’s tenant; null where it has none. */
export async function linkIdentityOf(
  deps: Pick<PreviewLinkDeps, 'ledger'>,
  principal: Principal,
  tenantId: string | undefined,
): Promise<LinkIdentity | null> {
  if (tenantId === undefined || tenantId === principal.homeTenantId) return homeIdentity(principal);
  const record = (await deps.ledger.read(tenantId))?.record;
  if (!record || !observedKindsOf(record.registration).includes('service-principal')) return null;
  const objectId = expectedObjectId(record, principal);
  return objectId === null ? null : { tenantId, objectId, principal };
}

/** Reads the link afresh and counts what rests on it. Throws `Failure` when it cannot be read. */
export async function previewOf(
  deps: PreviewLinkDeps,
  identity: LinkIdentity,
  verb: LinkVerb,
  partnerId: string | undefined,
): Promise<LinkPreview> {
  const { principal, tenantId, objectId } = identity;
  const [reading, affected, row] = await Promise.all([
    deps.partnerLinks.read(identity),
    affectedBy(deps, identity),
    deps.links.read(tenantId, objectId),
  ]);
  const current = currentPartnerId(reading);
  const { desired, order } = row?.record ?? newLinkRecord({ tenantId, objectId, principal: '' }, '');
  const configured = principal.wantedPartnerId;
  const after = {
    unlink: null,
    restore: partnerIdBehind(desired, configured),
    relink: partnerId ?? configured,
  };
  return {
    verb,
    principal: principal.name,
    tenantId,
    objectId,
    currentPartnerId: current,
    currentPartnerName: current === null ? null : (reading?.partnerName ?? null),
    partnerIdAfter: after[verb],
    affected,
    mode: deps.mode,
    desired: desiredNow(desired, configured, deps.clock()),
    order,
  };
}

/** Counts from the list of tenants; a link in a customer's tenant concerns that one alone. */
async function affectedBy(deps: PreviewLinkDeps, { principal, tenantId }: LinkIdentity): Promise<Affected> {
  const kind = tenantId === principal.homeTenantId ? 'lighthouse' : 'service-principal';
  let affected = nothingAffected;
  for await (const { summary } of deps.list.all()) {
    if (restsOn(summary, { principal, tenantId }, deps)) affected = affecting(affected, summary, kind);
  }
  return affected;
}
