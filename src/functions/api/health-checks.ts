/**
 * Triggered by /api/health/checks. Promises: what every part the app rests on came to, looked at just now with the app's own
 * identities. Writes nothing; a part that fails is an answer, not an error.
 */
import { checkDeployment } from './contract/health.ts';
import { endpoint, serve } from './edge/endpoint.ts';
import { reply } from './edge/reply.ts';

export const deploymentChecks = endpoint('api-health-checks', [
  serve(checkDeployment, async ({ api }) => reply(200, { checks: await api.checkDeployment() })),
]);
