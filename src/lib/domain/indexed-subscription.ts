import type { Delegation } from './delegation.ts';
import type { SubscriptionFacts } from './subscription.ts';

/** A subscription as the index knows it, with the delegations on it and below it. */
export interface IndexedSubscription {
  readonly facts: SubscriptionFacts;
  readonly delegations: readonly Delegation[];
}

/** One customer tenant as the index shows it. */
export interface IndexedTenant {
  readonly tenantId: string;
  readonly subscriptions: readonly IndexedSubscription[];
}
