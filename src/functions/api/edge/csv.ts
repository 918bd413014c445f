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

/** A sheet as text. */
export interface CsvFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Rows that are made into text at once. */
const BATCH = 500;

/**
 * CSV as RFC 4180 has it, made from the rows as they come, of which no more than `mostRows` are taken: null where there
 * are more. A cell that a spreadsheet would take for a formula is made text by an apostrophe before it (source: OWASP,
 * CSV injection). What the rows throw is thrown on: nobody gets a part for the whole.
 */
export async function csvOf({ name, columns, rows, bom }: Sheet, mostRows: number): Promise<CsvFile | null> {
  const { stringify } = await import('csv-stringify/sync');
  const options = {
    ...{ bom: false, record_delimiter: 'windows' as const, escape_formulas: true },
    // A lone line break would begin a row of its own, and with it a formula nobody has looked at.
    quote_record_delimiter: true,
  };
  const text = (lines: readonly (readonly Cell[])[]) =>
    Buffer.from(
      stringify(
        lines.map((row) => row.map((cell) => (cell === null ? '' : String(cell)))),
        options,
      ),
    );
  const parts = [Buffer.from(bom ? '\uFEFF' : ''), text([columns])];
  let waiting: (readonly Cell[])[] = [];
  let taken = 0;
  for await (const row of rows) {
    if (taken === mostRows) return null;
    taken += 1;
    waiting.push(row);
    if (waiting.length < BATCH) continue;
    parts.push(text(waiting));
    waiting = [];
  }
  return { name, content: Buffer.concat([...parts, text(waiting)]) };
}
