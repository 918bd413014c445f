import { Failure } from '../../src/lib/domain/failure.ts';
import type { LinkRecord } from '../../src/lib/domain/link.ts';
import type { LinkChange, LinkLedger } from '../../src/lib/domain/ports.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

export interface FakeLinkLedger extends LinkLedger, Trouble {
  /** Every change committed, oldest first. */
  changes(): readonly LinkChange[];
  /** Puts a row there as if it had always been there. */
  hold(record: LinkRecord): void;
  /** The row as it stands; throws when there is none. */
  held(tenantId: string, objectId: string): LinkRecord;
}

export function makeFakeLinkLedger(): FakeLinkLedger {
  const rows = makeRows<LinkRecord>();
  const changes: LinkChange[] = [];
  const trouble = aTrouble();
  const keyOf = (tenantId: string, objectId: string) => `${tenantId}/${objectId}`;
  const keyed = (record: LinkRecord) => keyOf(record.tenantId, record.objectId);

  return {
    ...trouble,
    async read(tenantId, objectId) {
      trouble.meet('read');
      return Promise.resolve(rows.get(keyOf(tenantId, objectId)));
    },
    async claim(known, record) {
      trouble.meet('claim');
      const etag = rows.write(keyed(record), record, known.etag);
      return Promise.resolve({ record, etag });
    },
    async write(claimed, record, change) {
      trouble.meet('write');
      if (claimed.etag === null) throw new Failure('conflict', 'The row was never claimed.');
      rows.write(keyed(record), record, claimed.etag);
      if (change) changes.push(change);
      return Promise.resolve();
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve(rows.all());
    },
    changes: () => changes,
    hold(record) {
      rows.write(keyed(record), record, rows.get(keyed(record))?.etag ?? null);
    },
    held(tenantId, objectId) {
      const row = rows.get(keyOf(tenantId, objectId));
      if (!row) throw new Error(`no link of ${objectId}`);
      return row.record;
    },
  };
}
