import { openApiDocument } from '../src/functions/api/contract/openapi-document.ts';
import { operations } from '../src/functions/api/contract/operations.ts';
import { problems, problemType, type ProblemName } from '../src/functions/api/contract/problem.ts';
import { table } from './markdown.ts';
import { form, schemaTable, type JsonSchema } from './schema-table.ts';

interface OperationObject {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** docs/api.md: what docs/openapi.json says, for people. */
export function apiPage(): string {
  const document = openApiDocument() as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
  };
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return [
    '# The HTTP API',
    '',
    '<!-- Made from src/functions/api/contract by `npm run docs`. -->',
    '',
    'Below `/api`. Every call takes an Entra access token of the managing tenant with the app role named here (`Pal.Operate` may',
    'do everything `Pal.Read` may). For programs: [openapi.json](openapi.json), also served at `/api/openapi.json`.',
    '',
    ...table(
      ['operation', 'takes', ''],
      operations.map(({ method, path, role, summary }) => [
        `\`${method} ${path}\``,
        role ? `\`${role}\`` : 'nothing',
        summary,
      ]),
    ),
    ...tags.flatMap((tag) => [
      '',
      `## ${tag}`,
      ...operations
        .filter((one) => one.tag === tag)
        .flatMap(({ method, path, summary, description, role }) => [
          '',
          `### ${method} ${path}`,
          '',
          [`${summary}.`, description, role ? `Takes \`${role}\`.` : 'Open to anybody.']
            .filter((words) => words !== undefined)
            .join(' '),
          ...operationLines(document.paths[path]?.[method.toLowerCase()]),
        ]),
    ]),
    '',
    '## Refusals',
    '',
    'As `application/problem+json` (RFC 9457). `type` is stable; `detail` says for a person what happened and what to do.',
    '',
    ...table(
      ['status', 'type', 'meaning'],
      Object.entries(problems).map(([name, { status, title }]) => [
        String(status),
        `\`${problemType(name as ProblemName)}\``,
        title,
      ]),
    ),
    '',
    '## Schemas',
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) => [
      '',
      `### ${name}`,
      '',
      ...(schema.properties ? schemaTable(schema) : [form(schema)]),
    ]),
    '',
  ].join('\n');
}

function operationLines(one: OperationObject | undefined): string[] {
  if (!one) return [];
  const parameters = (one.parameters ?? []).map((each) => [
    `\`${each.name}\``,
    each.in,
    form(each.schema) + (each.required ? '' : ', may be absent'),
    each.description ?? '',
  ]);
  const bodies = Object.entries(one.requestBody?.content ?? {});
  const answers = Object.entries(one.responses).filter(([status]) => Number(status) < 400);
  return [
    ...(parameters.length > 0 ? ['', ...table(['parameter', 'in', 'form', 'meaning'], parameters)] : []),
    ...bodies.flatMap(([type, { schema }]) => ['', `Body, \`${type}\`${shortOf(schema)}`, ...fields(schema)]),
    ...answers.flatMap(([status, { description, content }]) => {
      const schema = content?.['application/json']?.schema;
      return ['', `**${status}** ${description}${schema ? shortOf(schema) : ''}`, ...fields(schema)];
    }),
  ];
}

/** The form of what has no fields of its own to list. */
function shortOf(schema: JsonSchema): string {
  return schema.properties ? ':' : `: ${form(schema)}`;
}

function fields(schema: JsonSchema | undefined): string[] {
  return schema?.properties ? ['', ...schemaTable(schema)] : [];
}
