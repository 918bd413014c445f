import type { Outcome } from './outcome.ts';

/** A look or an order of an operator, and what came of it: on record, so that who asked can be answered. */
export interface Asked {
  readonly causeId: string;
  readonly by: string | null;
  /** ISO instant of the pass. */
  readonly at: string;
  readonly outcome: Outcome['kind'];
  /** Why it was refused, or what failed, in words or as a reason; null where the outcome says it all. */
  readonly detail: string | null;
}

/** So many are kept; whoever waits for an outcome waits for seconds. */
const KEPT = 5;

/** The list with one more at its head; a second try of the same takes the place of the first. */
export function withAsked(before: readonly Asked[], one: Asked): readonly Asked[] {
  return [one, ...before.filter(({ causeId }) => causeId !== one.causeId)].slice(0, KEPT);
}

export function detailOf(outcome: Outcome): string | null {
  if (outcome.kind === 'refused') return outcome.reason;
  return outcome.kind === 'failed' ? outcome.failure.message : null;
}
