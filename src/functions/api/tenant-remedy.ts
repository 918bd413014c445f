/**
 * Triggered by /api/tenants/{tenantId}/remedy. Promises: what puts the tenant's scopes right, made from what is delegated
 * now. Reads only, so a call that fails changed nothing and is told to the caller.
 */
import { getRemedy } from './contract/told.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { refusalOf } from './view/as-told.ts';
import { remedyItem } from './view/remedy-item.ts';

export const remedy = endpoint('api-tenant-remedy', [
  serve(getRemedy, async ({ params: { tenantId }, query, api }) => {
    const found = await api.proposeRemedies({ tenantId, scope: query.scope ?? null });
    if (found.kind === 'refused') return refusalOf(found, 'query');
    const { people, firstSteps, scopes, leftOut, partnersOfRecord } = found;
    return reply(200, {
      people,
      firstSteps: firstSteps.map(remedyItem),
      scopes: scopes.map(({ remedy, ...one }) => ({ ...one, remedy: remedyItem(remedy) })),
      leftOut,
      partnersOfRecord: partnersOfRecord.map((one) => ({ ...one })),
    });
  }),
]);
