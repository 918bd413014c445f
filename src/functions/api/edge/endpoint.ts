import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { Failure } from '../../../lib/domain/failure.ts';
import type { Api } from '../../../lib/api.ts';
import type { Caller } from '../../../lib/domain/caller.ts';
import type { Operation } from '../contract/operation.ts';
import { paths, type PathName } from '../paths.ts';
import { admit } from './access.ts';
import { takeApart, type Taken } from './reading.ts';
import { refuse, responseOf, type Answer, type CallIds, type Refusal, type Reply } from './reply.ts';

/** What a handler is given. */
export interface Asked<O extends Operation = Operation> extends Taken<O> {
  readonly api: Api;
  /** Who asks; of an operation open to anybody: null. */
  readonly caller: O extends { readonly role: null } ? null : Caller;
  /** The id of this call, by which the log and history know it. */
  readonly requestId: string;
  /** Whether the answer is wanted as CSV. */
  readonly asCsv: boolean;
}

/** An operation with what carries it out. */
export interface Served {
  readonly operation: Operation;
  readonly handle: (asked: Asked) => Promise<Answer | Refusal>;
}

export interface Endpoint {
  /** The name of the function. */
  readonly name: string;
  /** Its path below `/api`, with parameters in braces. */
  readonly route: string;
  readonly served: readonly Served[];
  answer(request: HttpRequest, context: InvocationContext, apiOf: () => Api): Promise<HttpResponseInit>;
}

export function serve<O extends Operation>(
  operation: O,
  handle: (asked: Asked<NoInfer<O>>) => Promise<Reply<NoInfer<O>>> | Reply<NoInfer<O>>,
): Served {
  return { operation, handle: async (asked) => handle(asked) };
}

/**
 * Answers for one path with all its methods. Every answer that is not the operation's own is `application/problem+json`;
 * nothing of what went wrong inside leaves it. A call never throws, so the host retries nothing: whoever called is told,
 * and asks again.
 */
export function endpoint(name: PathName, served: readonly Served[]): Endpoint {
  const route = paths[name];
  const answer: Endpoint['answer'] = async (request, context, apiOf) => {
    const head = request.method === 'HEAD';
    const ids = idsOf(request, context);
    const reply = await replyTo(request, served, route, ids.request, apiOf).catch((error: unknown) => {
      tellLog(apiOf, error, { function: name, requestId: ids.request });
      return failureReply(error);
    });
    return responseOf(reply, ids, head);
  };
  return { name, route, served, answer };
}

async function replyTo(
  request: HttpRequest,
  served: readonly Served[],
  route: string,
  requestId: string,
  apiOf: () => Api,
): Promise<Answer | Refusal> {
  const here = servedHere(request, served, route);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = here.find(({ operation }) => operation.method === method);
  if (!found) return refuse('method-not-allowed', undefined, { allow: allowed(here) });
  const { operation, handle } = found;
  const caller = operation.role && (await admit(request, operation.role, apiOf().verifyToken));
  if (caller && 'refused' in caller) return caller;
  const taken = await takeApart(operation, request);
  if ('refused' in taken) return taken;
  return handle({
    ...taken,
    api: apiOf(),
    requestId,
    caller: caller as Caller,
    asCsv: wantsCsv(operation, request),
  });
}

/**
 * Which of two paths that fit the same request wins is promised by no host. Where a path has a fixed word in the place of
 * another's parameter, both are one function, and the fixed word wins here.
 */
function servedHere(request: HttpRequest, served: readonly Served[], route: string): readonly Served[] {
  const template = `/${route}`;
  const concrete = template.replace(/\{(\w+)\}/g, (_, name: string) => request.params[name] ?? '');
  const fixed = served.filter(({ operation }) => operation.path === concrete && concrete !== template);
  return fixed.length > 0 ? fixed : served.filter(({ operation }) => operation.path === template);
}

function allowed(served: readonly Served[]): string {
  const methods = served.map(({ operation }) => operation.method as string);
  return (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ');
}

function wantsCsv({ answers }: Operation, request: HttpRequest): boolean {
  const accept = request.headers.get('accept') ?? '';
  return Object.values(answers).some(({ csv }) => csv) && /\btext\/csv\b/i.test(accept);
}

function idsOf(request: HttpRequest, { invocationId }: InvocationContext): CallIds {
  const client = request.headers.get('x-ms-client-request-id');
  return { request: invocationId, client: client && /^[\x21-\x7e]{1,128}$/.test(client) ? client : null };
}

/** What went wrong, for whoever called: nothing of the inside. */
function failureReply(error: unknown): Refusal {
  const kind = error instanceof Failure ? error.kind : 'unexpected';
  if (kind === 'conflict') {
    return refuse('conflict', 'Somebody else wrote the same thing in the meantime: read it and try again.');
  }
  if (kind === 'unavailable' || kind === 'throttled') {
    return refuse('unavailable', 'Nothing was lost; try again in a moment.', { 'retry-after': '5' });
  }
  return refuse('unexpected', 'It is in the log under the id of this call.');
}

function tellLog(apiOf: () => Api, error: unknown, fields: { function: string; requestId: string }): void {
  const failure = error instanceof Failure ? error : null;
  const words = error instanceof Error ? error.message : String(error);
  try {
    const { log } = apiOf();
    const told = { ...fields, kind: failure?.kind ?? 'unexpected', message: words };
    if (failure && failure.kind !== 'unexpected') log.warn('call.failed', told);
    else log.error('call.failed', told);
  } catch {
    // An app that did not start has told so already.
  }
}
