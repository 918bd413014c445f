import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usage } from '../../../local/options.ts';

const documents = [
  'README.md',
  ...globSync(['docs/*.md', 'infra/lighthouse/README.md', 'local/*/README.md']),
];

it('name scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
  const named = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(
      ([, script]) => script ?? '',
    ),
  );

  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
});

it('tell of every option that npm start knows', () => {
  const table = /\| option of[^]*?\n\n/.exec(readFileSync('README.md', 'utf8'))?.[0] ?? '';
  const told = table.match(/--[a-z]+/g) ?? [];

  expect(told).toEqual(
    expect.arrayContaining(usage.match(/^ +--[a-z]+/gm)?.map((line) => line.trim()) ?? []),
  );
});

it('link to files that there are', () => {
  const broken = [...documents, ...globSync('docs/adr/*.md'), 'CHANGELOG.md'].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => join(file, '..', target))
      .filter((target) => globSync(target).length === 0)
      .map((target) => `${file}: ${target}`),
  );

  expect(broken).toEqual([]);
});
