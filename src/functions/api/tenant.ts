/**
 * Triggered by /api/tenants/{tenantId}. Promises: one tenant with everything on record of it, as it stands now. Reads only,
 * so a call that fails changed nothing and is told to the caller.
 */
import { getTenant } from './contract/tenants.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';
import { tenantDetailOf } from './view/tenant-detail.ts';

const unknown = refuse('not-found', 'No tenant is registered under this id.');

export const tenant = endpoint('api-tenant', 'tenants/{tenantId}', [
  serve(getTenant, async ({ params, api }) => {
    const shown = await api.showTenant(params.tenantId);
    return shown ? reply(200, tenantDetailOf(shown)) : unknown;
  }),
]);
