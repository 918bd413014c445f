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

const LISTS = [
  ...(['scopes', 'gapsOpened', 'gapsClosed', 'gapsAccepted', 'gapsReopened'] as const),
  ...(['endings', 'moves', 'told', 'agreementChanges', 'reverified'] as const),
] satisfies readonly (keyof TenantChange)[];

/** So many of each list are kept: ids of the greatest length then fill no more than a row of a table takes (1 MiB). */
const KEPT = 300;

/** A change as history keeps it: of a long list the first, and how many more there were. */
export function historyEntry(change: TenantChange): TenantChange {
  const long = LISTS.flatMap((list) => {
    const all: readonly unknown[] = change[list] ?? [];
    return all.length > KEPT ? [{ list, all }] : [];
  });
  if (long.length === 0) return change;
  const kept = Object.fromEntries(long.map(({ list, all }) => [list, all.slice(0, KEPT)]));
  const leftOut = Object.fromEntries(long.map(({ list, all }) => [list, all.length - KEPT]));
  return { ...change, ...(kept as Partial<TenantChange>), leftOut };
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
