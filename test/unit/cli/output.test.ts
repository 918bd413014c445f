import { describe, expect, it } from 'vitest';
import { isComplaint } from '../../../cli/complaint.ts';
import { render, type OutputOptions } from '../../../cli/output.ts';

const rows = [
  { name: 'Contoso', state: 'earning', tags: { team: 'north' }, gaps: 0 },
  { name: 'Northwind', state: 'not-earning', tags: {}, gaps: 2 },
];
const columns = [
  { title: 'Name', of: ({ name }: (typeof rows)[number]) => name },
  { title: 'State', of: ({ state }: (typeof rows)[number]) => state },
];
const as = (format: OutputOptions['format'], more: Partial<OutputOptions> = {}) => ({
  format,
  colour: false,
  ...more,
});

describe('results of pal', () => {
  it('are the whole value as JSON', () => {
    expect(JSON.parse(render(rows, as('json'), columns))).toEqual(rows);
  });

  it('are a table of the columns a command has, without lines or colours', () => {
    expect(render(rows, as('table'), columns)).toBe(
      ['Name       State', 'Contoso    earning', 'Northwind  not-earning', ''].join('\n'),
    );
  });

  it('are tab-separated values without a header, for scripts', () => {
    expect(render(rows, as('tsv'), columns)).toBe('Contoso\tearning\nNorthwind\tnot-earning\n');
  });

  it('are CSV with a header, in which no cell is a formula', () => {
    expect(render([{ name: '=1+1', state: 'a,"b"' }], as('csv'), [])).toBe('name,state\n\'=1+1,"a,""b"""\n');
  });

  it('can be queried by JMESPath in every format, as with az', () => {
    const query = '[?gaps > `0`].{who: name, team: tags.team}';

    expect(JSON.parse(render(rows, as('json', { query }), columns))).toEqual([
      { who: 'Northwind', team: null },
    ]);
    expect(render(rows, as('tsv', { query: '[].name' }), columns)).toBe('Contoso\nNorthwind\n');
    expect(render(rows, as('tsv', { query: 'length(@)' }), columns)).toBe('2\n');
    expect(render(rows, as('table', { query }), columns)).toContain('who');
  });

  it('leave nested values out of a table that nobody chose columns for, and keep them for machines', () => {
    expect(render(rows, as('table'))).not.toContain('north');
    expect(render(rows, as('tsv'))).toContain('{"team":"north"}');
  });

  it('show one object in a table field by field', () => {
    expect(render({ lines: 3, imported: 1 }, as('table'))).toBe('lines     3\nimported  1\n');
  });

  it('are nothing at all where there is nothing, except in JSON', () => {
    expect(render([], as('table'), columns)).toBe('');
    expect(render(rows, as('tsv', { query: 'nothing' }), columns)).toBe('');
    expect(render([], as('json'), columns)).toBe('[]\n');
  });

  it('have colours only where they are wanted', () => {
    expect(render(rows, as('table', { colour: true }), columns)).toContain('\u001b[32mearning');
    expect(render(rows, as('json', { colour: true }), columns)).not.toContain('\u001b');
  });

  it.each(['json', 'table', 'tsv', 'csv'] as const)(
    'steer no terminal as %s, whatever a customer is called',
    (format) => {
      const evil = [{ name: 'A\u001b[2J\nB\u009b31m\u0007', state: 'x' }];

      const shown = render(evil, as(format), [
        { title: 'Name', of: (row: (typeof evil)[number]) => row.name },
      ]);

      // eslint-disable-next-line no-control-regex -- control characters are what it is about
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    },
  );

  it('say what is wrong with a query instead of a stack', () => {
    let told: unknown;
    try {
      render(rows, as('json', { query: '[' }));
    } catch (error) {
      told = error;
    }
    expect(isComplaint(told) && told.exitCode).toBe(2);
  });
});
