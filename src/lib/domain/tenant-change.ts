import { agreementNews } from './agreement-news.ts';
import type { Gap } from './gap.ts';
import { keyOf } from './scope.ts';
import type {
  AcceptedGap,
  EndDifference,
  SubscriptionMove,
  TenantChange,
  TenantRecord,
} from './tenant-record.ts';

/** What a change may tell of gaps. */
interface ChangedGaps {
  readonly opened?: readonly Gap[];
  readonly closed?: readonly Gap[];
  readonly accepted?: readonly AcceptedGap[];
  readonly reopened?: readonly Gap[];
}

/** The difference between two versions of a tenant's record, as it goes into history. */
export function changeOf(
  before: TenantRecord,
  after: TenantRecord,
  { opened = [], closed = [], accepted = [], reopened = [] }: ChangedGaps,
  { at, causeId }: { readonly at: Date; readonly causeId: string },
  moves: readonly SubscriptionMove[] = [],
): TenantChange {
  const from = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope.verdict]));
  const to = new Map(after.scopes.map((scope) => [keyOf(scope.scope), scope.verdict]));
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  const endings = endingsBetween(before, after);
  return {
    version: after.version,
    at: at.toISOString(),
    causeId,
    phase: { from: before.phase, to: after.phase },
    scopes: keys
      .map((scope) => ({ scope, from: from.get(scope) ?? null, to: to.get(scope) ?? null }))
      .filter((difference) => difference.from !== difference.to),
    gapsOpened: opened.map(({ scope }) => scope),
    gapsClosed: closed.map(({ scope }) => scope),
    gapsAccepted: accepted,
    gapsReopened: reopened.map(({ scope }) => scope),
    ...(moves.length > 0 ? { moves } : {}),
    ...(endings.length > 0 ? { endings } : {}),
    ...agreementNews(before, after),
  };
}

/** End dates of scopes that earn: of one that does not any more, its verdict tells. */
function endingsBetween(before: TenantRecord, after: TenantRecord): readonly EndDifference[] {
  const known = new Map(before.scopes.map((scope) => [keyOf(scope.scope), scope.endsAt]));
  return after.scopes
    .filter(({ verdict }) => verdict === 'earning')
    .map(({ scope, endsAt }) => ({ scope, from: known.get(keyOf(scope)) ?? null, to: endsAt }))
    .filter(({ from, to }) => from !== to);
}
