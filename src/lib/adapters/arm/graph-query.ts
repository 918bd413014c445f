import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { ArmClient } from './arm-client.ts';
import { noAnswer } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';
import { estateRow, indexedRow, type IndexedRow } from './delegation-shapes.ts';
import type { Pacer } from './pacer.ts';

export interface GraphDeps {
  readonly arm: ArmClient;
  readonly gate: BucketGate;
  readonly observer: string;
  readonly managingTenantId: string;
  readonly clock: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly pacer: Pacer;
  /** Whether to wait and ask again where the service asks for patience, or to leave that to the caller. */
  readonly patient: boolean;
}

/** The most rows a page may have (source: Resource Graph documentation). */
const ROWS_PER_PAGE = 1_000;
/** How often a patient caller asks for one page, and how it waits in between. */
const PAGE_TRIES = 4;
const PAGE_PAUSE_MS = 500;
const PATIENCE_MS = 60_000;

export interface GraphQuestion {
  readonly query: string;
  /** Asked of these subscriptions alone; without them, of everything the caller sees, up to the service's limit. */
  readonly subscriptions?: readonly string[];
}

const page = z.object({ data: z.array(estateRow), $skipToken: z.string().nullish() });

interface Page {
  readonly rows: IndexedRow[];
  readonly next: string | null;
  /** More subscriptions are in sight than the service looks through at once. */
  readonly limited: boolean;
}

/**
 * The pages of a query, followed by their token: the truncation flag is a string and may say "false" with more to come.
 * Without subscriptions named, Resource Graph looks through at most 10,000 and says so by a header; then this ends as
 * `limited` before it gave a row. Throws `Failure` when a page cannot be had, or when the limit is met on the way.
 */
export async function* graphPages(
  deps: GraphDeps,
  question: GraphQuestion,
): AsyncGenerator<IndexedRow[], 'whole' | 'limited'> {
  const ask = async (token: string | null): Promise<Page> => {
    if (token !== null) await deps.pacer.quota();
    const read = () => readPage(deps, question, token);
    return deps.patient ? patiently(deps, read) : read();
  };
  let isFirst = true;
  for (let coming: Promise<Page> | null = ask(null); coming !== null; isFirst = false) {
    const one: Page = await coming;
    if (one.limited && isFirst) return 'limited';
    if (one.limited) {
      throw new Failure(
        'unavailable',
        'Resource Graph met its limit of subscriptions in the middle of a query; the next one is asked in batches.',
      );
    }
    // Asked for already, while the caller works on this one; that it failed is told when its turn comes.
    coming = one.next === null ? null : ask(one.next);
    coming?.catch(() => undefined);
    yield one.rows;
  }
  return 'whole';
}

async function readPage(
  deps: GraphDeps,
  { query, subscriptions }: GraphQuestion,
  skipToken: string | null,
): Promise<Page> {
  const what = 'Resource Graph was asked for subscriptions and delegations';
  const options = {
    $top: ROWS_PER_PAGE,
    resultFormat: 'objectArray',
    ...(skipToken ? { $skipToken: skipToken } : {}),
  };
  const body = { query, options, ...(subscriptions ? { subscriptions } : {}) };
  const path = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';
  const response = await deps.gate.run(bucketOf(deps.observer, deps.managingTenantId, 'graph'), () =>
    deps.arm({ method: 'POST', path, body, what }),
  );
  const parsed = page.safeParse(response.body);
  if (!parsed.success) throw noAnswer(parsed.error, what);
  deps.pacer.spent(
    response.header('x-ms-user-quota-remaining'),
    response.header('x-ms-user-quota-resets-after'),
    response.sentAt,
  );
  const limitHit = response.header('x-ms-tenant-subscription-limit-hit')?.toLowerCase() === 'true';
  return {
    rows: parsed.data.data.map(indexedRow),
    next: parsed.data.$skipToken ?? null,
    limited: limitHit && subscriptions === undefined,
  };
}

/** A sweep has one message for the whole estate, so it waits where a pass would send a copy, and asks again. */
export async function patiently<T>(
  { clock, sleep }: Pick<GraphDeps, 'clock' | 'sleep'>,
  ask: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const passing =
        error instanceof Failure && (error.kind === 'throttled' || error.kind === 'unavailable');
      if (!passing || tries >= PAGE_TRIES) throw error;
      const now = clock().getTime();
      const wait = (error.retryAt?.getTime() ?? now + PAGE_PAUSE_MS * tries) - now;
      if (wait > PATIENCE_MS) throw error;
      await sleep(Math.max(0, wait));
    }
  }
}
