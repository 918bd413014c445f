import * as z from 'zod';
import type { AnswerSpec, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { problem, problems, type ProblemName } from './problem.ts';

type Json = Readonly<Record<string, unknown>>;

const DESCRIPTION = [
  'What is set up to earn, what is not and why; and what an operator can do about it.',
  'Every call takes an Entra access token of the managing tenant with the app role `Pal.Read` or `Pal.Operate`;',
  'the latter may do everything. Refusals are `application/problem+json`, and their `type` is stable;',
  'only where there is no such path, the platform answers 404 before the app is asked.',
  '`x-ms-client-request-id` is echoed.',
].join(' ');

/** The OpenAPI 3.1 description of the HTTP API, made from the schemas that validate its requests. */
export function openApiDocument(): { readonly openapi: string } & Json {
  const schemas = new Map<string, unknown>();
  const paths = new Map<string, Record<string, unknown>>();
  for (const one of operations) {
    const path = paths.get(one.path) ?? {};
    path[one.method.toLowerCase()] = operationObject(one, schemas);
    paths.set(one.path, path);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'PAL Autopilot',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api', description: 'the app itself' }],
    security: [{ entra: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { entra: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function operationObject(one: Operation, schemas: Map<string, unknown>): Json {
  const parameters = [
    ...parametersIn('path', one.params, schemas),
    ...parametersIn('query', one.query, schemas),
    ...parametersIn('header', one.headers, schemas),
  ];
  return {
    operationId: one.id,
    tags: [one.tag],
    summary: one.summary,
    ...descriptionOf(one),
    ...(one.role === null ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(one.body
      ? {
          requestBody: {
            required: !one.body.optional,
            content: {
              [one.body.type]: {
                schema: one.body.schema ? schemaOf(one.body.schema, 'input', schemas) : { type: 'string' },
              },
            },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(one.answers).map(([status, answer]) => [status, answerObject(answer, schemas)]),
      ),
      ...Object.fromEntries(
        refusalsOf(one).map((name) => [problems[name].status, refusalObject(name, schemas)]),
      ),
    },
  };
}

function descriptionOf({ description, role }: Operation): Json {
  const takes = role === null ? [] : [`Takes the app role \`${role}\`.`];
  const words = [...(description ? [description] : []), ...takes].join(' ');
  return words ? { description: words } : {};
}

function answerObject({ description, schema, csv }: AnswerSpec, schemas: Map<string, unknown>): Json {
  if (!schema) return { description };
  const content = {
    'application/json': { schema: schemaOf(schema, 'output', schemas) },
    ...(csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
  };
  return { description, content };
}

/** What any operation of this shape may refuse. */
function refusalsOf(one: Operation): ProblemName[] {
  return [
    'invalid-request',
    ...(one.role === null ? [] : (['unauthenticated', 'forbidden', 'unavailable'] as const)),
    ...(one.mayMiss ? (['not-found'] as const) : []),
    ...(one.mayConflict ? (['conflict'] as const) : []),
    ...(one.mayReuseKey ? (['key-reused'] as const) : []),
    ...(one.body ? (['too-large', 'unsupported-media-type'] as const) : []),
  ];
}

function refusalObject(name: ProblemName, schemas: Map<string, unknown>): Json {
  const schema = schemaOf(problem, 'output', schemas);
  return { description: problems[name].title, content: { 'application/problem+json': { schema } } };
}

function parametersIn(
  place: 'path' | 'query' | 'header',
  schema: z.ZodObject | undefined,
  schemas: Map<string, unknown>,
): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, one]) => {
    const { description, ...rest } = schemaOf(one as z.ZodType, 'input', schemas);
    const required = place === 'path' || !(one as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...(description ? { description } : {}), schema: rest };
  });
}

/** A schema as the document has it: those with an id are put among the components, and referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Map<string, unknown>): Json {
  // Wrapped, because a schema with an id is only referred to from within another one.
  const made = z.toJSONSchema(z.object({ it: schema }), { io });
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { properties, $defs = {} } = JSON.parse(text) as {
    properties: { it: Json };
    $defs?: Readonly<Record<string, unknown>>;
  };
  for (const [id, { id: _id, ...named }] of Object.entries(
    $defs as Record<string, Record<string, unknown>>,
  )) {
    schemas.set(id, named);
  }
  return properties.it;
}
