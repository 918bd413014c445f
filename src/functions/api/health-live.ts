/** Triggered by /api/health/live, open to anybody. Says that the worker answers, and nothing else. A call that fails is told to the caller. */
import { healthLive } from './contract/health.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';

export const liveness = endpoint('api-health-live', [
  serve(healthLive, () => reply(200, { status: 'alive' })),
]);
