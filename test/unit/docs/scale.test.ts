import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

const counts = JSON.parse(readFileSync('bench/counts.json', 'utf8')) as Counts;
const page = readFileSync('docs/scale.md', 'utf8').replaceAll(/\s+/g, ' ');

const of = (what: string) => {
  const counted = counts[what];
  if (!counted) throw new Error(`bench/counts.json has no counts of: ${what}.`);
  return `${counted['ARM calls']} calls, ${counted['table writes']} writes`;
};

it.each([
  ['Sixty tenants onboarded', 'sixty Lighthouse tenants onboarded'],
  ['Twenty service-principal tenants whose link stands', 'twenty service-principal tenants onboarded'],
  ['A steady sweep of 1,500', 'steady sweep of 1,500 Lighthouse tenants'],
])('the page on scale tells of “%s” what every check counts', (words, what) => {
  expect(page).toContain(`${words}: ${of(what)}`);
});
