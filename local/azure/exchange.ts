/** What passes through the simulator's door: one call, one answer. */
import { randomUUID } from 'node:crypto';

/** A request, read whole, its path freed of double leading slashes. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Path and query as sent. */
  readonly target: string;
  /** A query parameter; names compare without case. */
  query(name: string): string | undefined;
  header(name: string): string | undefined;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as it is, nothing as an empty body without a content type. */
  readonly body?: unknown;
}

/** Who calls ARM, as its token says. */
export interface Caller {
  readonly tenantId: string;
  readonly objectId: string;
}

/** The error body of the resource manager itself. */
export function armError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body: { error: { code, message } } };
}

/** The headers every ARM answer carries. */
export function armHeaders(call: Call, now: number): Record<string, string> {
  const id = call.header('x-ms-correlation-request-id') ?? randomUUID();
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const clientId = call.header('x-ms-client-request-id');
  const returnsClientId = call.header('x-ms-return-client-request-id')?.toLowerCase() === 'true';
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': id,
    'x-ms-routing-request-id': `LOCAL:${stamp}:${id}`,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    ...(clientId !== undefined && returnsClientId ? { 'x-ms-client-request-id': clientId } : {}),
  };
}
