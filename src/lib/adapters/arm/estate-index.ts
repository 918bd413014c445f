import DataLoader from 'dataloader';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { IndexedSubscription, IndexedTenant } from '../../domain/indexed-subscription.ts';
import type { EstateIndex } from '../../domain/ports.ts';
import type { ArmClient } from './arm-client.ts';
import { noAnswer } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';
import { estateRow, indexedDelegation, indexedFacts } from './delegation-shapes.ts';
import { makePacer, type Pacer } from './pacer.ts';

export interface EstateIndexDeps {
  readonly arm: ArmClient;
  readonly gate: BucketGate;
  readonly observer: string;
  readonly managingTenantId: string;
  readonly clock: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The most tenants one query names; the text of a query is limited. */
const TENANTS_PER_QUERY = 300;
/** The most rows a page may have (source: Resource Graph documentation). */
const ROWS_PER_PAGE = 1_000;
/** How often a sweep asks for one page, and how it waits in between. */
const PAGE_TRIES = 4;
const PAGE_PAUSE_MS = 500;
const PATIENCE_MS = 60_000;

/**
 * Subscriptions of tenants with everything delegated on them, in one query. Subscriptions stand on the left because the
 * table of Lighthouse resources may only be joined to; the sort makes pages stable.
 */
function estateQuery(tenantIds: readonly string[] | 'all'): string {
  const clause =
    tenantIds === 'all' ? [] : [`| where tenantId in~ (${tenantIds.map((id) => `'${id}'`).join(', ')})`];
  return [
    'resourcecontainers',
    "| where type =~ 'microsoft.resources/subscriptions'",
    ...clause,
    '| project id, subscriptionId, tenantId, name, subscriptionProperties = properties',
    "| join kind=leftouter (managedservicesresources | where type =~ 'microsoft.managedservices/registrationassignments' | project subscriptionId, assignmentId = id, assignmentProperties = properties, definitionId = tolower(tostring(properties.registrationDefinitionId))) on subscriptionId",
    "| join kind=leftouter (managedservicesresources | where type =~ 'microsoft.managedservices/registrationdefinitions' | project definitionId = tolower(id), definitionProperties = properties, definitionPlan = plan) on definitionId",
    '| project id, subscriptionId, tenantId, name, subscriptionProperties, assignmentId, assignmentProperties, definitionProperties, definitionPlan',
    '| order by tenantId asc, id asc, assignmentId asc',
  ].join('\n');
}

/**
 * The index, asked for many tenants at once: look-ups of concurrent passes gather until the pacer opens, then go out as
 * one query, with one query in flight.
 */
export function makeEstateIndex(deps: EstateIndexDeps): EstateIndex {
  const pacer = makePacer(deps.clock, deps.sleep);
  const loader = new DataLoader<string, readonly IndexedSubscription[]>(
    (tenantIds) => pacer.during(() => findMany(deps, pacer, tenantIds)),
    {
      cache: false,
      maxBatchSize: TENANTS_PER_QUERY,
      batchScheduleFn: (dispatch) => void pacer.opening().then(dispatch),
    },
  );
  return {
    coming: () => pacer.coming(),
    find(tenantId) {
      pacer.arrival();
      return loader.load(tenantId);
    },
    tenants: () => byTenant(pages(deps, pacer, estateQuery('all'), readPagePatiently)),
  };
}

async function findMany(
  deps: EstateIndexDeps,
  pacer: Pacer,
  tenantIds: readonly string[],
): Promise<readonly (readonly IndexedSubscription[])[]> {
  const distinct = [...new Set(tenantIds)].sort();
  const rows = await queryAll(deps, pacer, estateQuery(distinct));
  const byTenant = Map.groupBy(rows, (row) => row.tenantId.toLowerCase());
  return tenantIds.map((tenantId) => subscriptionsOf(byTenant.get(tenantId) ?? []));
}

const page = z.object({ data: z.array(estateRow), $skipToken: z.string().nullish() });

type EstateRow = z.infer<typeof estateRow>;

async function queryAll(deps: EstateIndexDeps, pacer: Pacer, query: string): Promise<EstateRow[]> {
  const rows: EstateRow[] = [];
  for await (const more of pages(deps, pacer, query)) rows.push(...more);
  return rows;
}

/** The pages of a query. They are followed by the token: the truncation flag is a string and may say "false" with more to come. */
async function* pages(
  deps: EstateIndexDeps,
  pacer: Pacer,
  query: string,
  read = readPage,
): AsyncGenerator<EstateRow[]> {
  let skipToken: string | null = null;
  do {
    const one: Page = await read(deps, pacer, query, skipToken);
    yield one.rows;
    skipToken = one.next;
    if (skipToken) await pacer.quota();
  } while (skipToken);
}

interface Page {
  readonly rows: EstateRow[];
  readonly next: string | null;
}

async function readPage(
  deps: EstateIndexDeps,
  pacer: Pacer,
  query: string,
  skipToken: string | null,
): Promise<Page> {
  const what = 'Resource Graph was asked for subscriptions and delegations';
  const options = {
    $top: ROWS_PER_PAGE,
    resultFormat: 'objectArray',
    ...(skipToken ? { $skipToken: skipToken } : {}),
  };
  const path = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';
  const response = await deps.gate.run(bucketOf(deps.observer, deps.managingTenantId, 'graph'), () =>
    deps.arm({ method: 'POST', path, body: { query, options }, what }),
  );
  const parsed = page.safeParse(response.body);
  if (!parsed.success) throw noAnswer(parsed.error, what);
  pacer.spent(response.header('x-ms-user-quota-remaining'), response.header('x-ms-user-quota-resets-after'));
  return { rows: parsed.data.data, next: parsed.data.$skipToken ?? null };
}

/** A sweep has one message for the whole estate, so it waits where a pass would send a copy, and tries a page again. */
async function readPagePatiently(
  deps: EstateIndexDeps,
  pacer: Pacer,
  query: string,
  skipToken: string | null,
): Promise<Page> {
  for (let tries = 1; ; tries++) {
    try {
      return await readPage(deps, pacer, query, skipToken);
    } catch (error) {
      const passing =
        error instanceof Failure && (error.kind === 'throttled' || error.kind === 'unavailable');
      if (!passing || tries >= PAGE_TRIES) throw error;
      const wait =
        (error.retryAt?.getTime() ?? deps.clock().getTime() + PAGE_PAUSE_MS * tries) - deps.clock().getTime();
      if (wait > PATIENCE_MS) throw error;
      await deps.sleep(Math.max(0, wait));
    }
  }
}

/** Tenants one after the other: rows come sorted by tenant, and the last tenant of a page may go on in the next. */
async function* byTenant(rowPages: AsyncIterable<EstateRow[]>): AsyncGenerator<IndexedTenant> {
  let tenantId: string | null = null;
  let rows: EstateRow[] = [];
  for await (const rowPage of rowPages) {
    for (const row of rowPage) {
      const next = row.tenantId.toLowerCase();
      if (tenantId !== null && next !== tenantId) {
        yield { tenantId, subscriptions: subscriptionsOf(rows) };
        rows = [];
      }
      tenantId = next;
      rows.push(row);
    }
  }
  if (tenantId !== null) yield { tenantId, subscriptions: subscriptionsOf(rows) };
}

function subscriptionsOf(rows: readonly EstateRow[]): IndexedSubscription[] {
  const bySubscription = Map.groupBy(rows, (row) => row.subscriptionId.toLowerCase());
  return [...bySubscription.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    return {
      facts: indexedFacts(first),
      delegations: same.map(indexedDelegation).filter((found) => found !== null),
    };
  });
}
