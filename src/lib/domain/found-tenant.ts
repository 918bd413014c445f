import type { IndexedSubscription } from './indexed-subscription.ts';

/** A customer that carries a delegation to us and was announced by nobody: put up for an operator's decision. */
export interface FoundTenant {
  readonly tenantId: string;
  /** The first and the last sweep that found it (ISO instants of their starts). */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** How many of its subscriptions carry a delegation to us. */
  readonly subscriptions: number;
  /** Names of the offers it took, sorted; the first few. */
  readonly offers: readonly string[];
  /** The operator who decided that it is none of ours; null while undecided. */
  readonly dismissed: { readonly by: string; readonly at: string } | null;
}

/** So many offers are named. */
const OFFERS = 20;

/** What a sweep has seen of a tenant that is not on record, beside what earlier sweeps have. */
export function seenAgain(
  known: FoundTenant | null,
  tenantId: string,
  delegated: readonly IndexedSubscription[],
  at: Date,
): FoundTenant {
  const names = delegated.flatMap(({ delegations }) => delegations.flatMap(({ offer }) => offer ?? []));
  const lastSeenAt = at.toISOString();
  return {
    tenantId,
    firstSeenAt: known?.firstSeenAt ?? lastSeenAt,
    lastSeenAt,
    subscriptions: delegated.length,
    offers: [...new Set(names)].sort().slice(0, OFFERS),
    dismissed: known?.dismissed ?? null,
  };
}
