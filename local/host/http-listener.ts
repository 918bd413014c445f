/** The host's HTTP side: the routes of HTTP-triggered functions, and running a function by hand. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { HttpData, TraceContext } from './core-api.ts';
import { httpRequestData, readBody, sendResponse } from './http-message.ts';
import type { Invoke } from './invocation.ts';
import type { Log } from './log.ts';
import { compareRoutes, matchRoute, overlap } from './route.ts';
import type { HttpTrigger } from './trigger.ts';

interface HttpListenerDeps {
  readonly triggers: readonly HttpTrigger[];
  readonly invoke: Invoke;
  /** Needed for functions whose authLevel is not anonymous. */
  readonly key: string;
  /** Starts a function by hand with a text; false when there is none of that name that can be started so. */
  readonly runByHand: (functionName: string, text: string) => boolean;
  readonly log: Log;
}

interface HttpListener {
  readonly port: number;
  /** Stops taking requests and resolves when those taken are answered. */
  stop(): Promise<void>;
  /** Cuts the connections that are left. */
  cut(): void;
}

/** Starts the HTTP side on the loopback address; port 0 takes a free one. */
export async function startHttpListener(deps: HttpListenerDeps, port: number): Promise<HttpListener> {
  const triggers = deps.triggers.toSorted((a, b) => compareRoutes(a.route, b.route));
  warnOfOverlaps(triggers, deps.log);
  const server = createServer((request, response) => {
    answer({ ...deps, triggers }, request)
      .then((reply) => sendResponse(response, reply))
      .catch((error: unknown) => {
        deps.log({ level: 'error', category: 'host', message: `${String(request.url)}: ${String(error)}` });
        response.destroy();
      });
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    cut: () => server.closeAllConnections(),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`port ${port} is in use; choose another`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** The real host tries such routes in an order that nobody promises; here the more specific one wins. */
function warnOfOverlaps(triggers: readonly HttpTrigger[], log: Log): void {
  for (const [index, first] of triggers.entries()) {
    for (const second of triggers.slice(index + 1)) {
      if (!shareMethod(first, second) || !overlap(first.route, second.route)) continue;
      log({
        level: 'warning',
        category: 'host',
        message:
          `the routes "${first.route.template}" (${first.functionName}) and "${second.route.template}" ` +
          `(${second.functionName}) can match the same request; on Azure either may win`,
      });
    }
  }
}

function shareMethod(a: HttpTrigger, b: HttpTrigger): boolean {
  const all = a.methods.length === 0 || b.methods.length === 0;
  return all || a.methods.some((method) => b.methods.includes(method));
}

async function answer(deps: HttpListenerDeps, request: IncomingMessage): Promise<HttpData> {
  const url = requestUrl(request);
  if (!url) return status(400);
  const functionToRun = /^\/admin\/functions\/([^/]+)$/i.exec(url.pathname)?.[1];
  if (functionToRun !== undefined) return answerAdmin(deps, functionToRun, request);

  const found = findTrigger(deps.triggers, request.method ?? 'GET', url.pathname);
  if (!found) return status(404);
  if (!mayCall(found.trigger, request, url, deps.key)) return status(401);
  const body = await readBody(request);
  if (!body) return status(413);

  const traceContext = traceOf(request);
  try {
    const { returnValue } = await deps.invoke(found.trigger.functionName, {
      data: { http: httpRequestData(request, url, found.params, body) },
      ...(traceContext && { traceContext }),
    });
    // A function that returned nothing answers 204, as on the real host.
    return returnValue?.http ?? status(204);
  } catch {
    // The failure has been logged and counted; the caller learns no more than that.
    return status(500);
  }
}

/** Runs a function by hand: `POST /admin/functions/{name}` with `{"input": "text"}`. JSON only, so that no web page can. */
async function answerAdmin(
  deps: HttpListenerDeps,
  functionName: string,
  request: IncomingMessage,
): Promise<HttpData> {
  if (request.method !== 'POST') return status(404);
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return status(415);
  const body = await readBody(request);
  const invocation = parseObject(body?.toString() ?? '');
  if (!invocation) return status(400);
  const input = typeof invocation.input === 'string' ? invocation.input : '';
  return status(deps.runByHand(functionName, input) ? 202 : 404);
}

function status(code: number): HttpData {
  return { statusCode: String(code) };
}

function parseObject(text: string): { readonly input?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function requestUrl(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
  // Joined as text: as a relative reference, a target like `//elsewhere/x` would name another host.
  const href = target.startsWith('/') ? origin + target : target;
  return URL.parse(href) ?? undefined;
}

function findTrigger(triggers: readonly HttpTrigger[], method: string, path: string) {
  for (const trigger of triggers) {
    if (trigger.methods.length > 0 && !trigger.methods.includes(method)) continue;
    const params = matchRoute(trigger.route, path);
    if (params) return { trigger, params };
  }
  return undefined;
}

function mayCall(trigger: HttpTrigger, request: IncomingMessage, url: URL, key: string): boolean {
  if (trigger.authLevel === 'anonymous') return true;
  return request.headers['x-functions-key'] === key || url.searchParams.get('code') === key;
}

function traceOf(request: IncomingMessage): TraceContext | undefined {
  const traceParent = request.headers['traceparent'];
  const traceState = request.headers['tracestate'];
  if (typeof traceParent !== 'string') return undefined;
  return { traceParent, ...(typeof traceState === 'string' && { traceState }) };
}
