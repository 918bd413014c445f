/** What part of the list somebody wants to see, and in which order. */
import type { TenantDetail, TenantItem, TenantPage, TenantState } from './contract.ts';

export type SortKey = 'name' | 'state' | 'gaps' | 'risk' | 'lastGood';

export interface ListView {
  /** None means all. */
  readonly states: readonly TenantState[];
  readonly reason: string | null;
  readonly search: string;
  /** Only those without a good look for too long. */
  readonly stale: boolean;
  readonly sort: SortKey;
  readonly descending: boolean;
}

export const everything: ListView = {
  states: [],
  reason: null,
  search: '',
  stale: false,
  sort: 'state',
  descending: false,
};

/** The tenants of a view, in its order. What was offboarded is shown only to whoever asks for it. */
export function shownIn(tenants: readonly TenantItem[], view: ListView): readonly TenantItem[] {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tenants.filter((tenant) => {
    if (view.states.length > 0 ? !view.states.includes(tenant.state) : tenant.state === 'offboarded')
      return false;
    if (view.reason !== null && tenant.reason !== view.reason) return false;
    if (view.stale && !tenant.stale) return false;
    const text = words.length > 0 ? textOf(tenant) : '';
    return words.every((word) => text.includes(word));
  });
  const compare = comparisons[view.sort];
  const sorted = found.sort((a, b) => compare(a, b) || byName(a, b));
  return view.descending ? sorted.reverse() : sorted;
}

/** The reasons behind the customers of a view, the most frequent first: what it could be narrowed by next. */
export function reasonsIn(
  tenants: readonly TenantItem[],
  view: ListView,
): readonly { readonly reason: string; readonly number: number }[] {
  const reasons = shownIn(tenants, { ...view, reason: null }).flatMap(({ reason }) => reason ?? []);
  const same = Map.groupBy(reasons, (reason) => reason);
  return [...same]
    .map(([reason, { length: number }]) => ({ reason, number }))
    .sort((a, b) => b.number - a.number);
}

/** What a search looks through: name, id, principal and tags. */
function textOf({ displayName, tenantId, principal, tags }: TenantItem): string {
  const tagged = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return [displayName ?? '', tenantId, principal ?? '', ...tagged].join('\n').toLowerCase();
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

function byName(a: TenantItem, b: TenantItem): number {
  return collator.compare(nameOf(a), nameOf(b));
}

/** What is worst comes first, what nobody has to look at comes last. */
const URGENCY: readonly TenantState[] = [
  ...([
    'linked-elsewhere',
    'unlinked',
    'not-earning',
    'partly-earning',
    'not-delegated',
    'unobserved',
  ] as const),
  ...(['needs-person', 'awaiting-delegation', 'automatic', 'attested', 'earning'] as const),
  ...(['excluded', 'offboarded'] as const),
];

const comparisons: Readonly<Record<SortKey, (a: TenantItem, b: TenantItem) => number>> = {
  name: byName,
  state: (a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state),
  gaps: (a, b) => b.openGaps - a.openGaps,
  risk: ({ daysAtRisk: a }, { daysAtRisk: b }) =>
    b.certain - a.certain || b.possible - a.possible || b.neverEarned - a.neverEarned,
  // Never read is the oldest look of all.
  lastGood: (a, b) => (a.lastGood ?? '').localeCompare(b.lastGood ?? ''),
};

export function nameOf({ displayName, tenantId }: Pick<TenantItem, 'displayName' | 'tenantId'>): string {
  return displayName ?? tenantId;
}

/** How many scopes there are, and how many of them are set up to earn. */
export function scopesOf({ verdicts }: Pick<TenantItem, 'verdicts'>): {
  readonly all: number;
  readonly earning: number;
} {
  const all = Object.values(verdicts).reduce<number>((sum, number) => sum + number, 0);
  return { all, earning: verdicts.earning ?? 0 };
}

/** How many tenants are in each state, how many have gone unseen for too long, and what all of them have lost. */
export interface Tally {
  readonly all: number;
  readonly states: Readonly<Partial<Record<TenantState, number>>>;
  readonly stale: number;
  readonly daysAtRisk: TenantItem['daysAtRisk'];
}

/** The estate in numbers. */
export interface Estate extends Omit<Tally, 'stale' | 'daysAtRisk'> {
  /** Null where nobody has counted it. */
  readonly stale: number | null;
  readonly daysAtRisk: Tally['daysAtRisk'] | null;
  /** The sweep that counted, as an ISO instant; null where the customers were counted here, as they stand now. */
  readonly countedAt: string | null;
  /** Not everybody was counted. */
  readonly partly: boolean;
}

/** Counts the customers that were read; where they are not all, the last sweep's numbers go before that. */
export function estateOf(read: {
  readonly items: readonly TenantItem[];
  readonly totals: TenantPage['totals'];
  readonly cut: boolean;
}): Estate {
  if (!read.cut || !read.totals) return { ...tallyOf(read.items), countedAt: null, partly: read.cut };
  const { states, daysAtRisk, countedAt } = read.totals;
  const { offboarded: _gone, ...ours } = states;
  const all = Object.values(ours).reduce((sum, number) => sum + number, 0);
  return { all, states, stale: null, daysAtRisk, countedAt, partly: false };
}

export function tallyOf(tenants: readonly TenantItem[]): Tally {
  const tally: Partial<Record<TenantState, number>> = {};
  const days = { certain: 0, possible: 0, neverEarned: 0 };
  let stale = 0;
  let all = 0;
  for (const tenant of tenants) {
    tally[tenant.state] = (tally[tenant.state] ?? 0) + 1;
    days.certain += tenant.daysAtRisk.certain;
    days.possible += tenant.daysAtRisk.possible;
    days.neverEarned += tenant.daysAtRisk.neverEarned;
    if (tenant.state === 'offboarded') continue;
    all += 1;
    if (tenant.stale) stale += 1;
  }
  return { all, states: tally, stale, daysAtRisk: days };
}

const BY_HAND: ReadonlySet<TenantState> = new Set(['attested', 'needs-person', 'automatic']);

/** Whether nobody has looked, and no pass is to: people, or Microsoft, link there by themselves. */
export function isByHand({ state, lastGood }: Pick<TenantItem, 'state' | 'lastGood'>): boolean {
  return lastGood === null && BY_HAND.has(state);
}

/** Whether there is a scope that somebody can put right, or none yet that anybody has delegated. */
export function needsRemedy({ state, scopes }: Pick<TenantDetail, 'state' | 'scopes'>): boolean {
  if (scopes.length === 0) return state === 'awaiting-delegation' || state === 'not-delegated';
  return scopes.some(({ verdict }) => verdict !== 'earning' && verdict !== 'subscription-inactive');
}

/** Whether any subscription is told to be under the agreement that knows a partner of record. */
export function hasDpor({ agreement, scopes }: Pick<TenantDetail, 'agreement' | 'scopes'>): boolean {
  return agreement === 'ea' || scopes.some((scope) => scope.agreement === 'ea');
}
