import { odata, type TransactionAction } from '@azure/data-tables';
import { Failure } from '../../domain/failure.ts';
import type { TenantCommit, TenantLedger, Versioned } from '../../domain/ports.ts';
import { gapOf, type StoredGap } from '../../domain/gap.ts';
import { newTenantRecord, type ScopeRecord, type TenantRecord } from '../../domain/tenant-record.ts';
import type { Registration } from '../../domain/tenant.ts';
import { ledgerKeys } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import { TRANSACTION_LIMIT, type Entity, type StoredRow, type Table } from './table.ts';
import type { TenantProjection } from './tenant-list.ts';

/** What the current row holds besides the scopes and gaps, which have rows of their own. */
type Head = Omit<TenantRecord, 'scopes' | 'openGaps' | 'closedGaps' | 'version'>;

/**
 * The ledger of tenants in table `Ledger`: one partition a tenant, one row for the current state, one for each scope,
 * gap and change. A commit is one transaction. A larger one first announces itself on the current row (so that nobody
 * else can commit meanwhile), writes its rows beside their former values, and then the current row makes them count; rows
 * of a commit that broke off count by their former values for ever. `newId` names commits.
 */
export function makeTenantLedger(
  table: Table,
  list: Pick<TenantProjection, 'project'>,
  newId: () => string,
): TenantLedger {
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
      const change = changeRow(record.registration.tenantId, commit);
      const last = [...rows.slice(-TRANSACTION_LIMIT + 2), ...(change ? [upsert(change)] : [])];
      const first = rows.slice(0, -TRANSACTION_LIMIT + 2);
      const claimed = first.length > 0 ? await announce(table, known, commitId) : known;
      for (let from = 0; from < first.length; from += TRANSACTION_LIMIT) {
        await table.transact(first.slice(from, from + TRANSACTION_LIMIT));
      }
      await table.transact([...last, headAction(claimed, record)]);
      await list.project(record);
    },

    async note(known, record) {
      await writeHead(table, known, record);
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
    ...(unpack('head', current) as Head),
    scopes: (values('scope~').filter((scope) => scope !== null) as ScopeRecord[]).map(scopeOf),
    openGaps: gaps.filter(({ closedAt }) => closedAt === null),
    closedGaps: gaps.filter(({ closedAt }) => closedAt !== null),
    version: Number(current['version']),
  };
  return { record, etag: current.etag, brokenOff };
}

/** A scope as it is stored; rows of earlier versions lack what was added since. */
function scopeOf(stored: Omit<ScopeRecord, 'lastEarningAt'> & Partial<ScopeRecord>): ScopeRecord {
  return { lastEarningAt: null, ...stored };
}

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

/** Says on the current row that a large commit is under way: whoever read before cannot write any more. */
async function announce(
  table: Table,
  known: Versioned<TenantRecord>,
  commitId: string,
): Promise<Versioned<TenantRecord>> {
  const row = { ...headRow(known.record, known.brokenOff), pending: commitId };
  const etag = known.etag ? await table.replace(row, known.etag) : await table.create(row);
  return { ...known, etag };
}

function upsert(row: Entity): TransactionAction {
  return ['upsert', row, 'Replace'];
}

function headAction(known: Versioned<TenantRecord>, record: TenantRecord): TransactionAction {
  const row = headRow(record, known.brokenOff);
  return known.etag ? ['update', row, 'Replace', { etag: known.etag }] : ['create', row];
}

function headRow(
  { scopes: _scopes, openGaps: _open, closedGaps: _closed, version, ...head }: TenantRecord,
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

function changeRow(tenantId: string, { change }: TenantCommit): Entity | null {
  if (!change) return null;
  return {
    partitionKey: tenantId,
    rowKey: ledgerKeys.change(change.version),
    format: FORMAT,
    at: change.at,
    announced: false,
    ...pack('change', change),
  };
}

/** The rows a commit touches: scopes and gaps that differ from what is on record. */
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
  ]);
  const after = new Map<string, unknown>([
    ...record.scopes.map((scope) => [ledgerKeys.scope(scope.scope), scope] as const),
    ...[...record.openGaps, ...record.closedGaps, ...closedGaps].map(
      (gap) => [ledgerKeys.gap(gap.scope, gap.openedAt), gap] as const,
    ),
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
