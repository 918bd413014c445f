/**
 * Triggered by /api/tenants/{tenantId}/history. Promises: a page of what changed about a tenant, newest first. Reads only,
 * so a call that fails changed nothing and is told to the caller.
 */
import { getHistory } from './contract/tenants.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { noTenant } from './view/as-told.ts';

export const tenantHistory = endpoint('api-tenant-history', [
  serve(getHistory, async ({ params, query: { top, continuation }, api }) => {
    const found = await api.tenantHistory(params.tenantId, continuation ?? null, top + 1);
    if (found.length === 0 && !(await api.showTenant(params.tenantId))) return noTenant;
    const items = found.slice(0, top).map((change) => ({
      ...change,
      endings: change.endings ?? [],
      moves: change.moves ?? [],
      agreementChanges: change.agreementChanges ?? [],
      reverified: change.reverified ?? [],
      told: change.told ?? [],
      leftOut: change.leftOut ?? {},
    }));
    return reply(200, { items, continuation: found.length > top ? String(items.at(-1)?.version) : null });
  }),
]);
