import type { TenantDetail, TenantItem } from '../src/functions/api/contract/tenants.ts';
import type { Context } from './context.ts';
import type { Column } from './output.ts';

export const tenantColumns: readonly Column<TenantItem>[] = [
  { title: 'Name', of: ({ displayName }) => displayName },
  { title: 'TenantId', of: ({ tenantId }) => tenantId },
  { title: 'State', of: ({ state }) => state },
  { title: 'Reason', of: ({ reason }) => reason },
  { title: 'Gaps', of: ({ openGaps }) => openGaps },
  { title: 'LastGood', of: ({ lastGood, stale }) => (stale ? `${lastGood ?? 'never'} (stale)` : lastGood) },
];

const scopeColumns: readonly Column<TenantDetail['scopes'][number]>[] = [
  { title: 'Scope', of: ({ scope }) => scope },
  { title: 'Name', of: ({ displayName }) => displayName },
  { title: 'Verdict', of: ({ verdict }) => verdict },
  { title: 'CountsFor', of: ({ countsFor }) => countsFor },
  { title: 'Since', of: ({ since }) => since },
  { title: 'Until', of: ({ endsAt }) => endsAt },
];

/** Gives out a tenant; in a table, its scopes stand below it. */
export function showTenant({ options, print }: Context, tenant: TenantDetail): void {
  const { output, query } = options();
  if (output !== 'table' || query !== undefined) {
    print(tenant);
    return;
  }
  print([tenant], tenantColumns);
  if (tenant.scopes.length === 0) return;
  process.stdout.write('\n');
  print(tenant.scopes, scopeColumns);
}
