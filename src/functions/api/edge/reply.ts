import type { HttpResponseInit } from '@azure/functions';
import type * as z from 'zod';
import type { Given, Operation } from '../contract/operation.ts';
import { problems, problemType, type Problem, type ProblemName } from '../contract/problem.ts';
import type { CsvFile } from './csv.ts';

type Headers = Readonly<Record<string, string>>;

/** A refusal on its way out. */
export interface Refusal {
  readonly refused: ProblemName;
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  readonly headers?: Headers;
}

/** What an operation may answer: one of its declared answers, or a refusal. */
export type Reply<O extends Operation> = AnswerOf<O['answers']> | Refusal;

type AnswerOf<A extends Operation['answers']> = {
  [S in keyof A & number]: { readonly status: S; readonly headers?: Headers } & Content<A[S]>;
}[keyof A & number];

type Content<A> = A extends { readonly schema: infer Z extends z.ZodType }
  ? | { readonly body: Given<z.input<Z>> }
    | (A extends { readonly csv: true } ? { readonly csv: CsvFile } : never)
  : { readonly body?: never };

/** Where the next page of a list begins, of answers that are not JSON. */
export const CONTINUATION = 'x-ms-continuation';

/** Any operation's answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: unknown;
  readonly csv?: CsvFile;
}

/** An answer of one status, its type kept exact so that it can be held against the operation's schema. */
export function reply<const S extends number, const B>(status: S, body: B, headers: Headers = {}) {
  return { status, body, headers };
}

/** A list as a file; `continuation` where it goes on after this page. */
export function file(csv: CsvFile, continuation: string | null) {
  return { status: 200 as const, csv, headers: continuation ? { [CONTINUATION]: continuation } : {} };
}

export function refuse(refused: ProblemName, detail?: string, headers?: Headers): Refusal {
  return { refused, ...(detail ? { detail } : {}), ...(headers ? { headers } : {}) };
}

/** Answers are for the caller alone, hold no page, and are read as what they say they are. */
const SECURITY: Headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export interface CallIds {
  /** The id of this call. */
  readonly request: string;
  /** The id the client gave it; null when it gave none. */
  readonly client: string | null;
}

/** A reply as the library takes it. `head`: without its body. */
export function responseOf(reply: Answer | Refusal, ids: CallIds, head: boolean): HttpResponseInit {
  const common = {
    ...SECURITY,
    'x-ms-request-id': ids.request,
    ...(ids.client === null ? {} : { 'x-ms-client-request-id': ids.client }),
  };
  if ('refused' in reply) return problemResponse(reply, common, ids, head);
  const headers = { ...common, ...reply.headers };
  if (reply.csv) {
    const type = { 'content-type': 'text/csv; charset=utf-8; header=present' };
    const name = { 'content-disposition': `attachment; filename="${reply.csv.name}.csv"` };
    return {
      status: reply.status,
      headers: { ...headers, ...type, ...name },
      body: head ? null : reply.csv.content,
    };
  }
  if (reply.body === undefined) return { status: reply.status, headers };
  const json = { ...headers, 'content-type': 'application/json; charset=utf-8' };
  return { status: reply.status, headers: json, body: head ? null : JSON.stringify(reply.body) };
}

function problemResponse(refusal: Refusal, common: Headers, ids: CallIds, head: boolean): HttpResponseInit {
  const { status, title } = problems[refusal.refused];
  const body: Problem = {
    type: problemType(refusal.refused),
    title,
    status,
    ...(refusal.detail ? { detail: refusal.detail } : {}),
    instance: `urn:uuid:${ids.request}`,
    ...(refusal.errors ? { errors: refusal.errors } : {}),
  };
  const headers = {
    ...common,
    ...refusal.headers,
    'content-type': 'application/problem+json; charset=utf-8',
  };
  return { status, headers, body: head ? null : JSON.stringify(body) };
}
