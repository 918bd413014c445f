import * as z from 'zod';

/** Everything the API refuses, with its status. The names are stable: clients may tell refusals apart by `type`. */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not as it has to be.' },
  unauthenticated: { status: 401, title: 'A valid access token is needed.' },
  forbidden: { status: 403, title: 'The caller does not hold the app role this takes.' },
  'not-found': { status: 404, title: 'There is no such thing on record.' },
  'method-not-allowed': { status: 405, title: 'This path does not know the method.' },
  conflict: { status: 409, title: 'What is on record stands against it.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  'unsupported-media-type': { status: 415, title: 'The body has the wrong media type.' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used before, with other inputs.' },
  unexpected: { status: 500, title: 'Something went wrong that should not have.' },
  unavailable: { status: 503, title: 'Something this needs does not answer just now.' },
} as const;

export type ProblemName = keyof typeof problems;

const PREFIX = 'urn:pal-autopilot:problem:';

export function problemType(name: ProblemName): string {
  return PREFIX + name;
}

/** A refusal (RFC 9457). */
export const problem = z
  .object({
    type: z.string().startsWith(PREFIX).describe('stable name of the refusal'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().describe('what happened and what to do, for a person'),
    instance: z.string().optional().describe('the id of this call, for support'),
    errors: z
      .array(
        z.object({
          in: z.enum(['path', 'query', 'header', 'body']),
          at: z.string().describe('the field, by its path'),
          problem: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problem>;
