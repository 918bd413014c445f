import * as z from 'zod';
import { gapIdOf, type Acceptance, type Gap } from './gap.ts';
import { changeOf } from './tenant-change.ts';
import type { TenantRecord, TenantChange } from './tenant-record.ts';

/** What an operator says when accepting a gap; who says it, and of which gap, comes with the request itself. */
export const gapAcceptance = z.object({
  why: z.string().trim().min(1).max(1_000).describe('why the gap is meant, for whoever asks later'),
  until: z.iso
    .datetime()
    .transform((at) => new Date(at).toISOString())
    .describe('when the gap is alarmed and counted again (UTC)'),
  ticket: z.string().trim().min(1).max(200).nullable().default(null).describe('where it is written down'),
});

export type GapAcceptance = z.output<typeof gapAcceptance>;

/** What became of an acceptance. */
export type AcceptanceDecision =
  | { readonly do: 'commit'; readonly gap: Gap; readonly record: TenantRecord; readonly change: TenantChange }
  /** Accepted like this already. */
  | { readonly do: 'nothing'; readonly gap: Gap }
  | { readonly do: 'refuse'; readonly refusal: AcceptanceRefusal };

export interface AcceptanceRefusal {
  readonly reason: 'unknown-tenant' | 'unknown-gap' | 'closed-gap' | 'until-passed';
  /** For people. */
  readonly message: string;
}

/**
 * Decides about the acceptance of one gap. A gap accepted before is accepted anew: the last word counts. What has closed,
 * or is not known, cannot be accepted, nor anything until a time that has passed. Pure and total.
 */
export function acceptGapOf(
  before: TenantRecord,
  gapId: string,
  given: GapAcceptance & { readonly by: string },
  { at, causeId }: { readonly at: Date; readonly causeId: string },
): AcceptanceDecision {
  const { tenantId } = before.registration;
  const gap = before.openGaps.find((open) => gapIdOf(open) === gapId);
  if (!gap) {
    const closed = before.closedGaps.find((known) => gapIdOf(known) === gapId);
    return closed
      ? refuse('closed-gap', `The gap ${gapId} of tenant ${tenantId} ended at ${closed.closedAt ?? ''}.`)
      : refuse('unknown-gap', `Tenant ${tenantId} has no gap ${gapId}.`);
  }
  const { by, why, until, ticket } = given;
  const now = at.toISOString();
  if (until <= now) {
    return refuse('until-passed', `A gap is accepted until a time to come; ${until} has passed.`);
  }
  if (gap.acceptance && isSame(gap.acceptance, given)) return { do: 'nothing', gap };

  const accepted = { ...gap, acceptance: { by, why, until, ticket, at: now, reopenedAt: null } };
  const openGaps = before.openGaps.map((open) => (open === gap ? accepted : open));
  const record = { ...before, openGaps, version: before.version + 1 };
  const told = { accepted: [{ scope: gap.scope, by, why, until, ticket }] };
  return { do: 'commit', gap: accepted, record, change: changeOf(before, record, told, { at, causeId }) };
}

function refuse(reason: AcceptanceRefusal['reason'], message: string): AcceptanceDecision {
  return { do: 'refuse', refusal: { reason, message } };
}

function isSame(known: Acceptance, { by, why, until, ticket }: GapAcceptance & { by: string }): boolean {
  const same = known.by === by && known.why === why && known.until === until && known.ticket === ticket;
  return same && known.reopenedAt === null;
}
