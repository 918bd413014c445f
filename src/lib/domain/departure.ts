import type { Gap } from './gap.ts';

/** What follows a subscription to the tenant it belongs to now. */
export interface Arrival {
  readonly subscriptionId: string;
  /** The tenant it came from: where its history before is found. */
  readonly from: string;
  /** The look that proved the move (ISO instant). */
  readonly at: string;
  /** Its scopes that have earned there, with the last look at which nothing was lost. */
  readonly earned: readonly { readonly scope: string; readonly lastEarningAt: string }[];
  /** Its gaps that were open there. */
  readonly gaps: readonly Gap[];
}

/** A subscription that left the tenant. It is no longer expected here, unless it comes back. */
export interface Departure {
  readonly subscriptionId: string;
  /** The tenant it belongs to now. */
  readonly to: string;
  /** The look that proved it (ISO instant). */
  readonly at: string;
  /** What waits to be handed over, until the other tenant is on record; null when that is done. */
  readonly handOver: Arrival | null;
}
