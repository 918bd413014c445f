import type { HttpClient, PipelineRequest } from '@azure/core-rest-pipeline';
import type { Attributes, OpenSpan, Telemetry } from '../../domain/telemetry.ts';

/** One span a request to ARM, whichever client sends it; every call and every 429 is counted. */
export function makeTracedArm(http: HttpClient, telemetry: Telemetry): HttpClient {
  return {
    sendRequest(request) {
      const path = pathTemplate(new URL(request.url).pathname);
      const bucket = bucketSort(request.method, path);
      const attributes = { ...requestFacts(request), 'url.template': path, 'pal.arm.bucket': bucket };
      const count = (status: string) => {
        const facts = { method: request.method, bucket };
        telemetry.measure({ metric: 'pal.arm.calls', value: 1, attributes: { ...facts, status } });
        if (status === '429') telemetry.measure({ metric: 'pal.arm.throttles', value: 1, attributes: facts });
      };
      return telemetry.span({ name: `${request.method} ${path}`, kind: 'client', attributes }, (span) =>
        answered(http, request, span, count),
      );
    },
  };
}

/** One span a request for a token: to Entra, or to the platform's endpoint of managed identities. */
export function makeTracedTokens(http: HttpClient, telemetry: Telemetry): HttpClient {
  return {
    sendRequest: (request) =>
      telemetry.span({ name: 'token request', kind: 'client', attributes: requestFacts(request) }, (span) =>
        answered(http, request, span, () => undefined),
      ),
  };
}

async function answered(
  http: HttpClient,
  request: PipelineRequest,
  span: OpenSpan,
  count: (status: string) => void,
): ReturnType<HttpClient['sendRequest']> {
  try {
    const response = await http.sendRequest(request);
    const requestId = response.headers.get('x-ms-request-id');
    span.set({
      'http.response.status_code': response.status,
      ...(requestId ? { 'azure.service.request.id': requestId } : {}),
    });
    // What is not there is an answer here: no link yet, a delegation that is gone.
    if (response.status >= 400 && response.status !== 404) span.fail(String(response.status));
    count(String(response.status));
    return response;
  } catch (error) {
    count('none');
    throw error;
  }
}

function requestFacts(request: PipelineRequest): Attributes {
  return { 'http.request.method': request.method, 'server.address': new URL(request.url).hostname };
}

/** Which of ARM's quotas a call draws on. */
function bucketSort(method: string, path: string): 'graph' | 'reads' | 'writes' {
  if (/\/Microsoft\.ResourceGraph\//i.test(path)) return 'graph';
  return method === 'GET' || method === 'HEAD' ? 'reads' : 'writes';
}

/**
 * A path of ARM with every name replaced by `{…}`. ARM's paths are pairs of a collection and a name; only the name after
 * `providers`, a namespace, is one of few.
 */
export function pathTemplate(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const kept = segments.map((segment, at) =>
    at % 2 === 0 || segments[at - 1]?.toLowerCase() === 'providers' ? segment : '{…}',
  );
  return `/${kept.join('/')}`;
}
