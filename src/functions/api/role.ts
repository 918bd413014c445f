/**
 * Triggered by /api/roles/{roleId}, and by /api/roles/unknown in the place of an id. Promises: every role that no table
 * names, or an operator's word on one put on record, and looks asked for. A call that fails is told to the caller; said
 * again, it completes what was begun.
 */
import { decideRole, listUnknownRoles } from './contract/roles.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';

export const role = endpoint('api-role', [
  serve(listUnknownRoles, async ({ api }) => {
    const { unknown: items, decisions } = await api.roles.list();
    return reply(200, { items, decisions });
  }),
  serve(decideRole, async ({ params, body, api, caller }) => {
    const answer = await api.roles.decide({ ...params, ...body, by: caller.objectId });
    if (answer.kind === 'refused') return refuse('conflict', answer.message);
    const { decision, tenants, asked } = answer;
    return reply(200, { decision, tenants, asked });
  }),
]);
