import type { Problem } from './contract.ts';

/** What went wrong with a call, in words for whoever looks at the page. */
export interface Trouble {
  readonly title: string;
  readonly detail: string | null;
  /** What was wrong with what was sent, field by field; empty where it was not that. */
  readonly fields: readonly { readonly at: string; readonly problem: string }[];
  /** The id of the call, to be named to whoever reads the log. */
  readonly callId: string | null;
  readonly status: number | null;
}

export type Called<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | { readonly ok: false; readonly trouble: Trouble };

export interface Client {
  get<T>(path: string): Promise<Called<T>>;
  send<T>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Headers,
  ): Promise<Called<T>>;
  /** Every tenant that fits, as a file to be kept. */
  csv(path: string): Promise<Called<Blob>>;
}

type Headers = Readonly<Record<string, string>>;

/** Calls the API below `base` with a token of the person; never throws. */
export function makeClient(base: string, token: () => Promise<string>): Client {
  const call = async <T>(
    path: string,
    init: RequestInit,
    read: (answer: Response) => Promise<T>,
  ): Promise<Called<T>> => {
    try {
      const authorization = `Bearer ${await token()}`;
      const headers = { ...(init.headers as Headers), authorization };
      const answer = await fetch(base + path, { ...init, headers });
      if (answer.ok) return { ok: true, value: await read(answer), status: answer.status };
      return { ok: false, trouble: await troubleOf(answer) };
    } catch (error) {
      return { ok: false, trouble: lost(error) };
    }
  };
  const json = async <T>(answer: Response) => (await answer.json()) as T;
  return {
    get: <T>(path: string) => call(path, {}, json<T>),
    send: <T>(method: string, path: string, body?: unknown, headers: Headers = {}) => {
      const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      return call(path, { method, headers: { ...type, ...headers }, ...content }, json<T>);
    },
    csv: (path) => call(path, { headers: { accept: 'text/csv' } }, (answer) => answer.blob()),
  };
}

async function troubleOf(answer: Response): Promise<Trouble> {
  const callId = answer.headers.get('x-ms-request-id');
  const { status } = answer;
  try {
    const { title, detail = null, errors: fields = [] } = (await answer.json()) as Problem;
    // The detail of a refused request is its first field, once more.
    return { title, detail: fields.length > 0 ? null : detail, fields, callId, status };
  } catch {
    return { title: `The server answered ${status}.`, detail: null, fields: [], callId, status };
  }
}

function lost(error: unknown): Trouble {
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The server could not be reached.', detail, fields: [], callId: null, status: null };
}
