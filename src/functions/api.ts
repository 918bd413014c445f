/**
 * Triggered by every path of the HTTP API, each a function of its own for all methods: what a path does not know is answered
 * by the app with 405, not by the host with 404. Promises: one answer; what it holds is said where the path is served
 * (`api/`). A call that fails is told to the caller.
 */
import { app } from '@azure/functions';
import { paths, type PathName } from './api/paths.ts';
import { started } from './startup.ts';

for (const [name, route] of Object.entries(paths) as [PathName, string][]) {
  app.http(name, {
    route,
    authLevel: 'anonymous',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    handler: (request, context) => {
      const {
        endpoints,
        app: { api },
      } = started();
      return endpoints[name].answer(request, context, () => api);
    },
  });
}
