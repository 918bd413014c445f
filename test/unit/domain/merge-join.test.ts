import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeJoin } from '../../../src/lib/domain/merge-join.ts';
import { collect } from '../../support/collect.ts';

async function* listOf(keys: readonly string[]) {
  yield* await Promise.resolve(keys);
}
const key = fc.string({ unit: fc.constantFrom('0', '7', 'a', 'f'), minLength: 1, maxLength: 3 });
const sorted = fc.uniqueArray(key).map((keys) => keys.sort());

it('visits every key of two sorted lists exactly once, in order, with what each list has under it', async () => {
  await fc.assert(
    fc.asyncProperty(sorted, sorted, async (left, right) => {
      const keyOf = (key: string) => key;

      const joined = await collect(
        mergeJoin({ items: listOf(left), keyOf }, { items: listOf(right), keyOf }),
      );

      const all = [...new Set([...left, ...right])].sort();
      expect(joined).toEqual(
        all.map((key) => ({
          key,
          left: left.includes(key) ? key : null,
          right: right.includes(key) ? key : null,
        })),
      );
    }),
  );
});

it('lets both lists close when its reader stops early', async () => {
  const closed: string[] = [];
  async function* closing(name: string) {
    try {
      yield await Promise.resolve('a');
      yield 'b';
    } finally {
      closed.push(name);
    }
  }
  const keyOf = (key: string) => key;
  const joined = mergeJoin({ items: closing('left'), keyOf }, { items: closing('right'), keyOf });

  for await (const { key } of joined) if (key === 'a') break;

  expect(closed).toEqual(['left', 'right']);
});
