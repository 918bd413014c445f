import { styleText } from 'node:util';
import { search } from '@jmespath-community/jmespath';
import Table from 'cli-table3';
import { stringify } from 'csv-stringify/sync';
import { misuse } from './complaint.ts';

export const formats = ['json', 'table', 'tsv', 'csv'] as const;
export type Format = (typeof formats)[number];

/** One column of a table for people. */
export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => unknown;
}

export interface OutputOptions {
  readonly format: Format;
  /** A JMESPath expression, applied before the value is formatted. */
  readonly query?: string | undefined;
  readonly colour: boolean;
}

/** A value as text, with its last line ended; empty where there is nothing to show. Throws a complaint for a bad query. */
export function render<T>(
  value: T | readonly T[],
  { format, query, colour }: OutputOptions,
  columns: readonly Column<T>[] = [],
): string {
  const shown = query === undefined ? value : asked(value, query);
  if (format === 'json') return `${forTerminal(JSON.stringify(shown ?? null, null, 2))}\n`;
  // Columns are made for what a command gives out, not for what a query makes of it.
  const grid = query === undefined && columns.length > 0 ? chosen(value, columns) : gridOf(shown, format);
  if (format === 'table') return tableOf(grid, colour);
  const cells = grid.rows.map((row) => row.map((cell) => inOneLine(textOf(cell))));
  if (format === 'csv')
    return stringify([...(grid.titles ? [grid.titles] : []), ...cells], { escape_formulas: true });
  return cells.map((row) => `${row.join('\t')}\n`).join('');
}

function asked(value: unknown, query: string): unknown {
  try {
    // What is absent is null, as in the JSON that is queried.
    return search(JSON.parse(JSON.stringify(value ?? null)) as never, query);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw misuse(`--query cannot be used: ${words}`, 'It takes JMESPath (https://jmespath.org), as az does.');
  }
}

interface Grid {
  /** Null where rows have no names for their cells. */
  readonly titles: readonly string[] | null;
  readonly rows: readonly (readonly unknown[])[];
}

function chosen<T>(value: T | readonly T[], columns: readonly Column<T>[]): Grid {
  const rows = (Array.isArray(value) ? value : [value]) as readonly T[];
  return {
    titles: columns.map(({ title }) => title),
    rows: rows.map((row) => columns.map(({ of }) => of(row))),
  };
}

/** Anything as rows: objects by their fields (a table leaves out what is nested), lists cell by cell, the rest alone. */
function gridOf(value: unknown, format: Format): Grid {
  if (value === null || value === undefined) return { titles: null, rows: [] };
  if (!Array.isArray(value)) {
    if (!isRecord(value)) return { titles: null, rows: [[value]] };
    if (format === 'table') return { titles: null, rows: fieldsOf(value, true) };
    return gridOf([value], format);
  }
  const records = value.filter(isRecord);
  if (records.length < value.length || value.length === 0) {
    return {
      titles: null,
      rows: value.map((one: unknown) => (Array.isArray(one) ? (one as unknown[]) : [one])),
    };
  }
  const flat = records.map((one) => fieldsOf(one, format === 'table').map(([name]) => name));
  const titles = [...new Set(flat.flat())];
  return { titles, rows: records.map((one) => titles.map((title) => one[title])) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: Readonly<Record<string, unknown>>, flat: boolean): [string, unknown][] {
  return Object.entries(value).filter(([, cell]) => !flat || typeof cell !== 'object' || cell === null);
}

function tableOf({ titles, rows }: Grid, colour: boolean): string {
  if (rows.length === 0) return '';
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    ...(titles ? { head: titles.map((title) => paint('bold', title)) } : {}),
  });
  const cell = (value: unknown) => {
    const text = inOneLine(textOf(value));
    const style = styles[text];
    return style ? paint(style, text) : text;
  };
  table.push(...rows.map((row) => row.map(cell)));
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((name) => [name, `${name}-mid`, `${name}-left`, `${name}-right`])
    .map((name) => [name, '']),
);

/** How words that tell of good or bad stand out. */
const styles: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'dim'>> = {
  earning: 'green',
  linked: 'green',
  passed: 'green',
  finished: 'green',
  'partly-earning': 'yellow',
  'awaiting-delegation': 'yellow',
  'could not tell': 'yellow',
  'needs-person': 'yellow',
  unobserved: 'yellow',
  'not-earning': 'red',
  'not-delegated': 'red',
  unlinked: 'red',
  'linked-elsewhere': 'red',
  failed: 'red',
  offboarded: 'dim',
  excluded: 'dim',
};

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What comes from outside keeps to its line, and steers no terminal. */
export function inOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** JSON escapes control characters but these, which steer terminals too. */
function forTerminal(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}
