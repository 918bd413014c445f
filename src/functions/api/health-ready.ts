/**
 * Triggered by /api/health/ready. Promises: an answer that says what the app reaches, even where it reaches nothing. Takes
 * a token, because it tells of the inside. A call that fails is told to the caller.
 */
import { healthReady } from './contract/health.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';

export const readiness = endpoint('api-health-ready', [
  serve(healthReady, async ({ api }) => reply(200, await api.checkReadiness())),
]);
