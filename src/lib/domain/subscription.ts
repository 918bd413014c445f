/** What is known of one subscription besides its delegations. */
export interface SubscriptionFacts {
  readonly subscriptionId: string;
  /** The customer's tenant the subscription belongs to. */
  readonly tenantId: string;
  readonly displayName: string | null;
  /** Enabled, Warned, PastDue, Disabled, Deleted, or what Azure may add. */
  readonly state: string;
  readonly quotaId: string | null;
  readonly managedByTenantIds: readonly string[];
}

const INACTIVE = new Set(['disabled', 'deleted']);

/** Warned and PastDue subscriptions are still billed, so they still count. */
export function isActive(state: string): boolean {
  return !INACTIVE.has(state.toLowerCase());
}
