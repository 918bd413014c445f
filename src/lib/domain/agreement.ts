/**
 * The contract a subscription is bought under: what was told of it, what its offer hints at, and what its consumption
 * counts for. No partner can read it in Azure, so only events, imports and operators tell it.
 */

export const agreements = ['azure-plan', 'ea', 'mca', 'pay-as-you-go', 'unknown'] as const;
export type Agreement = (typeof agreements)[number];

/** Agreements of Microsoft's modern commerce: a subscription that comes to one from `ea` brings no partner ID with it. */
const MODERN: ReadonlySet<Agreement> = new Set<Agreement>(['mca', 'azure-plan']);

/** One agreement as it was told. All times are ISO instants. */
export interface ToldAgreement {
  readonly agreement: Agreement;
  /** The latest time it was told as true from. */
  readonly at: string;
  /** The first time it was told as true from, since another one held. */
  readonly since: string;
  /** The agreement that held before. */
  readonly before: { readonly agreement: Agreement; readonly at: string } | null;
}

/** What was told of one tenant's agreements: its default, and those of single subscriptions by lower-case id. */
export interface ToldAgreements {
  readonly tenant: ToldAgreement | null;
  readonly subscriptions: Readonly<Record<string, ToldAgreement>>;
}

export const nothingTold: ToldAgreements = { tenant: null, subscriptions: {} };

/**
 * Takes in one more telling: the latest one holds, whatever the order they come in, and the one before it is known. Of
 * equal times the later telling wins. `at` is an ISO instant.
 */
export function tellAgreement(known: ToldAgreement | null, agreement: Agreement, at: string): ToldAgreement {
  if (!known) return { agreement, at, since: at, before: null };
  const same = known.agreement === agreement;
  if (at >= known.at) {
    const { agreement: former, at: formerAt } = known;
    return same
      ? { ...known, at }
      : { agreement, at, since: at, before: { agreement: former, at: formerAt } };
  }
  const isNews = known.before === null || at >= known.before.at;
  if (!isNews) return known;
  if (same) return at < known.since ? { ...known, since: at } : known;
  return { ...known, since: at < known.since ? known.since : known.at, before: { agreement, at } };
}

/** How an agreement is known: it was told, or only the offer hints at what it may be, or nothing says anything. */
export type AgreementSource = 'told' | 'hint' | 'none';

/** The agreement of one subscription, told for it or for its whole tenant; `unknown` where nobody told. */
export function agreementOf(told: ToldAgreements, subscriptionId: string): Agreement {
  return (told.subscriptions[subscriptionId.toLowerCase()] ?? told.tenant)?.agreement ?? 'unknown';
}

export function agreementSourceOf(agreement: Agreement, quotaId: string | null): AgreementSource {
  if (agreement !== 'unknown') return 'told';
  return offerFamilyOf(quotaId) === 'unknown' ? 'none' : 'hint';
}

/** A subscription that went from `ea` to an agreement of modern commerce. */
export interface AgreementChange {
  readonly subscriptionId: string;
  readonly from: 'ea';
  readonly to: Agreement;
  /** From when on it is true, as it was told (ISO instant). */
  readonly at: string;
}

/**
 * Whether a subscription went from `ea` to modern commerce, and when; null when it did not, as far as was told. Microsoft
 * transfers no partner ID then: what the customer recorded (DPOR) is void, and coverage has to be proven anew.
 */
export function agreementChangeOf(told: ToldAgreements, subscriptionId: string): AgreementChange | null {
  const id = subscriptionId.toLowerCase();
  const own = told.subscriptions[id];
  const holding = own ?? told.tenant;
  if (!holding || !MODERN.has(holding.agreement)) return null;
  const former = holding.before?.agreement ?? (own ? heldBefore(told.tenant, own.since) : null);
  return former === 'ea'
    ? { subscriptionId: id, from: 'ea', to: holding.agreement, at: holding.since }
    : null;
}

/** What held until then: one that is told at once with another never held by itself. */
function heldBefore(told: ToldAgreement | null, at: string): Agreement | null {
  if (!told) return null;
  return told.since < at ? told.agreement : (told.before?.agreement ?? null);
}

/** The offers behind a quotaId. It tells neither legacy CSP from Azure plan, nor EA from MCA: a hint, no agreement. */
export type OfferFamily = 'csp' | 'ea-or-mca' | 'pay-as-you-go' | 'dev-test' | 'credit' | 'unknown';

/** Source: the table of offers in Microsoft's cost management documentation. */
const OFFER_FAMILIES: readonly (readonly [RegExp, OfferFamily])[] = [
  [
    /^(FreeTrial|AzurePass|Sponsored|AzureInOpen|AzureForStudents|DreamSpark|MSDN|MPN|Internal|Default)_/i,
    'credit',
  ],
  [/^CSP(_|DEVTEST_)/i, 'csp'],
  [/^EnterpriseAgreement_/i, 'ea-or-mca'],
  [/^PayAsYouGo_/i, 'pay-as-you-go'],
  [/^MSDNDevTest_/i, 'dev-test'],
];

export function offerFamilyOf(quotaId: string | null): OfferFamily {
  return OFFER_FAMILIES.find(([pattern]) => quotaId !== null && pattern.test(quotaId))?.[1] ?? 'unknown';
}

/** What the partner is to Microsoft: only the first two earn partner earned credit (PEC). */
export const partnerRoles = ['direct-bill', 'indirect-provider', 'reseller'] as const;
export type PartnerRole = (typeof partnerRoles)[number];

export type CountsFor = 'pec' | 'recognition' | 'nothing' | 'unknown';

/**
 * What consumption on a subscription counts for once it is covered. The agreement decides; without one the offer is a
 * hint. Credit and internal offers count for nothing, and a reseller is recognised where others earn credit (source:
 * Partner Center's explanation of partner earned credit).
 */
export function countsFor(agreement: Agreement, quotaId: string | null, role: PartnerRole): CountsFor {
  const counted = countsForProvider(agreement, offerFamilyOf(quotaId));
  return counted === 'pec' && role === 'reseller' ? 'recognition' : counted;
}

function countsForProvider(agreement: Agreement, offer: OfferFamily): CountsFor {
  if (offer === 'credit') return 'nothing';
  if (agreement === 'azure-plan') return 'pec';
  if (agreement !== 'unknown') return 'recognition';
  if (offer === 'csp') return 'pec';
  return offer === 'unknown' ? 'unknown' : 'recognition';
}
