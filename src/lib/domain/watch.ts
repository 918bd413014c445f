import type { Delegation } from './delegation.ts';
import { sameId } from './guid.ts';
import type { IndexedSubscription } from './indexed-subscription.ts';
import type { Phase, ScopeRecord } from './tenant-record.ts';
import type { Registration } from './tenant.ts';

/** Tenants, subscriptions and offers an operator names. Ids are lower case; offers compare without case. */
export interface Selection {
  readonly tenants: readonly string[];
  /** Values by tag; a tenant with one of them is meant. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly subscriptions: readonly string[];
  /** Names of Lighthouse offers (the delegation's registrationDefinitionName). */
  readonly offers: readonly string[];
}

/** What is watched: everything that is not excluded, and, where something is included, nothing else. */
export interface WatchRules {
  readonly include: Selection | null;
  readonly exclude: Selection | null;
}

export const everything: WatchRules = { include: null, exclude: null };

/** A tenant as the rules see it; one that was never registered has no tags. */
type Excludable = Pick<Registration, 'tenantId' | 'facts'>;

/**
 * Whether a tenant is neither read nor alarmed: excluded by id or tag, or not among those included by id or tag. Rules
 * that name no tenant and no tag leave all tenants in; what they name inside them is decided below.
 */
export function isTenantExcluded({ include, exclude }: WatchRules, tenant: Excludable): boolean {
  if (exclude && namesTenant(exclude, tenant)) return true;
  const chooses = include !== null && (include.tenants.length > 0 || Object.keys(include.tags).length > 0);
  return chooses && !namesTenant(include, tenant);
}

function namesTenant({ tenants, tags }: Selection, { tenantId, facts }: Excludable): boolean {
  if (tenants.includes(tenantId.toLowerCase())) return true;
  return Object.entries(tags).some(([tag, values]) => {
    const value = facts.tags?.[tag];
    return value !== undefined && values.includes(value);
  });
}

/** Whether nothing of a tenant on record is watched: it is excluded itself, or all was that its last look has found. */
export function isWhollyExcluded(
  rules: WatchRules,
  { registration, phase }: { readonly registration: Excludable; readonly phase: Phase },
): boolean {
  return phase === 'excluded' || isTenantExcluded(rules, registration);
}

/** What stands behind access to a subscription: an offer by its name, none, or one that has not been seen yet. */
type Behind = { readonly offer: string } | 'no-offer' | 'unseen';

function isWatched({ include, exclude }: WatchRules, subscriptionId: string, behind: Behind): boolean {
  const namesId = ({ subscriptions }: Selection) => subscriptions.includes(subscriptionId.toLowerCase());
  const namesOffer = ({ offers }: Selection) =>
    typeof behind === 'object' && offers.some((name) => sameName(name, behind.offer));
  if (exclude && (namesId(exclude) || namesOffer(exclude))) return false;
  if (!include || (include.subscriptions.length === 0 && include.offers.length === 0)) return true;
  // What has not been seen may turn out to be of an offer that is included.
  return namesId(include) || namesOffer(include) || (behind === 'unseen' && include.offers.length > 0);
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Whether what a delegation covers is watched. An offer without a name is named by nobody. */
export function isDelegationWatched(rules: WatchRules, { scope, offer }: Delegation): boolean {
  return isWatched(rules, scope.subscriptionId, { offer: offer ?? '' });
}

/** Whether a subscription is watched in which our service principal holds roles of its own. */
export function isOwnAccessWatched(rules: WatchRules, subscriptionId: string): boolean {
  return isWatched(rules, subscriptionId, 'no-offer');
}

/** Whether a subscription is watched of which no delegation has been seen: it is expected, or not indexed yet. */
export function isUnseenWatched(rules: WatchRules, subscriptionId: string): boolean {
  return isWatched(rules, subscriptionId, 'unseen');
}

/** Whether a scope on record is still watched, in one of the ways it was covered. */
export function isScopeWatched(
  rules: WatchRules,
  { subscriptionId, offers, coveredBy }: ScopeRecord,
): boolean {
  const own = coveredBy.includes('service-principal') && isOwnAccessWatched(rules, subscriptionId);
  if (own) return true;
  if (offers.length === 0) {
    return coveredBy.every((kind) => kind !== 'service-principal') && isUnseenWatched(rules, subscriptionId);
  }
  return offers.some(({ name }) => isWatched(rules, subscriptionId, { offer: name ?? '' }));
}

/** A subscription of the index as far as it is watched; null where nothing of it is. */
export function watchedPart(
  rules: WatchRules,
  found: IndexedSubscription,
  managingTenantId: string,
): IndexedSubscription | null {
  const ours = found.delegations.filter((one) => sameId(one.managedByTenantId, managingTenantId));
  const watched = ours.filter((delegation) => isDelegationWatched(rules, delegation));
  if (ours.length === 0) return isUnseenWatched(rules, found.facts.subscriptionId) ? found : null;
  if (watched.length === 0) return null;
  const delegations = found.delegations.filter((one) => !ours.includes(one) || watched.includes(one));
  return { ...found, delegations };
}
