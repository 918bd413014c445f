import fc from 'fast-check';
import { expect, it } from 'vitest';
import { zip } from '../../../infra/zip.ts';
import { unzip } from '../../support/unzip.ts';

it('gives back every file that was put in', () => {
  const files = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-zé./-]{1,20}$/),
      data: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    }),
    { selector: ({ name }) => name, maxLength: 5 },
  );
  fc.assert(
    fc.property(files, (entries) => {
      expect([...unzip(zip(entries))]).toEqual(entries.map(({ name, data }) => [name, data]));
    }),
  );
});

it('is the same archive whenever it is made', () => {
  const entries = [{ name: 'host.json', data: Buffer.from('{}') }];

  expect(zip(entries).toString('hex')).toMatchInlineSnapshot(
    `"504b03041400000808000000210043bfa6a3040000000200000009000000686f73742e6a736f6eabae0500504b010214031400000808000000210043bfa6a30400000002000000090000000000000000000000a48100000000686f73742e6a736f6e504b05060000000001000100370000002b0000000000"`,
  );
});
