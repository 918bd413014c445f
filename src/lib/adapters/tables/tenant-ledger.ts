import { odata, type TransactionAction } from '@azure/data-tables';
import { tenantAnnouncement, type Announcement, type TenantAnnouncement } from '../../domain/announcement.ts';
import type { Dpor } from '../../domain/dpor.ts';
import { Failure } from '../../domain/failure.ts';
import { gapOf, type StoredGap } from '../../domain/gap.ts';
import type { Outbox, TenantCommit, TenantLedger, Versioned } from '../../domain/ports.ts';
import { historyEntry } from '../../domain/tenant-change.ts';
import {
  newTenantRecord,
  type ScopeRecord,
  type TenantChange,
  type TenantRecord,
} from '../../domain/tenant-record.ts';
import type { Registration } from '../../domain/tenant.ts';
import { ledgerKeys } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import { TRANSACTION_LIMIT, type Entity, type StoredRow, type Table } from './table.ts';
import type { TenantProjection } from './tenant-list.ts';

/** What the current row holds besides what has rows of its own: scopes, gaps, partners of record. */
type Head = Omit<TenantRecord, 'scopes' | 'openGaps' | 'closedGaps' | 'dpor' | 'version'>;

/** What rows lack that were written before it was kept. */
const UNTOLD: Pick<
  Head,
  'attestations' | 'asked' | 'stillDelegatedSince' | 'departures' | 'arrivals' | 'heldBy' | 'watchedSince'
> = {
  attestations: [],
  asked: [],
  stillDelegatedSince: null,
  departures: [],
  arrivals: [],
  heldBy: null,
  watchedSince: null,
};

/**
 * The ledger of tenants in table `Ledger`: one partition a tenant, one row for the current state, one for each scope,
 * gap, partner of record and change. A commit is one transaction. A larger one first shows itself on the current row (so
 * that nobody else can commit meanwhile), writes its rows beside their former values, each time with the current row, so
 * that it stops where somebody has taken over, and then the current row makes them count; rows of a commit that broke off
 * count by their former values for ever. `newId` names commits.
 *
 * A commit leaves what it tells in a row of its own, read with the tenant. It is announced right afterwards, or by the
 * next write when that did not come to its end; then the row goes. The list projection comes last, so that the sweep
 * looks at a tenant of which something is still untold.
 */
export function makeTenantLedger(
  table: Table,
  list: Pick<TenantProjection, 'project'>,
  newId: () => string,
  outbox: Outbox,
): TenantLedger {
  const tell = async (tenantId: string, unannounced: readonly Announcement[]) => {
    if (unannounced.length === 0) return;
    await outbox.announce(unannounced);
    for (const { id } of unannounced) await table.remove(tenantId, ledgerKeys.unannounced(id));
  };

  return {
    async read(tenantId) {
      const rows: StoredRow[] = [];
      const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${ledgerKeys.current}`;
      for await (const row of table.list(filter)) rows.push(row);
      return recordOf(rows);
    },

    async register(registration: Registration, known) {
      const record = known ? { ...known.record, registration } : newTenantRecord(registration);
      await writeHead(table, known, record);
      await list.project(record);
    },

    async commit(known, commit) {
      const { record } = commit;
      const commitId = newId();
      const rows = rowsOf(known.record, commit, commitId).map(upsert);
      const { change } = commit;
      const announcement = change && tenantAnnouncement(known.record, record, change, commit.closedGaps);
      const history = announcement ? historyRows(record.registration.tenantId, change, announcement) : [];
      const room = TRANSACTION_LIMIT - history.length - 1;
      const last = [...rows.slice(-room), ...history.map(upsert)];
      const first = rows.slice(0, -room);
      let claimed = known;
      for (let from = 0; from < first.length; from += TRANSACTION_LIMIT - 1) {
        claimed = await claim(table, claimed, commitId, first.slice(from, from + TRANSACTION_LIMIT - 1));
      }
      await table.transact([...last, headAction(claimed, record)]);
      await tell(record.registration.tenantId, [
        ...(known.unannounced ?? []),
        ...(announcement ? [announcement] : []),
      ]);
      await list.project(record);
    },

    async note(known, record) {
      await writeHead(table, known, record);
      await tell(record.registration.tenantId, known.unannounced ?? []);
      await list.project(record);
    },

    async *all() {
      let rows: StoredRow[] = [];
      for await (const row of table.list(odata`RowKey ge ${ledgerKeys.current}`)) {
        if (rows.length > 0 && rows[0]?.partitionKey !== row.partitionKey) {
          const found = recordOf(rows);
          if (found) yield found.record;
          rows = [];
        }
        rows.push(row);
      }
      const found = recordOf(rows);
      if (found) yield found.record;
    },

    async history(tenantId, before, size) {
      const older = before === null ? ledgerKeys.changes : ledgerKeys.change(before);
      const filter = odata`PartitionKey eq ${tenantId} and RowKey gt ${older} and RowKey lt ${ledgerKeys.current}`;
      const rows = await table.page(filter, size);
      return rows.map((row) => unpack('change', row) as TenantChange);
    },
  };
}

function recordOf(rows: readonly StoredRow[]): Versioned<TenantRecord> | null {
  const current = rows.find(({ rowKey }) => rowKey === ledgerKeys.current);
  if (!current) return null;
  if (current['format'] !== FORMAT) {
    throw new Failure(
      'unexpected',
      `A ledger row has format ${String(current['format'])}; this version reads ${FORMAT}.`,
    );
  }
  const pending = typeof current['pending'] === 'string' ? [current['pending']] : [];
  const brokenOff = [...((unpack('brokenOff', current) as string[] | undefined) ?? []), ...pending];
  const values = (prefix: string) =>
    rows.filter(({ rowKey }) => rowKey?.startsWith(prefix)).map((row) => valueOf(row, brokenOff));
  const gaps = (values('gap~').filter((gap) => gap !== null) as StoredGap[]).map(gapOf);
  const record: TenantRecord = {
    ...UNTOLD,
    ...(unpack('head', current) as Head),
    scopes: (values('scope~').filter((scope) => scope !== null) as ScopeRecord[]).map(scopeOf),
    openGaps: gaps.filter(({ closedAt }) => closedAt === null),
    closedGaps: gaps.filter(({ closedAt }) => closedAt !== null),
    dpor: values('dpor~').filter((dpor) => dpor !== null) as Dpor[],
    version: Number(current['version']),
  };
  const unannounced = rows
    .filter(({ rowKey }) => rowKey?.startsWith('unannounced~'))
    .map((row) => unpack('announcement', row) as Announcement);
  return { record, etag: current.etag, brokenOff, unannounced };
}

/** A scope as it is stored; rows of earlier versions lack what was added since. */
function scopeOf(stored: Omit<ScopeRecord, keyof typeof ADDED> & Partial<ScopeRecord>): ScopeRecord {
  return { ...ADDED, ...stored };
}

const ADDED = {
  lastEarningAt: null,
  agreement: 'unknown',
  agreementSource: 'none',
  offers: [],
  provenAt: null,
  endsAt: null,
} as const;

/** The value of a row; of a commit that broke off, the one before it. */
function valueOf(row: StoredRow, brokenOff: readonly string[]): unknown {
  return unpack(brokenOff.includes(String(row['commit'])) ? 'former' : 'value', row) ?? null;
}

async function writeHead(
  table: Table,
  known: Versioned<TenantRecord> | null,
  record: TenantRecord,
): Promise<void> {
  const row = headRow(record, known?.brokenOff);
  if (known?.etag) await table.replace(row, known.etag);
  else await table.create(row);
}

/**
 * Writes a part of a large commit, and says on the current row that it is under way: whoever read before cannot write any
 * more, and we cannot where somebody has written since.
 */
async function claim(
  table: Table,
  known: Versioned<TenantRecord>,
  commitId: string,
  part: readonly TransactionAction[],
): Promise<Versioned<TenantRecord>> {
  const { tenantId } = known.record.registration;
  await table.transact([...part, headAction(known, known.record, { pending: commitId })]);
  // A transaction does not tell the tags it has made everywhere; whoever writes after us takes our name away.
  const row = await table.get(tenantId, ledgerKeys.current);
  if (row?.['pending'] !== commitId) {
    throw new Failure('conflict', `Somebody else has written tenant ${tenantId} in the middle of a commit.`);
  }
  return { ...known, etag: row.etag };
}

function upsert(row: Entity): TransactionAction {
  return ['upsert', row, 'Replace'];
}

function headAction(
  known: Versioned<TenantRecord>,
  record: TenantRecord,
  underWay: { readonly pending?: string } = {},
): TransactionAction {
  const row = { ...headRow(record, known.brokenOff), ...underWay };
  return known.etag ? ['update', row, 'Replace', { etag: known.etag }] : ['create', row];
}

function headRow(
  { scopes: _scopes, openGaps: _open, closedGaps: _closed, dpor: _dpor, version, ...head }: TenantRecord,
  brokenOff: readonly string[] = [],
): Entity {
  return {
    partitionKey: head.registration.tenantId,
    rowKey: ledgerKeys.current,
    format: FORMAT,
    version,
    phase: head.phase,
    ...pack('head', head satisfies Head),
    ...(brokenOff.length > 0 ? pack('brokenOff', brokenOff) : {}),
  };
}

/** The entry in the history, and beside it what is to be told of it. */
function historyRows(partitionKey: string, change: TenantChange, announcement: TenantAnnouncement): Entity[] {
  const { id, version, at } = announcement;
  const row = { partitionKey, format: FORMAT, at };
  return [
    { ...row, rowKey: ledgerKeys.change(version), ...pack('change', historyEntry(change)) },
    { ...row, rowKey: ledgerKeys.unannounced(id), ...pack('announcement', announcement) },
  ];
}

/** The rows a commit touches: scopes, gaps and partners of record that differ from what is on record. */
function rowsOf(
  before: TenantRecord,
  { record, closedGaps, droppedScopes }: TenantCommit,
  commit: string,
): Entity[] {
  const partitionKey = record.registration.tenantId;
  const former = new Map<string, unknown>([
    ...before.scopes.map((scope) => [ledgerKeys.scope(scope.scope), scope] as const),
    ...[...before.openGaps, ...before.closedGaps].map(
      (gap) => [ledgerKeys.gap(gap.scope, gap.openedAt), gap] as const,
    ),
    ...before.dpor.map((dpor) => [ledgerKeys.dpor(dpor.subscriptionId), dpor] as const),
  ]);
  const after = new Map<string, unknown>([
    ...record.scopes.map((scope) => [ledgerKeys.scope(scope.scope), scope] as const),
    ...[...record.openGaps, ...record.closedGaps, ...closedGaps].map(
      (gap) => [ledgerKeys.gap(gap.scope, gap.openedAt), gap] as const,
    ),
    ...record.dpor.map((dpor) => [ledgerKeys.dpor(dpor.subscriptionId), dpor] as const),
    ...droppedScopes.map((scope) => [ledgerKeys.scope(scope), undefined] as const),
  ]);
  return [...after]
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(former.get(key)))
    .map(([rowKey, value]) => ({
      partitionKey,
      rowKey,
      format: FORMAT,
      commit,
      ...(value === undefined ? {} : pack('value', value)),
      ...(former.has(rowKey) ? pack('former', former.get(rowKey)) : {}),
    }));
}
