import { acceptGapOf, type AcceptanceRefusal, type GapAcceptance } from '../domain/gap-acceptance.ts';
import type { Gap } from '../domain/gap.ts';
import type { Clock, TenantLedger } from '../domain/ports.ts';
import { writeAgain } from './write-again.ts';

export interface AcceptGapDeps {
  readonly ledger: TenantLedger;
  readonly clock: Clock;
}

/** An operator's acceptance of one gap. */
export interface AcceptGapRequest extends GapAcceptance {
  readonly tenantId: string;
  /** As `gapIdOf` gives it. */
  readonly gapId: string;
  /** Who accepts it: for history. */
  readonly by: string;
  /** The request it came with: for history. */
  readonly causeId: string;
}

export type AcceptedOrNot =
  | { readonly kind: 'accepted' | 'unchanged'; readonly gap: Gap }
  | { readonly kind: 'refused'; readonly refusal: AcceptanceRefusal };

export type AcceptGap = (request: AcceptGapRequest) => Promise<AcceptedOrNot>;

/**
 * Accepts one open gap until a time: it is neither counted nor alarmed as long, and the next look after that tells that
 * it is open again. Said twice, it is written once. A look that ends the gap meanwhile goes before: then the answer is a
 * refusal. Throws `Failure` when the ledger cannot be read or written.
 */
export function makeAcceptGap({ ledger, clock }: AcceptGapDeps): AcceptGap {
  return ({ tenantId, gapId, causeId, ...given }) =>
    writeAgain(async () => {
      const known = await ledger.read(tenantId);
      if (!known) {
        const message = `Tenant ${tenantId} is not on record.`;
        return { kind: 'refused', refusal: { reason: 'unknown-tenant', message } };
      }
      const decision = acceptGapOf(known.record, gapId, given, { at: clock(), causeId });
      if (decision.do === 'refuse') return { kind: 'refused', refusal: decision.refusal };
      if (decision.do === 'nothing') {
        // The call before this one may have broken off after its commit: writing brings out what it left untold.
        await ledger.note(known, known.record);
        return { kind: 'unchanged', gap: decision.gap };
      }
      const { record, change } = decision;
      await ledger.commit(known, { record, change, closedGaps: [], droppedScopes: [] });
      return { kind: 'accepted', gap: decision.gap };
    });
}
