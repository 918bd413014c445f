import type { Options } from 'csv-parse/sync';
import * as z from 'zod';
import { onboardingData } from '../../../lib/domain/event.ts';
import type { FaultyLine, ImportLine, TenantSheet } from '../../../lib/domain/tenant-import.ts';
import { refuse, type Refusal } from './reply.ts';

const LIST = /[\s;]+/;
const MOST_LINES = 5_000;

const { accessKind: _short, requestedBy: _asked, ...fields } = onboardingData.shape;
const row = z.object(fields);
const COLUMNS = [
  ...['tenantId', 'displayName', 'accessKinds', 'agreement', 'subscriptionIds', 'principal'],
  ...['servicePrincipalObjectId', 'tags'],
];

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
  /** Whether a quote stands in it where a quote may not be. */
  readonly strayQuote?: boolean;
}

/** Reads a sheet of tenants: by line, what it says or what is wrong with it. A sheet that is none is refused whole. */
export async function readTenantSheet(text: string): Promise<TenantSheet | Refusal> {
  const { parse } = await import('csv-parse/sync');
  const sheetIsWrong = (detail: string) => refuse('invalid-request', `The sheet cannot be read: ${detail}`);
  const records = (options: Options): Row[] =>
    parse(text, {
      ...{ info: true, bom: true, relax_column_count: true, skip_empty_lines: true },
      ...options,
    }) as unknown as Row[];
  let found: readonly Row[];
  try {
    found = recordsOf(records);
  } catch (error) {
    const { lines } = error as { lines?: number };
    return sheetIsWrong(`quotes are not closed, near line ${lines ?? 1}.`);
  }
  const [header, ...rows] = found;
  const columns = header?.record ?? [];
  if (!columns.includes('tenantId'))
    return sheetIsWrong('its first line has to name the columns, tenantId among them.');
  const strange = columns.find(
    (column, index) => !COLUMNS.includes(column) || columns.indexOf(column) !== index,
  );
  if (strange !== undefined) return sheetIsWrong(`“${strange.slice(0, 60)}” is no column, or named twice.`);
  if (rows.length > MOST_LINES)
    return refuse('too-large', `A sheet may have ${MOST_LINES} lines; send several.`);
  return sheetOf(columns, rows);
}

/**
 * The records of a sheet. Where a quote stands in a wrong place, all are read as they are: then whatever holds a quote may
 * be what several lines were taken for, and is not believed.
 */
function recordsOf(read: (options: Options) => Row[]): readonly Row[] {
  try {
    return read({ trim: true });
  } catch {
    const loose = read({ ltrim: true, relax_quotes: true });
    return loose.map(({ record, info }) => ({
      ...{ record: record.map((cell) => cell.trim()), info },
      strayQuote: record.some((cell) => cell.includes('"')),
    }));
  }
}

function sheetOf(columns: readonly string[], rows: readonly Row[]): TenantSheet {
  const lines: ImportLine[] = [];
  const faulty: FaultyLine[] = [];
  for (const { record, info, strayQuote } of rows) {
    const line = info.lines;
    if (strayQuote) {
      faulty.push({ line, problems: [strayQuoteIn(record, line)] });
      continue;
    }
    if (record.length !== columns.length) {
      faulty.push({ line, problems: [`has ${record.length} cells, and the header ${columns.length}`] });
      continue;
    }
    const said = Object.fromEntries(
      columns.map((column, index) => [column, valueOf(column, record[index] ?? '')]),
    );
    const parsed = row.safeParse(said);
    if (parsed.success) {
      const { tenantId, ...facts } = parsed.data;
      lines.push({ line, tenantId, facts });
    } else {
      faulty.push({
        line,
        problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      });
    }
  }
  return { lines, faulty };
}

function strayQuoteIn(record: readonly string[], line: number): string {
  const breaks = record.join().match(/\r\n|\r|\n/g)?.length ?? 0;
  const which = breaks === 0 ? '' : ` somewhere in lines ${line - breaks} to ${line}, none of which was read`;
  return `a quote stands in a wrong place${which}: put the whole cell in quotes and write each one inside it twice`;
}

/** A cell as its field takes it; an empty one says nothing. */
function valueOf(column: string, cell: string): unknown {
  // What a spreadsheet was kept from taking for a formula is itself again.
  const text = /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
  if (text === '') return undefined;
  if (column === 'accessKinds' || column === 'subscriptionIds') return text.split(LIST).filter(Boolean);
  if (column === 'tags') return tagsIn(text);
  return text;
}

function tagsIn(text: string): Record<string, string> {
  const tags = text.split(';').map((tag) => tag.trim());
  return Object.fromEntries(
    tags.filter(Boolean).map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}
