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

/** So long an order is known again by its key, within what a row has room for. */
const KNOWN_MS = 24 * 3_600_000;
const MOST = 50;
/** So many stay on record, however old. */
const LEAST = 5;
const DETAIL_LENGTH = 500;

/** The list with one more at its head; a second try of the same takes the place of the first. */
export function withAsked(before: readonly Asked[], one: Asked): readonly Asked[] {
  const others = before.filter(({ causeId }) => causeId !== one.causeId);
  const isKnown = ({ at }: Asked) => Date.parse(one.at) - Date.parse(at) <= KNOWN_MS;
  return [one, ...others].filter((other, index) => index < LEAST || isKnown(other)).slice(0, MOST);
}

export function detailOf(outcome: Outcome): string | null {
  if (outcome.kind === 'refused') return outcome.reason;
  return outcome.kind === 'failed' ? outcome.failure.message.slice(0, DETAIL_LENGTH) : null;
}
