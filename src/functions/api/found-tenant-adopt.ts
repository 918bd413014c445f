/**
 * Triggered by /api/found-tenants/{tenantId}/adopt. Promises: the customer is registered and a look at it asked for. A call that fails is
 * told to the caller; asked again, it completes what was begun.
 */
import { adoptFound } from './contract/found.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';

export const foundAdopt = endpoint('api-found-adopt', [
  serve(adoptFound, async ({ params: { tenantId }, api, caller, requestId: causeId }) => {
    const decided = await api.foundTenants.adopt(tenantId, { by: caller.objectId, causeId });
    if (decided === 'not-found') return refuse('not-found', 'No sweep has found a customer of this id.');
    return reply(200, { tenantId, decided });
  }),
]);
