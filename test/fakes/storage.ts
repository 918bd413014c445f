/** What the in-memory ledgers stand on: rows that carry a tag, copies in and out, and trouble on demand. */
import { Failure } from '../../src/lib/domain/failure.ts';

/** Trouble a test asks for: the next so many calls of a method fail. */
export interface Trouble {
  /** Makes the next calls of a method fail, by default one. */
  fail(method: string, error: Error, times?: number): void;
  /** Throws when a test asked for it; every method of a fake begins with this. */
  meet(method: string): void;
}

export function aTrouble(): Trouble {
  const planned: { readonly method: string; readonly error: Error; left: number }[] = [];
  return {
    fail(method, error, times = 1) {
      planned.push({ method, error, left: times });
    },
    meet(method) {
      const next = planned.find((plan) => plan.method === method && plan.left > 0);
      if (!next) return;
      next.left -= 1;
      throw next.error;
    },
  };
}

/** Rows by key, each with the tag its next write must show. What goes in and out is copied, as over a wire. */
export interface Rows<T> {
  get(key: string): { readonly record: T; readonly etag: string } | null;
  /** Writes under the tag that was read; null creates. Throws `conflict` like a table. */
  write(key: string, record: T, etag: string | null): string;
  remove(key: string): void;
  all(): T[];
}

export function makeRows<T>(): Rows<T> {
  const rows = new Map<string, { record: T; etag: string }>();
  let writes = 0;
  return {
    get(key) {
      const row = rows.get(key);
      return row ? structuredClone(row) : null;
    },
    write(key, record, etag) {
      const now = rows.get(key)?.etag ?? null;
      if (now !== etag)
        throw new Failure('conflict', 'The row was written by somebody else in the meantime.');
      writes += 1;
      const tag = `W/"${writes}"`;
      rows.set(key, { record: structuredClone(record), etag: tag });
      return tag;
    },
    remove: (key) => void rows.delete(key),
    all: () => [...rows.values()].map(({ record }) => structuredClone(record)),
  };
}
