/**
 * Triggered by /api/sweeps/{sweepId}/confirm. Promises: what the sweep held back is handed to passes that prove it, once
 * however often it is asked for. A call that fails is told to the caller; asked again, it completes what was begun.
 */
import { confirmSweep } from './contract/sweeps.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';

const refusals = {
  'unknown-sweep': refuse('not-found', 'No sweep of this id is on record.'),
  'still-running': refuse('conflict', 'The sweep is still going through the estate: wait until it has.'),
  'holds-nothing': refuse('conflict', 'The sweep holds nothing back.'),
  superseded: refuse(
    'conflict',
    'A later sweep has finished, and has believed or held by itself: look there.',
  ),
};

export const sweepConfirm = endpoint('api-sweep-confirm', [
  serve(confirmSweep, async ({ params, api, caller }) => {
    const answer = await api.confirmSweep(params.sweepId, caller.objectId);
    return answer.kind === 'refused' ? refusals[answer.reason] : reply(200, { tenants: answer.tenants });
  }),
]);
