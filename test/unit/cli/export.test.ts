import { expect, it } from 'vitest';
import { pagesOf } from '../../../cli/commands/export.ts';
import { collect } from '../../support/collect.ts';

const filter = { state: 'earning', reason: undefined, q: undefined, tag: undefined, principal: undefined };

/** An API with these pages, each with a header of its own; notes what it was asked. */
function anApi(...pages: readonly string[]) {
  const asked: object[] = [];
  const csv = async (_path: string, query: object) => {
    const page = asked.push(query) - 1;
    const continuation = page < pages.length - 1 ? `after-${page}` : null;
    return Promise.resolve({ text: `tenantId\r\n${pages[page] ?? ''}`, continuation });
  };
  return { csv, asked };
}

it('makes one sheet of all pages, with one header', async () => {
  const api = anApi('a\r\nb\r\n', '', 'c\r\n');

  const sheet = (await collect(pagesOf(api, filter, true))).join('');

  expect(sheet).toBe('tenantId\r\na\r\nb\r\nc\r\n');
  const query = { ...filter, top: '1000' };
  expect(api.asked).toEqual([
    { ...query, bom: 'true' },
    { ...query, continuation: 'after-0' },
    { ...query, continuation: 'after-1' },
  ]);
});

it('gives out a page before it asks for the next', async () => {
  const api = anApi('a\r\n', 'b\r\n');

  const { value } = await pagesOf(api, filter, false).next();

  expect(value).toBe('tenantId\r\na\r\n');
  expect(api.asked).toHaveLength(1);
});
