import type { TenantState } from './tenant-state.ts';

/** A tenant and the state a sweep left it in. */
export interface TenantAt {
  readonly tenantId: string;
  readonly state: string;
}

/** So many tenants, and the first of them by id. */
export interface Listing {
  readonly count: number;
  readonly first: readonly string[];
}

/** What differs from the last finished sweep. A tenant may stand in several of these. */
export interface SweepNews {
  /** On record since. */
  readonly found: Listing;
  /** Was delegated, or expected to be, and is not any more. */
  readonly gone: Listing;
  /** Set up to earn, and was not. */
  readonly earning: Listing;
  /** In trouble that somebody has to look at, and was not. */
  readonly bad: Listing;
}

const none: Listing = { count: 0, first: [] };
export const noNews: SweepNews = { found: none, gone: none, earning: none, bad: none };

/** So many tenants are named; the rest are counted. */
const NAMED = 20;

const BAD: ReadonlySet<string> = new Set<TenantState>([
  'linked-elsewhere',
  'unlinked',
  'partly-earning',
  'not-earning',
]);

/** Adds one tenant, by its state now and at the last finished sweep; null where it was not on record. */
export function addNews(news: SweepNews, now: TenantAt, before: string | null): SweepNews {
  if (before === now.state) return news;
  const add = (listing: Listing, applies: boolean): Listing => {
    if (!applies) return listing;
    const first = listing.first.length < NAMED ? [...listing.first, now.tenantId] : listing.first;
    return { count: listing.count + 1, first };
  };
  return {
    found: add(news.found, before === null),
    gone: add(news.gone, now.state === 'not-delegated'),
    earning: add(news.earning, now.state === 'earning'),
    bad: add(news.bad, BAD.has(now.state) && !BAD.has(before ?? '')),
  };
}
