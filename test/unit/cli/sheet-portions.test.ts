import { describe, expect, it } from 'vitest';
import { portionsOf } from '../../../cli/sheet-portions.ts';
import { readTenantSheet } from '../../../src/functions/api/edge/tenant-sheet.ts';

const tenantId = (n: number) => `${n.toString(16).padStart(8, '0')}-0001-4000-8000-000000000001`;
const sheetOf = (lines: readonly string[]) => `tenantId,displayName\r\n${lines.join('\r\n')}\r\n`;

/** What the API reads in each portion. */
async function readEach(sheet: string, most?: number) {
  const read = await Promise.all([...portionsOf(sheet, most)].map(readTenantSheet));
  return read.map((one) => ('refused' in one ? one.refused : one.lines.map(({ line }) => line)));
}

describe('a sheet', () => {
  it('that the API takes whole is sent as it is', () => {
    const sheet = sheetOf([`${tenantId(1)},Contoso`]);

    expect([...portionsOf(sheet)]).toEqual([sheet]);
  });

  it('that is longer is cut, each line keeping its number', async () => {
    const sheet = sheetOf([1, 2, 3, 4, 5].map((n) => `${tenantId(n)},Customer ${n}`));

    expect(await readEach(sheet, 2)).toEqual([[2, 3], [4, 5], [6]]);
  });

  it('is not cut within quotes', async () => {
    const sheet = sheetOf([
      `${tenantId(1)},"Contoso\nNorth"`,
      `${tenantId(2)},"say ""hi"",\nplease"`,
      `${tenantId(3)},Tailspin`,
    ]);

    expect(await readEach(sheet, 1)).toEqual([[3], [5], [6]]);
  });

  it('of more lines than the API takes at a time is read to its end', async () => {
    const sheet = sheetOf(Array.from({ length: 12_000 }, (_, n) => `${tenantId(n + 1)},`));

    const portions = await readEach(sheet);

    expect(portions.map(({ length }) => length)).toEqual([5_000, 5_000, 2_000]);
    expect(portions.at(-1)?.at(-1)).toBe(12_001);
  });

  it('of long lines is cut before it is too large', () => {
    const sheet = sheetOf(Array.from({ length: 30 }, (_, n) => `${tenantId(n + 1)},${'x'.repeat(100_000)}`));

    const portions = [...portionsOf(sheet)];

    expect(portions.length).toBeGreaterThan(1);
    for (const portion of portions) expect(portion.length).toBeLessThan(1_200_000);
  });

  it.each(['', 'tenantId', 'tenantId\n"x'])(
    'of “%s” is sent all the same: the API says what is wrong',
    (sheet) => {
      expect([...portionsOf(sheet)]).toEqual([sheet]);
    },
  );
});
