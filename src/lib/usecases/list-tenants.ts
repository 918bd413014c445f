import { fits, type ListedStanding, type TenantFilter } from '../domain/listed-standing.ts';
import type { TenantList } from '../domain/ports.ts';
import type { StandingBasis } from '../domain/standing.ts';
import type { SweepRecord } from '../domain/sweep-record.ts';
import type { TenantSummary } from '../domain/tenant-summary.ts';
import { basisForAll, basisForPage, listed, type StandingDeps } from './tenant-standing.ts';

export interface ListTenantsDeps extends StandingDeps {
  readonly list: Pick<TenantList, 'page'>;
  /** How long a filtered page may look for what fits (milliseconds). */
  readonly budgetMs: number;
}

/** A page of tenants in the order of their ids. */
export interface TenantPage {
  readonly items: readonly ListedStanding[];
  /** The tenant after which the next page begins; null at the end. */
  readonly continuation: string | null;
  /** As the last finished sweep counted them; null before the first. */
  readonly totals:
    (Pick<SweepRecord, 'states' | 'reasons' | 'daysAtRisk'> & { readonly countedAt: string }) | null;
}

interface Range {
  /** How many at most. */
  readonly top: number;
  /** The tenant to go on after; null for the first page. */
  readonly after: string | null;
}

export type ListTenants = (filter: TenantFilter, range: Range) => Promise<TenantPage>;

/** Rows that one request to a table gives at the most. */
const BATCH = 1_000;
const DIGITS = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
/** So much of an id that it will hardly be the beginning of a name. */
const ID_BEGINNING = /^[0-9a-f]{8}(-[0-9a-f-]{0,27})?$/i;

/**
 * Lists tenants as they stand now. Without a filter, or by the beginning of an id, a page is one range read. With another
 * filter all sixteen partitions are read at once until the page is full or the time is up; then the page is what was found
 * by then, and its continuation goes on behind it.
 */
export function makeListTenants(deps: ListTenantsDeps): ListTenants {
  return async (filter, range) => {
    const { q, ...others } = filter;
    const narrowed = Object.values(others).some((value) => value !== undefined);
    const byId = q !== undefined && ID_BEGINNING.test(q);
    if (narrowed || (q !== undefined && !byId)) return scan(deps, filter, range);
    const page = await direct(deps, q ?? '', range);
    // Where no id begins so, it is the beginning of a name after all.
    return byId && page.items.length === 0 ? scan(deps, filter, range) : page;
  };
}

/** Every tenant that fits, in the order of ids, in constant memory. */
export function makeExportTenants(
  deps: ListTenantsDeps,
): (filter: TenantFilter) => AsyncIterable<ListedStanding> {
  return async function* (filter) {
    const basis = await basisForAll(deps);
    let after: string | null = null;
    for (;;) {
      const batch: readonly TenantSummary[] = await summaries(deps, { prefix: '', after, size: BATCH });
      yield* batch.map((summary) => listed(basis, summary)).filter((tenant) => fits(tenant, filter));
      after = batch.at(-1)?.registration.tenantId ?? null;
      if (batch.length < BATCH) return;
    }
  };
}

async function direct(deps: ListTenantsDeps, prefix: string, { top, after }: Range): Promise<TenantPage> {
  const reading = summaries(deps, { prefix: prefix.toLowerCase(), after, size: top + 1 });
  const [found, basis] = await Promise.all([reading, basisForPage(deps, reading)]);
  return pageOf(
    found.slice(0, top).map((summary) => listed(basis, summary)),
    found.length > top,
    basis,
  );
}

function pageOf(
  tenants: readonly ListedStanding[],
  more: boolean,
  basis: StandingBasis,
  at?: string | null,
): TenantPage {
  const last = at ?? tenants.at(-1)?.summary.registration.tenantId ?? null;
  const { sweep } = basis;
  return {
    items: tenants,
    continuation: more ? last : null,
    totals: sweep ? totalsOf(sweep) : null,
  };
}

function totalsOf({ states, reasons, daysAtRisk, finishedAt, startedAt }: SweepRecord): TenantPage['totals'] {
  return { states, reasons, daysAtRisk, countedAt: finishedAt ?? startedAt };
}

/** What was found in one partition, and how far it was read. */
interface Stretch {
  readonly found: readonly ListedStanding[];
  readonly readTo: string | null;
  readonly whole: boolean;
}

async function scan(deps: ListTenantsDeps, filter: TenantFilter, { top, after }: Range): Promise<TenantPage> {
  const deadline = deps.clock().getTime() + deps.budgetMs;
  const basis = await basisForAll(deps);
  const ahead = DIGITS.filter((digit) => after === null || digit >= after.charAt(0));
  const stretches = await Promise.all(
    ahead.map((digit) => {
      const from = after?.startsWith(digit) ? after : null;
      return readPartition(deps, basis, { filter, digit, from, top, deadline });
    }),
  );

  const tenants: ListedStanding[] = [];
  for (const { found, readTo, whole } of stretches) {
    tenants.push(...found);
    if (tenants.length > top) return pageOf(tenants.slice(0, top), true, basis);
    if (!whole) return pageOf(tenants, true, basis, readTo);
  }
  return pageOf(tenants, false, basis);
}

interface Partition {
  readonly filter: TenantFilter;
  readonly digit: string;
  readonly from: string | null;
  readonly top: number;
  /** When to stop (milliseconds of the epoch); the first batch is always read, so that every page gets on. */
  readonly deadline: number;
}

async function readPartition(
  deps: ListTenantsDeps,
  basis: StandingBasis,
  partition: Partition,
): Promise<Stretch> {
  const found: ListedStanding[] = [];
  let readTo = partition.from;
  do {
    const batch = await summaries(deps, { prefix: partition.digit, after: readTo, size: BATCH });
    found.push(
      ...batch.map((summary) => listed(basis, summary)).filter((tenant) => fits(tenant, partition.filter)),
    );
    readTo = batch.at(-1)?.registration.tenantId ?? readTo;
    if (batch.length < BATCH) return { found, readTo, whole: true };
  } while (found.length <= partition.top && deps.clock().getTime() < partition.deadline);
  return { found, readTo, whole: false };
}

async function summaries(
  { list }: ListTenantsDeps,
  range: Parameters<TenantList['page']>[0],
): Promise<readonly TenantSummary[]> {
  return (await list.page(range)).map(({ summary }) => summary);
}
