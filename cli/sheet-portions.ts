/** Lines the API takes of a sheet at a time. */
const LINES = 5_000;
/** Well below what it takes of a body. */
const CHARACTERS = 1_000_000;

/**
 * Cuts a sheet into ones the API takes, each with the header. The lines left out before a portion stay as empty ones, so
 * that what is told of a line names it by its number in the whole sheet. Within quotes no line ends.
 */
export function* portionsOf(sheet: string, most = LINES): Iterable<string> {
  const [header = '', ...lines] = linesOf(sheet);
  let rows: string[] = [];
  let size = 0;
  let before = '';
  for (const line of lines) {
    if (rows.length === most || (size > 0 && size + line.length > CHARACTERS)) {
      yield header + before + rows.join('');
      before += rows.join('').replaceAll(/[^\n]/g, '');
      rows = [];
      size = 0;
    }
    rows.push(line);
    size += line.length;
  }
  yield header + before + rows.join('');
}

/** A sheet's lines, each with its end; a line break within quotes is none. */
function linesOf(sheet: string): string[] {
  return sheet.match(/(?:"[^"]*(?:"|$)|[^"\n]+)*(?:\n|$)/g)?.filter((line) => line !== '') ?? [];
}
