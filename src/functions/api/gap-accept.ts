/**
 * Triggered by /api/tenants/{tenantId}/gaps/{gapId}/accept. Promises: the gap is accepted until the given time, with who
 * said so and why. A call that fails is told to the caller; said again, it changes nothing.
 */
import { acceptGap } from './contract/told.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse } from './edge/reply.ts';
import { asRecorded } from './view/as-told.ts';

const refusals = {
  'unknown-tenant': 'not-found',
  'unknown-gap': 'not-found',
  'closed-gap': 'conflict',
  'until-passed': 'invalid-request',
} as const;

export const gapAccept = endpoint('api-gap-accept', [
  serve(acceptGap, async ({ params, body, api, caller, requestId: causeId }) => {
    const answer = await api.acceptGap({ ...params, ...body, by: caller.objectId, causeId });
    if (answer.kind === 'refused') return refuse(refusals[answer.refusal.reason], answer.refusal.message);
    return asRecorded(api, params.tenantId, answer);
  }),
]);
