import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { AnswerSpec, Operation } from '../src/functions/api/contract/operation.ts';
import type { Problem } from '../src/functions/api/contract/problem.ts';
import { complaint, exitCodes, type Complaint, type ExitCode } from './complaint.ts';

/** One call, held against the operation's types: its method, its path, and everything it takes. */
export type Call<O extends Operation> = {
  readonly method: O['method'];
  readonly path: O['path'];
} & Part<O, 'params', Readonly<Record<string, string>>> &
  Part<O, 'query', Loosely<O, 'query'>> &
  Part<O, 'headers', Loosely<O, 'headers'>> &
  (O extends { readonly body: { readonly schema: infer Z extends z.ZodType } }
    ? { readonly body?: z.input<Z> }
    : { readonly body?: string });

type Part<O, Name extends string, T> =
  O extends Record<Name, z.ZodType> ? { readonly [K in Name]?: T } : { readonly [K in Name]?: undefined };

/** Parameters by name, as text or numbers; those that are undefined are left out. */
type Loosely<O, Name extends string> =
  O extends Record<Name, infer Z extends z.ZodType>
    ? { readonly [K in keyof z.input<Z>]?: z.input<Z>[K] | string | number | undefined }
    : never;

/** What an operation may answer, by status. */
export type Answered<O extends Operation> = {
  [S in keyof O['answers'] & number]: { readonly status: S; readonly body: BodyOf<O['answers'][S]> };
}[keyof O['answers'] & number];

type BodyOf<A extends AnswerSpec | undefined> = A extends { readonly schema: infer Z extends z.ZodType }
  ? z.output<Z>
  : undefined;

export interface Api {
  readonly url: string;
  /** Throws a complaint for every refusal, with the API's words and what to do. */
  call<O extends Operation>(call: Call<O>): Promise<Answered<O>>;
  /** A page of a list as CSV; `continuation` is null on the last one. */
  csv(path: string, query: Said): Promise<CsvPage>;
}

export interface CsvPage {
  readonly text: string;
  readonly continuation: string | null;
}

export interface ApiDeps {
  /** Without a slash at its end. */
  readonly url: string;
  /** Asked for once, when it is first needed. */
  readonly token: () => Promise<string>;
}

/** The API waits 60 seconds at most, and may have to wake up first. */
const TIMEOUT_MS = 150_000;
const TRIES = 3;

/** The HTTP API as published. Reads that find it busy are tried again; nothing else is. */
export function makeApi({ url, token }: ApiDeps): Api {
  let known: Promise<string> | null = null;

  const send = async (method: string, target: URL, headers: Record<string, string>, body?: string) => {
    known ??= token();
    const authorization = `Bearer ${await known}`;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await reach(target, {
        method,
        headers: { ...headers, authorization, 'user-agent': 'pal-autopilot-cli' },
        ...(body === undefined ? {} : { body }),
      });
      if (answer.ok) return answer;
      const again = method === 'GET' && [429, 503].includes(answer.status) && attempt < TRIES;
      if (!again) throw await refusalOf(answer);
      await answer.body?.cancel();
      await sleep(Math.min(10, Number(answer.headers.get('retry-after') ?? 2)) * 1000);
    }
  };

  return {
    url,
    async call(call) {
      const { method, params = {}, query = {}, headers = {}, body } = call as unknown as LooseCall;
      const path = call.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(params[name] ?? ''),
      );
      const type = typeof body === 'string' ? 'text/csv; charset=utf-8' : 'application/json';
      const answer = await send(
        method,
        withQuery(`${url}${path}`, query),
        {
          accept: 'application/json',
          ...saidIn(headers),
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
      );
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : parsed(text, answer) } as never;
    },
    async csv(path, query) {
      const answer = await send('GET', withQuery(`${url}${path}`, query), { accept: 'text/csv' });
      // Not by text(), which would take a byte order mark away.
      const text = Buffer.from(await answer.arrayBuffer()).toString();
      return { text, continuation: answer.headers.get('x-ms-continuation') };
    },
  };
}

type Said = Readonly<Record<string, string | number | undefined>>;

interface LooseCall {
  readonly method: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Said;
  readonly headers?: Said;
  readonly body?: unknown;
}

function saidIn(values: Said): Record<string, string> {
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

function withQuery(base: string, query: Said): URL {
  const url = new URL(base);
  for (const [name, value] of Object.entries(saidIn(query))) url.searchParams.set(name, value);
  return url;
}

async function reach(target: URL, init: RequestInit): Promise<Response> {
  try {
    // A redirect could carry the token to another host.
    return await fetch(target, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { cause, name } = error as Error;
    const words = cause instanceof Error ? cause.message : name === 'TimeoutError' ? 'it timed out' : null;
    throw complaint(`${target.origin} does not answer${words ? ` (${words})` : ''}.`, {
      remedy: 'Is the address right, and is the app running? pal doctor looks closer.',
    });
  }
}

function parsed(text: string, answer: Response): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw complaint(`${answer.url} answered ${answer.status}, but with nothing that this API would say.`, {
      remedy: 'Is it the address of PAL Autopilot?',
    });
  }
}

/** A refusal in the API's own words. Whatever else may stand between says only its status. */
async function refusalOf(answer: Response): Promise<Complaint> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const problem = isProblem ? ((await answer.json()) as Problem) : null;
  const words = problem
    ? [problem.title, ...errorsOf(problem), ...(problem.instance ? [`(call ${problem.instance})`] : [])]
    : [`${answer.url} answered ${answer.status} ${answer.statusText}.`];
  return complaint(words.join('\n'), {
    exitCode: problem ? (codes[answer.status] ?? exitCodes.error) : exitCodes.error,
    remedy: problem
      ? (remedies[answer.status] ?? null)
      : 'Is it the address of PAL Autopilot, and has the app started?',
  });
}

function errorsOf({ detail, errors = [] }: Problem): string[] {
  if (errors.length === 0) return detail ? [detail] : [];
  return errors.map(({ in: part, at, problem }) => `${part} ${at}: ${problem}`);
}

const codes: Readonly<Record<number, ExitCode>> = { 400: exitCodes.usage, 404: exitCodes.notFound };

const remedies: Readonly<Record<number, string>> = {
  401: 'Sign in again; for another tenant, name it with --tenant.',
  403: 'Have the app role assigned to you in Entra (Enterprise applications, Users and groups), then sign in again.',
  404: 'The lists show what there is: pal tenants list, pal links list, pal sweep list, pal parked list.',
  409: 'Look again, and decide anew.',
  413: 'Send less at a time.',
  503: 'Try again in a moment; pal doctor says what it does not reach.',
  500: 'The log knows more under the id of this call.',
};
