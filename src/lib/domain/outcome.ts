import type { Failure } from './failure.ts';

/** What a pass would have done to a link, had it been allowed to. */
export type WouldBe = 'would-link' | 'would-relink' | 'would-unlink';

/** What a pass came to: exactly one of these, and nothing else. */
export type Outcome =
  | { readonly kind: 'linked' | 'relinked' | 'unlinked' }
  /** Something about the tenant changed. */
  | { readonly kind: 'assessed' }
  | { readonly kind: 'unchanged' }
  /** A rule of the business said no: nothing was written, and trying again would not help. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** What the person has to do is computed when it is read (domain/instructions.ts). */
  | { readonly kind: 'needs-person' }
  /** From a fresh read; `notChecked` names what only a real write would tell. */
  | { readonly kind: WouldBe; readonly notChecked: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

export type RefusalReason =
  /** The identity is linked to another partner ID, and policy does not allow to replace it. */
  | 'linked-elsewhere'
  /** The link is not to the partner ID that the order expected. */
  | 'current-differs'
  /** ARM does not know the wanted partner ID. */
  | 'partner-id-invalid';

export type OutcomeKind = Outcome['kind'];
