import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Api } from '../api-client.ts';
import { complaint, isComplaint, misuse } from '../complaint.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../examples.ts';
import { filterQuery, withFilter, type TenantFilter } from './tenants.ts';

export function addExport(program: Command, context: Context): void {
  withExamples(
    withFilter(program.command('export').description('Export all tenants as CSV, however many there are'))
      .option('--file <file>', 'where to (default: standard output)')
      .option('--bom', 'begin with a byte order mark, for spreadsheets')
      .action(async (options: TenantFilter & { file?: string; bom?: true }) => {
        const pages = pagesOf(context.api(), filterQuery(options), options.bom ?? false);
        await write(context, pages, options.file);
      }),
    [
      ['pal export --bom --file tenants.csv', 'A file that spreadsheets open right'],
      ['pal export --state not-earning > not-earning.csv', 'Only those that do not earn'],
    ],
  );
}

/** The most tenants the API gives at a time. */
const PAGE = '1000';

/** One sheet of all pages, each asked for when the one before it has been taken: nobody ever holds the whole. */
export async function* pagesOf(
  api: Pick<Api, 'csv'>,
  filter: ReturnType<typeof filterQuery>,
  bom: boolean,
): AsyncGenerator<string, void> {
  const query = { ...filter, top: PAGE };
  let page = await api.csv('/tenants', bom ? { ...query, bom: 'true' } : query);
  yield page.text;
  while (page.continuation !== null) {
    page = await api.csv('/tenants', { ...query, continuation: page.continuation });
    // Every page names its columns.
    yield page.text.slice(page.text.indexOf('\r\n') + 2);
  }
}

async function write(
  { progress, tell }: Context,
  pages: AsyncGenerator<string, void>,
  file?: string,
): Promise<void> {
  // A file that is there is not written over before there is something to write.
  const first = await pages.next();
  const all = async function* () {
    if (first.done !== true) yield first.value;
    yield* pages;
  };
  const target = file === undefined ? null : await opened(file);
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (file !== undefined) progress(`${Math.round(bytes / 1024)} KB…`);
      done(null, chunk);
    },
  });
  const source = Readable.from(all(), { objectMode: false, highWaterMark: 1 });
  try {
    if (target === null) await pipeline(source, counted, process.stdout, { end: false });
    else await pipeline(source, counted, target.createWriteStream());
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // Whoever reads has seen enough (`| head`).
    if (code === 'EPIPE') return;
    if (file !== undefined && syscall === 'open') throw misuse(`${file} cannot be written: ${message}`);
    const remedy = (isComplaint(error) ? error.remedy : null) ?? 'Try again.';
    throw complaint(`The export broke off after ${bytes} bytes: ${message}`, { remedy });
  }
  if (file !== undefined) tell(`${file}: ${bytes} bytes`);
}

async function opened(file: string) {
  try {
    return await open(file, 'w');
  } catch (error) {
    throw misuse(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
