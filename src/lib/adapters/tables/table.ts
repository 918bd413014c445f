import {
  TableClient,
  type TableEntity,
  type TableEntityResult,
  type TransactionAction,
} from '@azure/data-tables';
import type { TokenCredential } from '@azure/core-auth';
import { Failure } from '../../domain/failure.ts';
import { statusOf, tableFailure } from './table-errors.ts';

/** Where the tables are: a connection string for local storage, an endpoint with an identity in Azure. */
export type TableStorage =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly endpoint: string; readonly credential: TokenCredential };

export type Row = Record<string, unknown>;
export type StoredRow = TableEntityResult<Row>;
export type Entity = TableEntity<Row>;

/**
 * One table with the few verbs the ledgers need. Every update carries the tag it read (the SDK's default would overwrite
 * anything), and every trouble is a `Failure`.
 */
export interface Table {
  /** Null when there is no such row. */
  get(partitionKey: string, rowKey: string): Promise<StoredRow | null>;
  /** With `columns`, only those of each row. */
  list(filter: string, columns?: readonly string[]): AsyncIterable<StoredRow>;
  /** The first so many rows, in the order of keys; with `columns`, only those of each row. */
  page(filter: string, size: number, columns?: readonly string[]): Promise<StoredRow[]>;
  /** Throws `conflict` when the row is there already. */
  create(row: Entity): Promise<string>;
  /** Replaces a row that still has the tag; throws `conflict` otherwise. */
  replace(row: Entity, etag: string): Promise<string>;
  /** Writes the row whatever was there. */
  put(row: Entity): Promise<void>;
  /** Removes the row, if it is there. */
  remove(partitionKey: string, rowKey: string): Promise<void>;
  /** All or nothing, at most 100 actions in one partition; throws `conflict` when a tag does not match. */
  transact(actions: readonly TransactionAction[]): Promise<void>;
}

/** Service limit: actions in one entity-group transaction. */
export const TRANSACTION_LIMIT = 100;

/** Service limit: rows in one answer. */
const PAGE_LIMIT = 1_000;

export function makeTable(name: string, storage: TableStorage): Table {
  const client = clientFor(name, storage);
  let ready: Promise<void> | null = null;
  // A table is made when it is first needed; a failure is not remembered, so that the next call tries again.
  const ensure = () => {
    ready ??= client.createTable().catch((error: unknown) => {
      ready = null;
      throw error;
    });
    return ready;
  };

  const run = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      await ensure();
      return await call();
    } catch (error) {
      throw tableFailure(error, name);
    }
  };

  return {
    async get(partitionKey, rowKey) {
      try {
        await ensure();
        return await client.getEntity<Row>(partitionKey, rowKey);
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw tableFailure(error, name);
      }
    },
    async *list(filter, columns) {
      try {
        await ensure();
        const queryOptions = { filter, ...(columns ? { select: [...columns] } : {}) };
        yield* readAhead(client.listEntities<Row>({ queryOptions }).byPage());
      } catch (error) {
        throw tableFailure(error, name);
      }
    },
    page: (filter, size, columns) =>
      run(async () => {
        const rows: StoredRow[] = [];
        const queryOptions = { filter, ...(columns ? { select: [...columns] } : {}) };
        const pages = client
          .listEntities<Row>({ queryOptions })
          .byPage({ maxPageSize: Math.min(size, PAGE_LIMIT) });
        for await (const page of pages) {
          rows.push(...page);
          if (rows.length >= size) break;
        }
        return rows.slice(0, size);
      }),
    create: (row) => run(async () => tagOf((await client.createEntity(row)).etag)),
    replace: (row, etag) =>
      run(async () => tagOf((await client.updateEntity(row, 'Replace', { etag })).etag)),
    put: (row) =>
      run(async () => {
        await client.upsertEntity(row, 'Replace');
      }),
    remove: (partitionKey, rowKey) =>
      run(async () => {
        try {
          await client.deleteEntity(partitionKey, rowKey);
        } catch (error) {
          if (statusOf(error) !== 404) throw error;
        }
      }),
    transact: (actions) =>
      run(async () => {
        await client.submitTransaction([...actions]);
      }),
  };
}

/**
 * The rows of pages; the next page is on its way while the caller works on this one. It is not asked for before the
 * second row, because some callers only want to know whether there is a first.
 */
async function* readAhead(pages: AsyncIterable<readonly StoredRow[]>): AsyncGenerator<StoredRow> {
  const iterator = pages[Symbol.asyncIterator]();
  for (let page = await iterator.next(); page.done !== true;) {
    const [first, ...rest] = page.value;
    if (first) yield first;
    const coming = iterator.next();
    // That it failed is told when its turn comes.
    coming.catch(() => undefined);
    yield* rest;
    page = await coming;
  }
}

function clientFor(name: string, storage: TableStorage): TableClient {
  const retryOptions = { maxRetries: 2 };
  if (storage.kind === 'identity') {
    return new TableClient(storage.endpoint, name, storage.credential, { retryOptions });
  }
  const allowInsecureConnection = /http:\/\/|UseDevelopmentStorage=true/i.test(storage.connectionString);
  return TableClient.fromConnectionString(storage.connectionString, name, {
    allowInsecureConnection,
    retryOptions,
  });
}

function tagOf(etag: string | undefined): string {
  if (etag) return etag;
  throw new Failure('unexpected', 'Table Storage answered a write without a tag.');
}
