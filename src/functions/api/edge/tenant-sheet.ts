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

/** Reads a sheet of tenants: by line, what it says or what is wrong with it. A sheet that is none is refused whole. */
export async function readTenantSheet(text: string): Promise<TenantSheet | Refusal> {
  const { parse } = await import('csv-parse/sync');
  const sheetIsWrong = (detail: string) => refuse('invalid-request', `The sheet cannot be read: ${detail}`);
  let found: { record: string[]; info: { lines: number } }[];
  try {
    const options = {
      info: true as const,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    };
    found = parse(text, options) as unknown as typeof found;
  } catch (error) {
    const { lines } = error as { lines?: number };
    return sheetIsWrong(`quotes are not closed or stand in a wrong place, near line ${lines ?? 1}.`);
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

function sheetOf(
  columns: readonly string[],
  rows: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[],
): TenantSheet {
  const lines: ImportLine[] = [];
  const faulty: FaultyLine[] = [];
  for (const { record, info } of rows) {
    const line = info.lines;
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
