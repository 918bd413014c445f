import { agreementChangeOf } from './agreement.ts';
import { keyOf } from './scope.ts';
import type { ScopeRecord, TenantChange, TenantRecord } from './tenant-record.ts';
import { toldAgreementsOf, type Registration } from './tenant.ts';

/**
 * Since when a scope has to be verified anew, because its subscription's agreement changed from `ea` to modern commerce
 * and no direct read has shown it earning after that (ISO instant); null otherwise.
 */
export function reverifySinceOf(
  registration: Registration,
  { subscriptionId, provenAt }: Pick<ScopeRecord, 'subscriptionId' | 'provenAt'>,
): string | null {
  const change = agreementChangeOf(toldAgreementsOf(registration), subscriptionId);
  return change && (provenAt === null || provenAt <= change.at) ? change.at : null;
}

/** What a look brings to be told about agreements; nothing where there is nothing. */
export function agreementNews(
  before: TenantRecord,
  after: TenantRecord,
): Pick<TenantChange, 'agreementChanges' | 'reverified'> {
  const agreementChanges = agreementChangesBetween(before, after);
  const kept = new Set(after.scopes.map(({ scope }) => keyOf(scope)));
  const open = new Set(unverified(after));
  const reverified = unverified(before).filter((key) => kept.has(key) && !open.has(key));
  return {
    ...(agreementChanges.length > 0 ? { agreementChanges } : {}),
    ...(reverified.length > 0 ? { reverified } : {}),
  };
}

/** Keys of the scopes that have to be verified anew. */
function unverified({ registration, scopes }: TenantRecord): string[] {
  return scopes
    .filter((scope) => reverifySinceOf(registration, scope) !== null)
    .map(({ scope }) => keyOf(scope));
}

/** Agreements as they were at the last look and as they are now, once a subscription. */
function agreementChangesBetween(
  before: TenantRecord,
  after: TenantRecord,
): NonNullable<TenantChange['agreementChanges']> {
  const from = new Map(before.scopes.map(({ subscriptionId, agreement }) => [subscriptionId, agreement]));
  const to = new Map(after.scopes.map(({ subscriptionId, agreement }) => [subscriptionId, agreement]));
  return [...to].flatMap(([subscriptionId, agreement]) => {
    const former = from.get(subscriptionId) ?? agreement;
    return former === agreement ? [] : { subscriptionId, from: former, to: agreement };
  });
}
