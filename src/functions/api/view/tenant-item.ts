import type { ListedStanding } from '../../../lib/domain/listed-standing.ts';
import type { Given } from '../contract/operation.ts';
import type { TenantItem } from '../contract/tenants.ts';
import { accessKindsOf } from '../../../lib/domain/tenant.ts';
import type { Sheet } from '../edge/csv.ts';

/** A tenant as lists show it. */
export function tenantItemOf(tenant: ListedStanding): Given<TenantItem> {
  const { summary, standing, daysAtRisk, principal } = tenant;
  const { registration, openGaps, acceptedGaps, toReverify, verdicts, lastOutcome, version } = summary;
  const { facts } = registration;
  return {
    tenantId: registration.tenantId,
    displayName: facts.displayName ?? null,
    ...standing,
    accessKinds: accessKindsOf(registration),
    agreement: facts.agreement ?? 'unknown',
    principal,
    tags: facts.tags ?? {},
    openGaps,
    acceptedGaps,
    daysAtRisk,
    toReverify,
    verdicts,
    lastOutcome,
    announcedAt: registration.announcedAt,
    offboardedAt: registration.offboardedAt,
    version,
  };
}

const columns = [
  'tenantId',
  'displayName',
  'state',
  'reason',
  'stale',
  'lastGood',
  'failure',
  'accessKinds',
  'agreement',
  'principal',
  'scopes',
  'earningScopes',
  'openGaps',
  'acceptedGaps',
  'daysAtRiskCertain',
  'daysAtRiskPossible',
  'daysNeverEarned',
  'tags',
  'announcedAt',
  'offboardedAt',
] as const;

export type Tenants = AsyncIterable<ListedStanding> | Iterable<ListedStanding>;

/** Tenants as a sheet, one row each, in the order they come. */
export function tenantSheet(tenants: Tenants, bom: boolean): Sheet {
  return { name: 'tenants', columns, rows: rowsOf(tenants), bom };
}

async function* rowsOf(tenants: Tenants) {
  for await (const tenant of tenants) {
    const item = tenantItemOf(tenant);
    const scopes = Object.values(item.verdicts).reduce((sum: number, count) => sum + count, 0);
    const row: Record<(typeof columns)[number], string | number | boolean | null> = {
      ...item,
      failure: item.failure?.kind ?? null,
      accessKinds: item.accessKinds.join(' '),
      tags: Object.entries(item.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
      daysAtRiskCertain: item.daysAtRisk.certain,
      daysAtRiskPossible: item.daysAtRisk.possible,
      daysNeverEarned: item.daysAtRisk.neverEarned,
      scopes,
      earningScopes: item.verdicts.earning ?? 0,
    };
    yield columns.map((column) => row[column]);
  }
}
