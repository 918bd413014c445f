/**
 * Triggered by /api/sweeps/{sweepId}. Promises: one sweep as it stands on record. Reads only, so a call that fails changed
 * nothing and is told to the caller.
 */
import { getSweep } from './contract/sweeps.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';
import { sweepItemOf } from './view/sweep-item.ts';

const unknown = refuse(
  'not-found',
  'No sweep of this id is on record; one that was just asked for shows when it begins.',
);

export const sweep = endpoint('api-sweep', [
  serve(getSweep, async ({ params, api }) => {
    const found = await api.readSweep(params.sweepId);
    return found ? reply(200, sweepItemOf(found)) : unknown;
  }),
]);
