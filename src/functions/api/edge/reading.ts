import type { HttpRequest } from '@azure/functions';
import * as z from 'zod';
import type { BodySpec, Operation } from '../contract/operation.ts';
import type { Problem } from '../contract/problem.ts';
import { refuse, type Refusal } from './reply.ts';

/** What an operation's handler is given of a request, as its schemas say. */
export interface Taken<O extends Operation = Operation> {
  readonly params: Parsed<O, 'params'>;
  readonly query: Parsed<O, 'query'>;
  readonly headers: Parsed<O, 'headers'>;
  readonly body: O extends { readonly body: infer B extends BodySpec } ? TakenBody<B> : undefined;
}

type Parsed<O, Part extends string> =
  O extends Record<Part, infer Z extends z.ZodType> ? z.output<Z> : undefined;

type TakenBody<B extends BodySpec> =
  | (B extends { readonly schema: infer Z extends z.ZodType } ? z.output<Z> : string)
  | (B extends { readonly optional: true } ? undefined : never);

type Errors = NonNullable<Problem['errors']>;
type Part = Errors[number]['in'];

/** Takes a request apart by an operation's schemas; what is wrong is told at once, the body's faults last. */
export async function takeApart(operation: Operation, request: HttpRequest): Promise<Taken | Refusal> {
  const errors: Errors = [];
  const parse = (part: Part, schema: z.ZodType | undefined, value: unknown): unknown => {
    const parsed = schema?.safeParse(value);
    if (parsed?.error) errors.push(...errorsOf(part, parsed.error));
    return parsed?.data;
  };

  const params = parse('path', operation.params, request.params);
  const query = readQuery(operation, request, errors, parse);
  const headers = parse('header', operation.headers, Object.fromEntries(request.headers));
  if (errors.length > 0) return invalid(errors);
  const spec: BodySpec = operation.body ?? NO_BODY;
  const given = await readBody(spec, request);
  if ('refused' in given) return given;
  const takes = spec.type === 'application/json' && given.body !== undefined;
  const body = takes ? parse('body', spec.schema, given.body) : given.body;
  return errors.length > 0 ? invalid(errors) : ({ params, query, headers, body } as Taken);
}

function readQuery(
  { query }: Operation,
  request: HttpRequest,
  errors: Errors,
  parse: (part: Part, schema: z.ZodType | undefined, value: unknown) => unknown,
): unknown {
  // The host hands a parameter that is given twice over as one value with a comma in it: only the address tells.
  const given = new URL(request.url).searchParams;
  const names = [...new Set(given.keys())];
  if (!query) {
    errors.push(...names.map((name) => unknownParameter(name)));
    return undefined;
  }
  const twice = names.filter((name) => given.getAll(name).length > 1);
  errors.push(
    ...twice.map((at) => ({ in: 'query' as const, at: shown(at), problem: 'is given more than once' })),
  );
  return parse('query', query, Object.fromEntries(names.map((name) => [name, given.get(name)])));
}

function errorsOf(part: Part, error: z.ZodError): Errors {
  return error.issues.slice(0, 20).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      if (part === 'query') return issue.keys.slice(0, 20).map(unknownParameter);
      return issue.keys.slice(0, 20).map((key) => ({
        in: part,
        at: shown([...issue.path, key].join('.')),
        problem: 'is not known here',
      }));
    }
    return [{ in: part, at: shown(issue.path.join('.')) || '(all)', problem: issue.message }];
  });
}

function unknownParameter(name: string) {
  return { in: 'query' as const, at: shown(name), problem: 'is not a parameter of this operation' };
}

/** A name as the client sent it, short enough to send back. */
function shown(name: string): string {
  return name.slice(0, 100);
}

function invalid(errors: Errors): Refusal {
  const [first] = errors;
  const detail = first ? `${first.in} ${first.at}: ${first.problem}` : '';
  return { refused: 'invalid-request', detail, errors };
}

/** What an operation without a body takes: none, or an object with nothing in it, which some clients always send. */
const NO_BODY = { type: 'application/json', optional: true, schema: z.strictObject({}) } as const;

/** Enough for any single change; an import says its own. */
const MAX_BYTES = 64 * 1024;

async function readBody(spec: BodySpec, request: HttpRequest): Promise<{ body: unknown } | Refusal> {
  const limit = spec.maxBytes ?? MAX_BYTES;
  const tooLarge = refuse('too-large', `The body may have ${limit} bytes.`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) return tooLarge;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit) return tooLarge;
  if (bytes.length === 0 && spec.optional) return { body: undefined };
  if (mediaTypeOf(request) !== spec.type) {
    return refuse('unsupported-media-type', `The body has to be ${spec.type}.`);
  }
  return decode(spec, bytes);
}

function mediaTypeOf(request: HttpRequest): string {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
  return type.trim().toLowerCase();
}

function decode(spec: BodySpec, bytes: Uint8Array): { body: unknown } | Refusal {
  const wrong = (problem: string) => invalid([{ in: 'body', at: '(all)', problem }]);
  let text: string;
  try {
    // The decoder drops a byte order mark and refuses bytes that are not UTF-8.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return wrong(spec.type === 'text/csv' ? 'is not UTF-8: save the sheet as “CSV UTF-8”' : 'is not UTF-8');
  }
  if (spec.type === 'text/csv') return { body: text };
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return wrong('is not JSON');
  }
}
