/** The table of the fixtures' estates says of every estate which test runs it, and is right. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = 'test/fixtures/estates';

/** The cells of the table's rows that name an estate and a test. */
const rows = readFileSync(`${FOLDER}/README.md`, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, estate, test] = /^\|[^|]+\| `([\w/-]+)` \| `(test\/\S+\.test\.ts)` \|/.exec(line) ?? [];
    return estate && test ? [{ estate, test }] : [];
  });

const estates = globSync('**/*.json', { cwd: FOLDER })
  .filter((file) => !file.endsWith('.settings.json'))
  .map((file) => file.replaceAll('\\', '/').replace(/\.json$/, ''));

describe('the table of estates', () => {
  it('names every estate there is, and no other', () => {
    expect([...new Set(rows.map(({ estate }) => estate))].sort()).toEqual(estates.sort());
  });

  it.each([...new Set(rows.map(({ estate, test }) => `${estate} ${test}`))])(
    'is right about what runs: %s',
    (row) => {
      const [estate = '', test = ''] = row.split(' ');
      const [folder = '', file = ''] = estate.split('/');
      const text = readFileSync(test, 'utf8');

      // Named whole, or by its folder and then by its file.
      const named =
        text.includes(estate) || (text.includes(`${FOLDER}/${folder}'`) && text.includes(`'${file}'`));
      expect(named).toBe(true);
    },
  );

  it('names tests that there are', () => {
    const named = [...readFileSync(`${FOLDER}/README.md`, 'utf8').matchAll(/`(test\/\S+\.test\.ts)`/g)];

    expect(named.map(([, file]) => file).filter((file) => !file || !existsSync(file))).toEqual([]);
  });
});
