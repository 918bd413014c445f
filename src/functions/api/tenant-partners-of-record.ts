/**
 * Triggered by /api/tenants/{tenantId}/partners-of-record. Promises: one step of a subscription's partner of record is on
 * record. A call that fails is told to the caller; told again, it changes nothing.
 */
import { recordPartnerOfRecord } from './contract/told.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { asRecorded } from './view/as-told.ts';

export const partnersOfRecord = endpoint('api-partners-of-record', [
  serve(
    recordPartnerOfRecord,
    async ({ params: { tenantId }, body: input, api, caller, requestId: causeId }) =>
      asRecorded(api, tenantId, await api.recordDpor({ tenantId, input, by: caller.objectId, causeId })),
  ),
]);
