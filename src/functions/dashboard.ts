/**
 * Triggered by /api/dashboard and every path below it. Promises: the dashboard's pages, open to anybody, because there is no
 * data in them: they fetch it from the API with the token of whoever signs in. Reads only; a call that fails is told to
 * the caller.
 */
import { app } from '@azure/functions';
import { started } from './startup.ts';

app.http('dashboard', {
  route: 'dashboard/{*file}',
  authLevel: 'anonymous',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  handler: (request, { invocationId }) => {
    const {
      answerPage,
      pages: files,
      app: { signIn },
    } = started();
    return answerPage(request, { files, signIn }, { request: invocationId, client: null });
  },
});
