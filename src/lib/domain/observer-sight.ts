import type { Failure } from './failure.ts';

/**
 * Whether the observer may read the estate at all. It is one identity for every Lighthouse customer, so its being refused
 * is one trouble, on one row, and told once: beside it, each tenant keeps its own failure, and its state stands.
 */
export interface ObserverSight {
  /** Since when the index refuses the observer (ISO instant); null while it answers. */
  readonly blindSince: string | null;
  /** Rises with every change. */
  readonly version: number;
}

export interface ObserverChange {
  readonly version: number;
  readonly at: string;
  readonly causeId: string;
  readonly sight: 'lost' | 'regained';
  /** Why the observer is refused, in people's words; null where it is no longer. */
  readonly trouble: string | null;
}

export const SEEING: ObserverSight = { blindSince: null, version: 0 };

/** The row and its change after a look of the observer that was refused, or, without a failure, was good. */
export function sightAfter(
  before: ObserverSight,
  refusal: Failure | null,
  { at, causeId }: { readonly at: Date; readonly causeId: string },
): { readonly sight: ObserverSight; readonly change: ObserverChange } | null {
  if ((before.blindSince !== null) === (refusal !== null)) return null;
  const now = at.toISOString();
  const version = before.version + 1;
  return {
    sight: { blindSince: refusal ? now : null, version },
    change: {
      version,
      at: now,
      causeId,
      sight: refusal ? 'lost' : 'regained',
      trouble: refusal?.message ?? null,
    },
  };
}
