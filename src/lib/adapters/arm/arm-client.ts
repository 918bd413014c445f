import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { Failure } from '../../domain/failure.ts';
import { armFailure, codeOf, noAnswer, jsonOf } from './arm-errors.ts';

export interface ArmClientDeps {
  /** For example `https://management.azure.com`, without a trailing slash. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  /** What requests are sent with; the SDKs' own client where absent. */
  readonly http?: HttpClient | undefined;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Counts a call, and whether it was throttled. */
  readonly onThrottled: (fields: { readonly path: string; readonly requestId: string | null }) => void;
}

/** One answer of ARM: a success, or a status the caller said it understands. */
export interface ArmResponse {
  readonly status: number;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
  /** When the request left, with its token in hand. */
  readonly sentAt: Date;
}

export interface ArmCall {
  readonly method: HttpMethods;
  /** Path and query, or a whole `nextLink`. */
  readonly path: string;
  readonly body?: unknown;
  /** What is being done, for the message of a failure: “the subscriptions were listed”. */
  readonly what: string;
  /** Statuses, and codes of error bodies, that are answers, not trouble. */
  readonly understands?: readonly (number | string)[];
}

export type ArmClient = (call: ArmCall) => Promise<ArmResponse>;

/** Calls as one identity; all of them share their connections. */
export type ArmAs = (credential: TokenCredential) => ArmClient;

/** A thin REST client for ARM: one request, no retry, every trouble a `Failure` with the request id support asks for. */
export function makeArmClient(deps: ArmClientDeps): ArmAs {
  const http = deps.http ?? createDefaultHttpClient();
  return (credential) => async (call) => {
    const token = await credential.getToken(`${deps.endpoint}/.default`);
    if (!token) throw new Failure('denied', `Entra gave no token when ${call.what}.`);
    const request = createPipelineRequest({
      url: urlOf(deps.endpoint, call.path),
      method: call.method,
      headers: createHttpHeaders({
        authorization: `Bearer ${token.token}`,
        accept: 'application/json',
        'x-ms-client-request-id': deps.newId(),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      timeout: deps.timeoutMs,
    });
    const sentAt = deps.clock();
    let response: PipelineResponse;
    try {
      response = await http.sendRequest(request);
    } catch (error) {
      throw noAnswer(error, call.what);
    }
    return read(response, sentAt, call, deps);
  };
}

function read(response: PipelineResponse, sentAt: Date, call: ArmCall, deps: ArmClientDeps): ArmResponse {
  const header = (name: string) => response.headers.get(name);
  const ok = response.status >= 200 && response.status < 300;
  const body = jsonOf(response.bodyAsText);
  const code = ok ? null : codeOf(body);
  const { understands = [] } = call;
  if (!ok && !understands.includes(response.status) && !understands.includes(code ?? '')) {
    const failure = armFailure({ status: response.status, header, code }, call.what, deps.clock());
    if (failure.kind === 'throttled') {
      deps.onThrottled({ path: call.path.split('?')[0] ?? '', requestId: failure.requestId });
    }
    throw failure;
  }
  if (ok && body === undefined) throw noAnswer(new Error('The body is not JSON.'), call.what);
  return { status: response.status, body, header, sentAt };
}

/** A `nextLink` is followed only to the endpoint itself: the token goes where it leads. */
function urlOf(endpoint: string, path: string): string {
  const url = new URL(path, endpoint);
  if (url.origin === new URL(endpoint).origin) return url.href;
  throw new Failure('unexpected', `Azure sent a link to another host (${url.host}); it was not followed.`);
}
