/**
 * Triggered by /api/tenants. Promises: a page of tenants as they stand now, all that fit as CSV, or one registered and a look
 * at it asked for. A call that fails is told to the caller; registered again, a tenant is registered once.
 */
import { listTenants, registerTenant } from './contract/tenants.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply, sheet } from './edge/reply.ts';
import { tenantAsTold } from './view/as-told.ts';
import { tenantItemOf, tenantSheet } from './view/tenant-item.ts';

export const tenants = endpoint('api-tenants', [
  serve(listTenants, async ({ query, api, asCsv }) => {
    const { top, continuation, bom, ...filter } = query;
    if (asCsv) return sheet(tenantSheet(api.exportTenants(filter), bom === 'true'));
    const page = await api.listTenants(filter, { top, after: continuation ?? null });
    return reply(200, { ...page, items: page.items.map(tenantItemOf) });
  }),
  serve(registerTenant, async ({ body: { tenantId, ...facts }, api, caller }) => {
    const word = { tenantId, facts, presence: 'onboarded', by: caller.objectId, mustBeKnown: false } as const;
    const told = await tenantAsTold(api, word);
    if ('refused' in told) return told;
    const location = `/api/tenants/${tenantId}`;
    return told.isNew ? reply(201, told.tenant, { location }) : reply(200, told.tenant);
  }),
]);
