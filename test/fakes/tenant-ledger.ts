import { tenantAnnouncement } from '../../src/lib/domain/announcement.ts';
import type { Gap } from '../../src/lib/domain/gap.ts';
import type { Outbox, TenantLedger } from '../../src/lib/domain/ports.ts';
import { historyEntry } from '../../src/lib/domain/tenant-change.ts';
import { newTenantRecord, type TenantChange, type TenantRecord } from '../../src/lib/domain/tenant-record.ts';
import { makeFakeOutbox, makeUntold } from './outbox.ts';
import { aTrouble, makeRows, type Trouble } from './storage.ts';

export interface FakeTenantLedger extends TenantLedger, Trouble {
  /** The changes committed for a tenant, oldest first. */
  changes(tenantId: string): readonly TenantChange[];
  /** The gaps that were closed for a tenant. */
  closedGaps(tenantId: string): readonly Gap[];
  /** Puts a record there as if it had always been there. */
  hold(record: TenantRecord): void;
  /** The record as it stands; throws when there is none. */
  held(tenantId: string): TenantRecord;
}

/** Tenants in memory: a commit or nothing, and never under a tag that somebody else has outdated. */
export function makeFakeTenantLedger(outbox: Outbox = makeFakeOutbox()): FakeTenantLedger {
  const rows = makeRows<TenantRecord>();
  const untold = makeUntold(outbox);
  const changes = new Map<string, TenantChange[]>();
  const closed = new Map<string, Gap[]>();
  const trouble = aTrouble();
  const keyed = (record: TenantRecord) => record.registration.tenantId;

  return {
    ...trouble,
    async read(tenantId) {
      trouble.meet('read');
      const row = rows.get(tenantId);
      return Promise.resolve(row && { ...row, unannounced: untold.of(tenantId) });
    },
    async register(registration, known) {
      trouble.meet('register');
      const record = known ? { ...known.record, registration } : newTenantRecord(registration);
      rows.write(keyed(record), record, known?.etag ?? null);
      return Promise.resolve();
    },
    async commit(known, { record, change, closedGaps }) {
      trouble.meet('commit');
      rows.write(keyed(record), record, known.etag);
      if (change) {
        untold.add(keyed(record), tenantAnnouncement(known.record, record, change, closedGaps));
      }
      if (change) changes.set(keyed(record), [...(changes.get(keyed(record)) ?? []), historyEntry(change)]);
      closed.set(keyed(record), [...(closed.get(keyed(record)) ?? []), ...closedGaps]);
      trouble.meet('committed');
      await untold.tell(keyed(record));
    },
    async note(known, record) {
      trouble.meet('note');
      const { scopes, openGaps, closedGaps, dpor, version } = known.record;
      rows.write(keyed(record), { ...record, scopes, openGaps, closedGaps, dpor, version }, known.etag);
      await untold.tell(keyed(record));
    },
    async *all() {
      trouble.meet('all');
      yield* await Promise.resolve(rows.all());
    },
    async history(tenantId, before, size) {
      trouble.meet('history');
      const older = (changes.get(tenantId) ?? []).filter(
        ({ version }) => before === null || version < before,
      );
      return Promise.resolve(older.toReversed().slice(0, size));
    },
    changes: (tenantId) => changes.get(tenantId) ?? [],
    closedGaps: (tenantId) => closed.get(tenantId) ?? [],
    hold(record) {
      rows.write(keyed(record), record, rows.get(keyed(record))?.etag ?? null);
    },
    held(tenantId) {
      const row = rows.get(tenantId);
      if (!row) throw new Error(`no record of ${tenantId}`);
      return row.record;
    },
  };
}
