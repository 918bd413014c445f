/**
 * Triggered by /api/found-tenants/{tenantId}/dismiss. Promises: the customer is not put up for decision again. A call that fails is
 * told to the caller; asked again, it completes what was begun.
 */
import { dismissFound } from './contract/found.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';

export const foundDismiss = endpoint('api-found-dismiss', [
  serve(dismissFound, async ({ params: { tenantId }, api, caller, requestId: causeId }) => {
    const decided = await api.foundTenants.dismiss(tenantId, { by: caller.objectId, causeId });
    if (decided === 'not-found') return refuse('not-found', 'No sweep has found a customer of this id.');
    return reply(200, { tenantId, decided });
  }),
]);
