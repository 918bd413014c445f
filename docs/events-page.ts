import { schemaTable, type JsonSchema } from './schema-table.ts';

/** docs/events.md: the fields of every event in and out, from their published schemas. */
export function eventsPage(
  schemas: readonly (readonly [file: string, schema: JsonSchema & { readonly title: string }])[],
): string {
  return [
    '# Events',
    '',
    '<!-- Made from the schemas in src/lib/domain by `npm run docs`. -->',
    '',
    'CloudEvents 1.0, structured JSON. Types carry a version; fields are added, never changed or taken away, so readers have to',
    'ignore what they do not know. Onboarding events come in on the onboarding queue (their `data` alone will do); notices go out',
    'to webhooks, at least once: drop what you have seen by `id`.',
    ...schemas.flatMap(([file, schema]) => [
      '',
      `## ${schema.title.replace(/ \(.*$/, '')}`,
      '',
      `Schema: [${file}](${file})`,
      '',
      ...schemaTable(schema),
    ]),
    '',
  ].join('\n');
}
