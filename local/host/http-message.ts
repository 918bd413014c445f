/** HTTP requests and responses, between Node's server and the shapes the library speaks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData } from './core-api.ts';

/** The real host's default limit of a request body. */
const maxBodyBytes = 104_857_600;

/** Reads a body whole; undefined when it is larger than the host takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  return size <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}

/** The request as the library takes it. Headers go through untouched; repeated ones are joined with a comma. */
export function httpRequestData(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
  body: Buffer,
): HttpData {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    // The worker asks the host to leave out empty headers.
    values?.join() ? [[name, { value: values.join() }] as const] : [],
  );
  const query = [...new Set(url.searchParams.keys())].map(
    (name) => [name, { value: url.searchParams.getAll(name).join() }] as const,
  );
  return {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: Object.fromEntries(headers),
    nullableQuery: Object.fromEntries(query),
    nullableParams: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { value }])),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** Writes what a function, or the host itself, answers. */
export function sendResponse(response: ServerResponse, data: HttpData): void {
  for (const [name, value] of Object.entries(data.headers ?? {})) response.setHeader(name, value);
  for (const cookie of data.cookies ?? []) response.appendHeader('set-cookie', cookieHeader(cookie));
  const body = Buffer.from(data.body?.bytes ?? []);
  response.removeHeader('transfer-encoding');
  response.statusCode = Number(data.statusCode ?? '200');
  if (response.statusCode !== 204 && response.statusCode !== 304) {
    response.setHeader('content-length', body.length);
  }
  response.end(body);
}

function cookieHeader(cookie: HttpCookie): string {
  const sameSite = cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite;
  const expires = cookie.expires?.value?.seconds;
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    expires !== undefined && `expires=${new Date(expires * 1000).toUTCString()}`,
    cookie.maxAge?.value !== undefined && `max-age=${cookie.maxAge.value}`,
    cookie.domain?.value && `domain=${cookie.domain.value}`,
    `path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value && 'secure',
    sameSite && cookie.sameSite !== 'none' && `samesite=${sameSite}`,
    cookie.httpOnly?.value && 'httponly',
  ]
    .filter(Boolean)
    .join('; ');
}
