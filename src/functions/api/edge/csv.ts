import { Readable } from 'node:stream';

type Cell = string | number | boolean | null;

/** A table to be given out as CSV. */
export interface Sheet {
  /** The file's name, without its ending. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Cell[]>;
  /** Begin with a byte order mark: spreadsheets take the text for UTF-8 only then. */
  readonly bom: boolean;
}

/**
 * CSV as RFC 4180 has it, row by row as they come. A cell that a spreadsheet would take for a formula is made text by an
 * apostrophe before it (source: OWASP, CSV injection).
 */
export function csvOf(sheet: Sheet): Readable {
  return Readable.from(linesOf(sheet));
}

async function* linesOf({ columns, rows, bom }: Sheet): AsyncIterable<Buffer> {
  const { stringify } = await import('csv-stringify/sync');
  const options = {
    ...{ bom: false, record_delimiter: 'windows' as const, escape_formulas: true },
    // A lone line break would begin a row of its own, and with it a formula nobody has looked at.
    quote_record_delimiter: true,
  };
  const line = (cells: readonly Cell[]) => Buffer.from(stringify([[...cells]], options));
  if (bom) yield Buffer.from('\uFEFF');
  yield line(columns);
  for await (const row of rows) yield line(row.map((cell) => (cell === null ? '' : String(cell))));
}
