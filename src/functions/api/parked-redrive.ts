/**
 * Triggered by /api/parked/redrive. Promises: each chosen message is on its queue again before it is forgotten here, under
 * an id that tells where it comes from. A call that breaks off has lost none: ask again.
 */
import { redriveParked } from './contract/parked.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';
import { selectionOf } from './view/parked-selection.ts';

export const redrive = endpoint('api-parked-redrive', [
  serve(redriveParked, async ({ body, api, caller }) => {
    const done = await api.redriveParked({ selection: selectionOf(body), by: caller.objectId });
    const missing = body.id !== undefined && done.handled + done.homeless + done.refused === 0;
    return missing ? refuse('not-found', 'It is not parked, or no longer.') : reply(200, done);
  }),
]);
