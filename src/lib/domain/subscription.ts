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

export type Agreement = 'azure-plan' | 'ea' | 'mca' | 'pay-as-you-go' | 'unknown';

export type CountsFor = 'pec' | 'recognition' | 'nothing' | 'unknown';

const CREDIT_OFFERS =
  /^(FreeTrial|AzurePass|Sponsored|AzureInOpen|AzureForStudents|DreamSpark|MSDN|MPN|Internal|Default)_/i;
const CSP_OFFERS = /^CSP(_|DEVTEST_)/i;
const RECOGNISED_OFFERS = /^(EnterpriseAgreement|MSDNDevTest|PayAsYouGo)_/i;

/**
 * What consumption on a subscription counts for once it is covered. The agreement decides; without one the quotaId is a
 * hint (it cannot tell legacy CSP from Azure plan, nor EA from MCA: the latter two come to the same here).
 * Source of the offers: the table of offers in Microsoft's cost management documentation.
 */
export function countsFor(agreement: Agreement, quotaId: string | null): CountsFor {
  if (quotaId && CREDIT_OFFERS.test(quotaId)) return 'nothing';
  if (agreement === 'azure-plan') return 'pec';
  if (agreement !== 'unknown') return 'recognition';
  if (!quotaId) return 'unknown';
  if (CSP_OFFERS.test(quotaId)) return 'pec';
  return RECOGNISED_OFFERS.test(quotaId) ? 'recognition' : 'unknown';
}
