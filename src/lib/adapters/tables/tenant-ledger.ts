import { odata, type TransactionAction } from '@azure/data-tables';
import { Failure } from '../../domain/failure.ts';
import type { TenantCommit, TenantLedger, Versioned } from '../../domain/ports.ts';
import {
  newTenantRecord,
  type Gap,
  type ScopeRecord,
  type TenantRecord,
} from '../../domain/tenant-record.ts';
import type { Registration } from '../../domain/tenant.ts';
import { ledgerKeys } from './keys.ts';
import { FORMAT, pack, unpack } from './packing.ts';
import { TRANSACTION_LIMIT, type Entity, type StoredRow, type Table } from './table.ts';
import type { TenantList } from './tenant-list.ts';

/** What the current row holds besides the scopes and gaps, which have rows of their own. */
type Head = Omit<TenantRecord, 'scopes' | 'openGaps' | 'version'>;

/**
 * The ledger of tenants in table `Ledger`: one partition a tenant, one row for the current state, one for each scope,
 * gap and change. A commit is one transaction; a larger one writes its rows first, stamped with the new version and
 * beside their former value, and the current row that names the version makes them count.
 */
export function makeTenantLedger(table: Table, list: TenantList): TenantLedger {
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
      const tenantId = record.registration.tenantId;
      const head = headAction(known, record);
      const change = changeRow(tenantId, commit);
      const last: TransactionAction[] = change ? [['upsert', change, 'Replace'], head] : [head];
      const rest = rowsOf(known.record, commit);
      for (const batch of batches(rest, last.length)) {
        const final = batch.isLast ? last : [];
        await table.transact([
          ...batch.rows.map((row): TransactionAction => ['upsert', row, 'Replace']),
          ...final,
        ]);
      }
      await list.project(record);
    },

    async note(known, record) {
      await writeHead(table, known, record);
      if (record.lastOutcome !== known.record.lastOutcome || record.phase !== known.record.phase) {
        await list.project(record);
      }
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
  const version = Number(current['version']);
  const scopes = rows
    .filter(({ rowKey }) => rowKey?.startsWith('scope~'))
    .map((row) => valueAt(row, version));
  const gaps = rows.filter(({ rowKey }) => rowKey?.startsWith('gap~')).map((row) => valueAt(row, version));
  const record: TenantRecord = {
    ...(unpack('head', current) as Head),
    scopes: scopes.filter((scope) => scope !== null) as ScopeRecord[],
    openGaps: (gaps.filter((gap) => gap !== null) as Gap[]).filter(({ closedAt }) => closedAt === null),
    version,
  };
  return { record, etag: current.etag };
}

/** A row newer than the current version belongs to a commit that did not come to its end: its former value counts. */
function valueAt(row: StoredRow, version: number): unknown {
  const committed = Number(row['version']) <= version;
  return unpack(committed ? 'value' : 'former', row) ?? null;
}

async function writeHead(
  table: Table,
  known: Versioned<TenantRecord> | null,
  record: TenantRecord,
): Promise<void> {
  const row = headRow(record);
  if (known?.etag) await table.replace(row, known.etag);
  else await table.create(row);
}

function headAction(known: Versioned<TenantRecord>, record: TenantRecord): TransactionAction {
  const row = headRow(record);
  return known.etag ? ['update', row, 'Replace', { etag: known.etag }] : ['create', row];
}

function headRow({ scopes: _scopes, openGaps: _gaps, version, ...head }: TenantRecord): Entity {
  return {
    partitionKey: head.registration.tenantId,
    rowKey: ledgerKeys.current,
    format: FORMAT,
    version,
    phase: head.phase,
    ...pack('head', head satisfies Head),
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
function rowsOf(before: TenantRecord, { record, closedGaps, droppedScopes }: TenantCommit): Entity[] {
  const partitionKey = record.registration.tenantId;
  const former = new Map<string, unknown>([
    ...before.scopes.map((scope) => [ledgerKeys.scope(scope.scope), scope] as const),
    ...before.openGaps.map((gap) => [ledgerKeys.gap(gap.scope, gap.openedAt), gap] as const),
  ]);
  const after = new Map<string, unknown>([
    ...record.scopes.map((scope) => [ledgerKeys.scope(scope.scope), scope] as const),
    ...[...record.openGaps, ...closedGaps].map(
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
      version: record.version,
      ...(value === undefined ? {} : pack('value', value)),
      ...(former.has(rowKey) ? pack('former', former.get(rowKey)) : {}),
    }));
}

/** Cuts rows into transactions; the last one leaves room for the rows that make the commit. */
function batches(rows: readonly Entity[], reserved: number): { rows: readonly Entity[]; isLast: boolean }[] {
  const cut: { rows: readonly Entity[]; isLast: boolean }[] = [];
  let from = 0;
  while (rows.length - from + reserved > TRANSACTION_LIMIT) {
    cut.push({ rows: rows.slice(from, from + TRANSACTION_LIMIT), isLast: false });
    from += TRANSACTION_LIMIT;
  }
  cut.push({ rows: rows.slice(from), isLast: true });
  return cut;
}
