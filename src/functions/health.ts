/** Triggered by GET /api/health/live, open to anybody. Says that the worker answers, and nothing else. */
import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';

export function health(request: HttpRequest): HttpResponseInit {
  const headers = { 'cache-control': 'no-store' };
  if (request.method === 'GET' || request.method === 'HEAD')
    return { jsonBody: { status: 'alive' }, headers };
  return { status: 405, headers: { ...headers, allow: 'GET, HEAD' } };
}

app.http('health', {
  route: 'health/live',
  authLevel: 'anonymous',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  handler: health,
});
