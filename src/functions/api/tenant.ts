/**
 * Triggered by /api/tenants/{tenantId}, and by /api/tenants/import in the place of an id. Promises: one tenant with
 * everything on record of it; what an operator says put on record, and a look asked for. A call that fails is told to the
 * caller; said again, it changes nothing more.
 */
import { changeTenant, getTenant, importTenants, offboardTenant } from './contract/tenants.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { readTenantSheet } from './edge/tenant-sheet.ts';
import { noTenant, tenantAsTold } from './view/as-told.ts';
import { tenantDetailOf } from './view/tenant-detail.ts';

export const tenant = endpoint('api-tenant', [
  serve(getTenant, async ({ params, api }) => {
    const shown = await api.showTenant(params.tenantId);
    return shown ? reply(200, tenantDetailOf(shown)) : noTenant;
  }),
  serve(changeTenant, async ({ params, body: facts, api, caller }) => {
    const word = { ...params, facts, presence: 'unsaid', by: caller.objectId, mustBeKnown: true } as const;
    const told = await tenantAsTold(api, word);
    return 'refused' in told ? told : reply(200, told.tenant);
  }),
  serve(offboardTenant, async ({ params, api, caller }) => {
    const word = {
      ...params,
      facts: {},
      presence: 'offboarded',
      by: caller.objectId,
      mustBeKnown: true,
    } as const;
    const told = await tenantAsTold(api, word);
    return 'refused' in told ? told : reply(200, told.tenant);
  }),
  serve(importTenants, async ({ query, body, api, caller }) => {
    const read = await readTenantSheet(body);
    if ('refused' in read) return read;
    const dryRun = query.dryRun === 'true';
    return reply(200, await api.importTenants({ ...read, dryRun, by: caller.objectId }));
  }),
]);
