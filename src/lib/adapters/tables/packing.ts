/**
 * Structured values in table rows: JSON cut into properties that fit (64 KiB each, as UTF-16). Rows written by this
 * version carry `format`, so that a later one knows what it reads.
 */
import type { Row } from './table.ts';

export const FORMAT = 1;
const CHUNK = 30_000;

/** The properties that hold `value` under a name: `name0`, `name1`, … */
export function pack(name: string, value: unknown): Row {
  const text = JSON.stringify(value);
  const row: Row = {};
  for (let index = 0; index * CHUNK < text.length; index++) {
    row[`${name}${index}`] = text.slice(index * CHUNK, (index + 1) * CHUNK);
  }
  return row;
}

/** The value packed under a name; undefined when the row has none. The type is what this version wrote. */
export function unpack(name: string, row: Row): unknown {
  const chunks: string[] = [];
  for (let chunk = row[`${name}0`]; typeof chunk === 'string'; chunk = row[`${name}${chunks.length}`])
    chunks.push(chunk);
  return chunks.length === 0 ? undefined : (JSON.parse(chunks.join('')) as unknown);
}
