import { table } from './markdown.ts';

/** As much of JSON Schema as is made from our schemas. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The fields of an object as a Markdown table, those of objects within it by their path. */
export function schemaTable(schema: JsonSchema): string[] {
  const rows = fieldsOf(schema, '');
  return rows.length === 0 ? [] : table(['field', 'form', 'meaning'], rows);
}

function fieldsOf(schema: JsonSchema, before: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = before + name;
    const optional = schema.required?.includes(name) ? '' : ', may be absent';
    const row = [`\`${path}\``, form(field) + optional, field.description ?? ''];
    return [row, ...fieldsOf(inner(field), `${path}${field.type === 'array' ? '[].' : '.'}`)];
  });
}

/** The object inside a list, or beside null. */
function inner(field: JsonSchema): JsonSchema {
  return field.items ?? field.anyOf?.find(({ properties }) => properties !== undefined) ?? field;
}

/** What a value looks like, in a few words. */
export function form(schema: JsonSchema): string {
  if (schema.$ref) {
    const name = schema.$ref.replace(/^.*\//, '');
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(form).join(' or ');
  if (schema.type === 'array') return `list of ${form(schema.items ?? {})}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return `values by name: ${form(schema.additionalProperties)}`;
  }
  if (schema.pattern?.startsWith('^[0-9a-fA-F]{8}')) return 'GUID';
  const types = [schema.type ?? 'anything'].flat();
  return words[schema.format ?? ''] ?? types.map((type) => words[type] ?? type).join(' or ');
}

const words: Readonly<Record<string, string>> = {
  'date-time': 'time (ISO 8601)',
  guid: 'GUID',
  uuid: 'GUID',
  uri: 'URL',
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
};

function code(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}
