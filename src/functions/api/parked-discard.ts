/**
 * Triggered by /api/parked/discard. Promises: each chosen message is kept beside the parked ones, whole, with who discarded
 * it and why, before it leaves them. A call that breaks off has lost none: ask again.
 */
import { discardParked } from './contract/parked.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';
import { selectionOf } from './view/parked-selection.ts';

export const discard = endpoint('api-parked-discard', [
  serve(discardParked, async ({ body, api, caller }) => {
    const selection = selectionOf(body);
    const done = await api.discardParked({ selection, by: caller.objectId, why: body.why });
    const missing = body.id !== undefined && done.handled === 0;
    return missing ? refuse('not-found', 'It is not parked, or no longer.') : reply(200, done);
  }),
]);
