/**
 * Triggered by /api/dashboard and every path below it. Promises: the dashboard's pages, open to anybody, because there is no
 * data in them: they fetch it from the API with the token of whoever signs in. Reads only; a call that fails is told to
 * the caller.
 */
import { join } from 'node:path';
import { app } from '@azure/functions';
import { answerPage } from './dashboard/answer.ts';
import { makePageFiles } from './dashboard/files.ts';
import { theApp } from './startup.ts';

// The build puts the pages beside the bundle.
const files = makePageFiles(join(import.meta.dirname, 'web'));

app.http('dashboard', {
  route: 'dashboard/{*file}',
  authLevel: 'anonymous',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  handler: (request, { invocationId }) =>
    answerPage(request, { files, signIn: theApp().signIn }, { request: invocationId, client: null }),
});
