import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocuments } from '../../../docs/generated.ts';

it.each(Object.entries(generatedDocuments()))(
  'docs/%s is what its schema says (npm run docs)',
  (file, text) => {
    expect(readFileSync(`docs/${file}`, 'utf8')).toBe(text);
  },
);
