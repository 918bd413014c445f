import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Command } from 'commander';
import { complaint, misuse } from '../complaint.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import { filterQuery, withFilter, type TenantFilter } from './tenants.ts';

export function addExport(program: Command, context: Context): void {
  withExamples(
    withFilter(program.command('export').description('Export all tenants as CSV'))
      .option('--file <file>', 'where to (default: standard output)')
      .option('--bom', 'begin with a byte order mark, for spreadsheets')
      .action(async (options: TenantFilter & { file?: string; bom?: true }) => {
        const query = { ...filterQuery(options), ...(options.bom ? { bom: 'true' } : {}) };
        const csv = await context.api().stream('/tenants', query);
        await write(context, csv, options.file);
      }),
    [
      ['pal export --bom --file tenants.csv', 'A file that spreadsheets open right'],
      ['pal export --state not-earning > not-earning.csv', 'Only those that do not earn'],
    ],
  );
}

async function write(
  { progress, tell }: Context,
  csv: ReadableStream<Uint8Array>,
  file?: string,
): Promise<void> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (file !== undefined) progress(`${Math.round(bytes / 1024)} KB…`);
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(csv as WebStream);
  try {
    if (file === undefined) await pipeline(source, counted, process.stdout, { end: false });
    else await pipeline(source, counted, createWriteStream(file));
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // Whoever reads has seen enough (`| head`).
    if (code === 'EPIPE') return;
    if (file !== undefined && syscall === 'open') throw misuse(`${file} cannot be written: ${message}`);
    throw complaint(`The export broke off after ${bytes} bytes: ${message}`, { remedy: 'Try again.' });
  }
  if (file !== undefined) tell(`${file}: ${bytes} bytes`);
}
