/**
 * Triggered by /api/tenants. Promises: a page of tenants as they stand now, or all that fit as CSV. Reads only, so a call
 * that fails changed nothing and is told to the caller.
 */
import { listTenants } from './contract/tenants.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply, sheet } from './edge/reply.ts';
import { tenantItemOf, tenantSheet } from './view/tenant-item.ts';

export const tenants = endpoint('api-tenants', 'tenants', [
  serve(listTenants, async ({ query, api, asCsv }) => {
    const { top, continuation, bom, ...filter } = query;
    if (asCsv) return sheet(tenantSheet(api.exportTenants(filter), bom === 'true'));
    const page = await api.listTenants(filter, { top, after: continuation ?? null });
    return reply(200, { ...page, items: page.items.map(tenantItemOf) });
  }),
]);
