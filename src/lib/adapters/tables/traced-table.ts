import type { Telemetry } from '../../domain/telemetry.ts';
import type { StoredRow, Table } from './table.ts';

/** A table whose every operation is a span. Keys are not told: they may hold what customers are called. */
export function makeTracedTable(table: Table, name: string, telemetry: Telemetry): Table {
  const span = <T>(operation: keyof Table, run: () => Promise<T>) =>
    telemetry.span(
      {
        name: `${operation} ${name}`,
        kind: 'client',
        attributes: {
          'db.system.name': 'azure.tables',
          'db.collection.name': name,
          'db.operation.name': operation,
        },
      },
      run,
    );

  return {
    get: (...key) => span('get', () => table.get(...key)),
    page: (...query) => span('page', () => table.page(...query)),
    create: (row) => span('create', () => table.create(row)),
    replace: (row, etag) => span('replace', () => table.replace(row, etag)),
    put: (row) => span('put', () => table.put(row)),
    remove: (...key) => span('remove', () => table.remove(...key)),
    transact: (actions) => span('transact', () => table.transact(actions)),
    async *list(filter): AsyncGenerator<StoredRow> {
      // The span is open as long as somebody reads; what is done with the rows meanwhile is not part of it.
      const reading = Promise.withResolvers<undefined>();
      const ended = span('list', () => reading.promise).catch(() => undefined);
      try {
        yield* table.list(filter);
        reading.resolve(undefined);
      } catch (error) {
        reading.reject(error);
        throw error;
      } finally {
        // Whoever stops reading in the middle has read enough.
        reading.resolve(undefined);
        await ended;
      }
    },
  };
}
