import type * as z from 'zod';
import { linkStateOf, type LinkRecord } from '../../../lib/domain/link.ts';
import type { LinkKey } from '../../../lib/domain/ports.ts';
import type { link } from '../contract/links.ts';
import type { Given } from '../contract/operation.ts';

/** A link with the partner ID the settings want of its principal. */
export interface ListedLink {
  readonly record: LinkRecord;
  readonly wantedPartnerId: string;
}

export function linkItemOf({ record, wantedPartnerId }: ListedLink): Given<z.infer<typeof link>> {
  const { principal, tenantId, objectId, desired, observed, version } = record;
  return {
    principal,
    tenantId,
    objectId,
    wanted: desired.kind === 'wanted' ? wantedPartnerId : null,
    partnerId: observed?.partnerId ?? null,
    partnerName: observed?.partnerName ?? null,
    state: linkStateOf(record, wantedPartnerId),
    readAt: record.readAt,
    failure: record.failure,
    lastOutcome: record.lastOutcome,
    gapSince: record.gapSince,
    version,
  };
}

/** Where a page ends, as text. */
export function linkKeyText({ tenantId, objectId }: LinkKey): string {
  return `${tenantId}~${objectId}`;
}

export function linkKeyOf(text: string): LinkKey {
  const [tenantId = '', objectId = ''] = text.toLowerCase().split('~');
  return { tenantId, objectId };
}
