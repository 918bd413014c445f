/** The calls of the HTTP API that an estate's timeline makes as an operator, and what they were answered. */
import { search } from '@jmespath-community/jmespath';
import type { OperatorRequest } from './estates/estate.ts';

/** One call and its answer, as the run's report shows it. */
export interface OperatorAnswer {
  /** Where in the estate file it stands. */
  readonly at: string;
  readonly request: string;
  readonly status: number;
  readonly body: unknown;
}

/** Values of earlier answers, by the names they were kept under. */
export type Kept = Readonly<Record<string, unknown>>;

export interface OperatorCallOptions {
  /** The address of the API. */
  readonly base: string;
  readonly token: () => Promise<string>;
  readonly now: () => Date;
}

/**
 * Makes one call. Gives its answer, what it kept, and in words what was not as the estate says; rejects when there is no
 * answer, or when the request names what nothing has kept.
 */
export async function callAsOperator(
  { base, token, now }: OperatorCallOptions,
  request: OperatorRequest,
  at: string,
  kept: Kept,
): Promise<{ readonly answer: OperatorAnswer; readonly kept: Kept; readonly faults: readonly string[] }> {
  const fill = (text: string) => filled(text, kept, now());
  const path = String(fill(request.path));
  const body = request.body === undefined ? null : JSON.stringify(filledIn(request.body, fill));
  const response = await fetch(`${base}${path}`, {
    method: request.method,
    headers: {
      authorization: `Bearer ${await token()}`,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
    body,
  });
  const text = await response.text();
  const given = readJson(text);
  const answer = { at, request: `${request.method} ${path}`, status: response.status, body: given };
  const found = Object.entries(request.keep).map(([name, query]) => ({
    name,
    query,
    value: ask(given, query),
  }));
  return {
    answer,
    kept: { ...kept, ...Object.fromEntries(found.map(({ name, value }) => [name, value])) },
    faults: [
      ...(isExpected(request, response.status)
        ? []
        : [`${answer.request} was answered ${response.status}: ${text.slice(0, 500)}`]),
      ...found
        .filter(({ value }) => value === null)
        .map(
          ({ name, query }) => `${answer.request}: the answer has nothing at ${query}, to be kept as ${name}`,
        ),
    ],
  };
}

function isExpected({ status }: OperatorRequest, given: number): boolean {
  return status === undefined ? given < 400 : given === status;
}

function ask(value: unknown, query: string): unknown {
  return search(value as never, query) ?? null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function filledIn(value: unknown, fill: (text: string) => unknown): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((one) => filledIn(one, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filledIn(one, fill)]));
}

const PLACEHOLDER = /\{(?:now([+-]\d+)?|(\w+))\}/g;

/** A text with its placeholders filled; one that is a placeholder and nothing else becomes the value itself. */
function filled(text: string, kept: Kept, now: Date): unknown {
  const valueOf = (whole: string, shift: string | undefined, name: string | undefined): unknown => {
    if (name === undefined) return new Date(now.getTime() + Number(shift ?? 0)).toISOString();
    if (name in kept) return kept[name];
    throw new Error(`nothing was kept for ${whole}`);
  };
  const [only] = [...text.matchAll(PLACEHOLDER)];
  if (only?.[0] === text) return valueOf(only[0], only[1], only[2]);
  return text.replaceAll(PLACEHOLDER, (whole, shift?: string, name?: string) =>
    String(valueOf(whole, shift, name)),
  );
}
