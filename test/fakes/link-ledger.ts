import { linkAnnouncement } from '../../src/lib/domain/announcement.ts';
import { Failure } from '../../src/lib/domain/failure.ts';
import type { LinkChange, LinkRecord } from '../../src/lib/domain/link.ts';
import type { LinkLedger, Outbox } from '../../src/lib/domain/ports.ts';
import { makeFakeOutbox, makeUntold } from './outbox.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

export interface FakeLinkLedger extends LinkLedger, Trouble {
  /** Every change committed, oldest first. */
  changes(): readonly LinkChange[];
  /** Puts a row there as if it had always been there. */
  hold(record: LinkRecord): void;
  /** The row as it stands; throws when there is none. */
  held(tenantId: string, objectId: string): LinkRecord;
}

export function makeFakeLinkLedger(outbox: Outbox = makeFakeOutbox()): FakeLinkLedger {
  const untold = makeUntold(outbox);
  const rows = makeRows<LinkRecord>();
  const changes: LinkChange[] = [];
  const trouble = aTrouble();
  const keyOf = (tenantId: string, objectId: string) => `${tenantId}/${objectId}`;
  const keyed = (record: LinkRecord) => keyOf(record.tenantId, record.objectId);

  return {
    ...trouble,
    async read(tenantId, objectId) {
      trouble.meet('read');
      const row = rows.get(keyOf(tenantId, objectId));
      return Promise.resolve(row && { ...row, unannounced: untold.of(keyOf(tenantId, objectId)) });
    },
    async claim(known, record) {
      trouble.meet('claim');
      const etag = rows.write(keyed(record), record, known.etag);
      return Promise.resolve({ ...known, record, etag });
    },
    async write(claimed, record, change) {
      trouble.meet('write');
      if (claimed.etag === null) throw new Failure('conflict', 'The row was never claimed.');
      rows.write(keyed(record), record, claimed.etag);
      if (change) {
        changes.push(change);
        untold.add(keyed(record), linkAnnouncement(record, change));
      }
      trouble.meet('written');
      await untold.tell(keyed(record));
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve(rows.all());
    },
    async page(after, size) {
      trouble.meet('page');
      const key = after ? keyOf(after.tenantId, after.objectId) : '';
      const inOrder = rows.all().sort((a, b) => (keyed(a) < keyed(b) ? -1 : 1));
      return Promise.resolve(inOrder.filter((link) => keyed(link) > key).slice(0, size));
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
