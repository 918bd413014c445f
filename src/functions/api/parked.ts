/**
 * Triggered by /api/parked. Promises: a page of parked messages, each with the beginning of its body. Reads only, so a call
 * that fails changed nothing and is told to the caller.
 */
import { listParked } from './contract/parked.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';
import { parkedItemOf } from './view/parked-item.ts';

export const parked = endpoint('api-parked', [
  serve(listParked, async ({ query: { top, continuation }, api }) => {
    const found = await api.listParked(continuation ?? null, top + 1);
    const now = api.clock();
    const items = found.slice(0, top).map((message) => parkedItemOf(message, now));
    return reply(200, { items, continuation: found.length > top ? (items.at(-1)?.id ?? null) : null });
  }),
]);
