import DataLoader from 'dataloader';
import { Failure } from '../../domain/failure.ts';
import type { IndexedSubscription, IndexedTenant } from '../../domain/indexed-subscription.ts';
import type { EstateIndex } from '../../domain/ports.ts';
import type { EstateCall } from '../../domain/sweep-record.ts';
import type { ArmClient } from './arm-client.ts';
import { bucketOf } from './bucket-gate.ts';
import type { IndexedRow } from './delegation-shapes.ts';
import { graphPages, patiently, type GraphDeps } from './graph-query.ts';
import { makePacer } from './pacer.ts';
import {
  inOrder,
  readDirectory,
  type Directory,
  type DirectoryEntry,
  type Portion,
} from './subscription-directory.ts';

/** The pacer is the index's own, and so is how long it waits. */
export type EstateIndexDeps = Omit<GraphDeps, 'pacer' | 'patient'>;

/** The most tenants one query names; the text of a query is limited. */
const TENANTS_PER_QUERY = 300;
/** The most subscriptions one query is asked of (source: Resource Graph documentation on batching). */
const SUBSCRIPTIONS_PER_QUERY = 300;
/** How long an estate is taken to be above the limit without asking anew. */
const LIMIT_REMEMBERED_MS = 3_600_000;
/** How old the directory may be that look-ups of single tenants rest on. */
const DIRECTORY_KEPT_MS = 300_000;

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
    '| project id, subscriptionId, tenantId = tolower(tenantId), name, subscriptionProperties = properties',
    "| join kind=leftouter (managedservicesresources | where type =~ 'microsoft.managedservices/registrationassignments' | project subscriptionId, assignmentId = id, assignmentProperties = properties, definitionId = tolower(tostring(properties.registrationDefinitionId))) on subscriptionId",
    "| join kind=leftouter (managedservicesresources | where type =~ 'microsoft.managedservices/registrationdefinitions' | project definitionId = tolower(id), definitionProperties = properties, definitionPlan = plan) on definitionId",
    '| project id, subscriptionId, tenantId, name, subscriptionProperties, assignmentId, assignmentProperties, definitionProperties, definitionPlan',
    '| order by tenantId asc, id asc, assignmentId asc',
  ].join('\n');
}

/**
 * The index, asked for many tenants at once: look-ups of concurrent passes gather until the pacer opens, then go out as
 * one query, with one query in flight. Where more subscriptions are in sight than a query looks through, it is asked in
 * batches of subscriptions from ARM's own list: nothing is left out in silence.
 */
export function makeEstateIndex(given: EstateIndexDeps): EstateIndex {
  const pacer = makePacer(given.clock, given.sleep);
  const deps: GraphDeps = { ...given, pacer, patient: false };
  let limitedUntil = 0;
  const reach = {
    isLimited: () => given.clock().getTime() < limitedUntil,
    wasLimited: () => void (limitedUntil = given.clock().getTime() + LIMIT_REMEMBERED_MS),
  };
  let kept: { readonly at: number; readonly directory: Promise<Directory> } | null = null;
  const keep = (directory: Promise<Directory>) => {
    const reading = { at: given.clock().getTime(), directory };
    kept = reading;
    // A failure is not remembered, so that the next look-up tries again.
    directory.catch(() => (kept = kept === reading ? null : kept));
    return directory;
  };
  const lateDirectory = () => {
    const isRecent = kept !== null && given.clock().getTime() - kept.at < DIRECTORY_KEPT_MS;
    return kept && isRecent ? kept.directory : keep(directoryOf(deps, deps.arm));
  };

  const loader = new DataLoader<string, readonly IndexedSubscription[]>(
    (tenantIds) => pacer.during(tenantIds.length, () => findMany(deps, reach, lateDirectory, tenantIds)),
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
    tenants(onCall) {
      const graph: GraphDeps = { ...deps, arm: counted(given.arm, onCall, 'graphQueries'), patient: true };
      const list = counted(given.arm, onCall, 'subscriptionPages');
      const batches = async () => {
        const directory = await directoryOf(graph, list);
        // Read whole, it serves look-ups too: they never wait for it with a sweep's patience, and none is held beside it.
        void keep(Promise.resolve(directory));
        return directory.portions(SUBSCRIPTIONS_PER_QUERY);
      };
      return byTenant(estateRows(graph, reach, estateQuery('all'), batches));
    },
  };
}

function counted(
  arm: ArmClient,
  onCall: ((call: EstateCall) => void) | undefined,
  kind: EstateCall,
): ArmClient {
  return (call) => {
    onCall?.(kind);
    return arm(call);
  };
}

function directoryOf(deps: GraphDeps, arm: ArmClient): Promise<Directory> {
  const bucket = bucketOf(deps.observer, deps.managingTenantId, 'reads');
  return readDirectory((call) => {
    const once = () => deps.gate.run(bucket, () => arm(call));
    return deps.patient ? patiently(deps, once) : once();
  });
}

interface Reach {
  readonly isLimited: () => boolean;
  readonly wasLimited: () => void;
}

/** The rows of a query over everything in sight: in one go, or batch by batch above the service's limit. */
async function* estateRows(
  deps: GraphDeps,
  reach: Reach,
  query: string,
  batches: () => Promise<readonly Portion[]>,
): AsyncGenerator<IndexedRow[]> {
  if (!reach.isLimited()) {
    if ((yield* graphPages(deps, { query })) === 'whole') return;
    reach.wasLimited();
  }
  for (const portion of await batches()) {
    await deps.pacer.quota();
    const batch = portion();
    const subscriptions = batch.map(({ subscriptionId }) => subscriptionId);
    const rows: IndexedRow[] = [];
    for await (const page of graphPages(deps, { query, subscriptions })) rows.push(...page);
    yield asInDirectory(rows, batch);
  }
}

/**
 * Whose a subscription is, ARM's own list says, which goes before the index and which the batches follow: one that has
 * moved would else come among the tenants of another batch.
 */
function asInDirectory(rows: readonly IndexedRow[], batch: readonly DirectoryEntry[]): IndexedRow[] {
  const tenantOf = new Map(batch.map(({ subscriptionId, tenantId }) => [subscriptionId, tenantId]));
  return rows
    .map(({ facts, delegation }) => {
      const tenantId = tenantOf.get(facts.subscriptionId) ?? facts.tenantId;
      return { facts: { ...facts, tenantId }, delegation };
    })
    .sort((a, b) => inOrder(a.facts.tenantId, b.facts.tenantId));
}

async function findMany(
  deps: GraphDeps,
  reach: Reach,
  directory: () => Promise<Directory>,
  tenantIds: readonly string[],
): Promise<readonly (readonly IndexedSubscription[])[]> {
  const distinct = [...new Set(tenantIds)].sort();
  const batches = async () => (await directory()).portions(SUBSCRIPTIONS_PER_QUERY, new Set(distinct));
  const rows: IndexedRow[] = [];
  for await (const more of estateRows(deps, reach, estateQuery(distinct), batches)) rows.push(...more);
  const found = Map.groupBy(rows, ({ facts }) => facts.tenantId);
  return tenantIds.map((tenantId) => subscriptionsOf(found.get(tenantId) ?? []));
}

/**
 * Tenants one after the other: rows come sorted by tenant, and the last tenant of a page may go on in the next. Throws
 * `Failure` where they do not: half a tenant, or one out of its place, would be taken for a loss.
 */
async function* byTenant(rowPages: AsyncIterable<IndexedRow[]>): AsyncGenerator<IndexedTenant> {
  let tenantId: string | null = null;
  let rows: IndexedRow[] = [];
  for await (const rowPage of rowPages) {
    for (const row of rowPage) {
      const next = row.facts.tenantId;
      if (tenantId !== null && next < tenantId) {
        throw new Failure('unavailable', 'Resource Graph gave tenants out of their order.');
      }
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

function subscriptionsOf(rows: readonly IndexedRow[]): IndexedSubscription[] {
  const bySubscription = Map.groupBy(rows, ({ facts }) => facts.subscriptionId);
  return [...bySubscription.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    return {
      facts: first.facts,
      delegations: same.flatMap(({ delegation }) => delegation ?? []),
    };
  });
}
