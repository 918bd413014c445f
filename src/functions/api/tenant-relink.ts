/**
 * Triggered by /api/tenants/{tenantId}/relink. Promises: one request on `reconcile` for a fresh look, once for an
 * Idempotency-Key; or, run dry, what it would do. When the queue cannot be written nothing was asked for, and the caller is
 * told.
 */
import { relinkTenant } from './contract/relink.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { refuse, reply } from './edge/reply.ts';
import { patienceOf } from './view/patience.ts';

export const tenantRelink = endpoint('api-tenant-relink', [
  serve(relinkTenant, async ({ params: { tenantId }, headers, body, api, caller }) => {
    const idempotencyKey = headers['idempotency-key'] ?? null;
    const dryRun = body?.dryRun ?? false;
    const answer = await api.requestRelink({ tenantId, by: caller.objectId, idempotencyKey, dryRun });
    if (answer.kind === 'unknown') return refuse('not-found', answer.message);
    if (answer.kind === 'refused') return refuse('conflict', answer.message);
    if (answer.kind === 'dry-run') return reply(200, answer);
    const { waitMs, headers: applied } = patienceOf(headers);
    const { causeId } = answer;
    const asked = answer.done ?? (waitMs > 0 ? await api.awaitOutcome({ tenantId }, causeId, waitMs) : null);
    if (asked) return reply(200, { kind: 'done', asked }, applied);
    return reply(202, { causeId }, { ...applied, location: `/api/tenants/${tenantId}` });
  }),
]);
