/**
 * Triggered by /api/tenants/{tenantId}/attestations. Promises: what a person shows of their own link is checked and on
 * record. A call that fails is told to the caller; told again, it changes nothing.
 */
import { attest } from './contract/told.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { asRecorded } from './view/as-told.ts';

export const attestations = endpoint('api-tenant-attestations', [
  serve(attest, async ({ params: { tenantId }, body: input, api, caller, requestId: causeId }) =>
    asRecorded(api, tenantId, await api.attest({ tenantId, input, by: caller.objectId, causeId })),
  ),
]);
