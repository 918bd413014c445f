/**
 * Triggered by /api/sweeps. Promises: a page of sweeps, or one request for a sweep on the queue. When the queue cannot be
 * written nothing was asked for, and the caller is told.
 */
import { listSweeps, startSweep } from './contract/sweeps.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { sweepItemOf } from './view/sweep-item.ts';

export const sweeps = endpoint('api-sweeps', [
  serve(listSweeps, async ({ query: { top, continuation }, api }) => {
    const found = await api.recentSweeps(continuation ?? null, top + 1);
    const items = found.slice(0, top).map(sweepItemOf);
    return reply(200, { items, continuation: found.length > top ? (items.at(-1)?.sweepId ?? null) : null });
  }),
  serve(startSweep, async ({ api }) => {
    const sweepId = await api.startSweep();
    return reply(202, { sweepId }, { location: `/api/sweeps/${sweepId}` });
  }),
]);
