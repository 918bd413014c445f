import { expect, it } from 'vitest';
import { csvOf, type Sheet } from '../../../src/functions/api/edge/csv.ts';

function aSheet(rows: number): Sheet {
  async function* counted() {
    for (let n = 1; n <= rows; n += 1) yield await Promise.resolve([n, n % 2 === 0 ? null : `row ${n}`]);
  }
  return { name: 'numbers', columns: ['n', 'text'], rows: counted(), bom: false };
}

it.each([0, 1, 499, 500, 501, 1_500])('a sheet of %i rows is a header and as many lines', async (rows) => {
  const file = await csvOf(aSheet(rows), 10_000);

  const [header, ...lines] = file?.content.toString().trimEnd().split('\r\n') ?? [];
  expect(header).toBe('n,text');
  expect(lines.map((line) => line.split(',')[0])).toEqual(Array.from({ length: rows }, (_, n) => `${n + 1}`));
});

it('a sheet of more rows than a file may have is none', async () => {
  expect(await csvOf(aSheet(3), 3)).not.toBeNull();
  expect(await csvOf(aSheet(4), 3)).toBeNull();
});
