import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';

const schema = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/schemas/${name}`, 'utf8')) as AnySchema;

it('azure.yaml fits the schema of azd', () => {
  const ajv = addFormats.default(new Ajv2019({ strict: false, allErrors: true }));

  // Kinds of service that azd's extensions bring, by reference; none of them is ours.
  for (const [, other] of readFileSync('test/fixtures/schemas/azure.yaml.schema.json', 'utf8').matchAll(
    /"\$ref": "(https:[^"#]+)/g,
  )) {
    if (other && !ajv.getSchema(other)) ajv.addSchema({}, other);
  }

  void ajv.validate(schema('azure.yaml.schema.json'), load(readFileSync('azure.yaml', 'utf8')));

  expect(ajv.errors ?? []).toEqual([]);
});

it('host.json fits the schema of the Functions host', () => {
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));

  void ajv.validate(schema('host.schema.json'), JSON.parse(readFileSync('host.json', 'utf8')));

  expect(ajv.errors ?? []).toEqual([]);
});
