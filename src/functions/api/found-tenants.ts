/**
 * Triggered by /api/found-tenants. Promises: customers a sweep has found that nobody announced. Reads only, so a call that
 * fails changed nothing and is told to the caller.
 */
import { listFound, MOST_FOUND } from './contract/found.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';

export const foundTenants = endpoint('api-found-tenants', [
  serve(listFound, async ({ api }) => {
    const items = [];
    for await (const found of api.foundTenants.list()) {
      if (items.push(found) > MOST_FOUND) break;
    }
    return reply(200, { items: items.slice(0, MOST_FOUND), more: items.length > MOST_FOUND });
  }),
]);
