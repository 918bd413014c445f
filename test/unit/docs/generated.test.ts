import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocuments } from '../../../docs/generated.ts';
import { settings } from '../../../src/lib/config.ts';

it.each(Object.entries(generatedDocuments()))(
  'docs/%s is what its schema says (npm run docs)',
  (file, text) => {
    expect(readFileSync(`docs/${file}`, 'utf8')).toBe(text);
  },
);

it('says of every setting what it means', () => {
  expect(settings.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
});
