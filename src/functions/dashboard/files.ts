import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
  /** Its name changes with its content: a browser may keep it for ever. */
  readonly hashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The built files below a folder, by their path with slashes; null for what is not there. A path can lead nowhere else,
 * because it is looked up among the files found and never opened. Each file is read once.
 */
export function makePageFiles(folder: string): (path: string) => PageFile | null {
  const read = new Map<string, PageFile>();
  let known: ReadonlySet<string> | null = null;
  return (path) => {
    known ??= new Set(namesBelow(folder));
    if (!known.has(path)) return null;
    const file = read.get(path) ?? load(folder, path);
    read.set(path, file);
    return file;
  };
}

/** Nothing where the folder is missing: a build without the dashboard serves the rest. */
function namesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .map((name) => name.split(sep).join('/'));
  } catch {
    return [];
  }
}

function load(folder: string, path: string): PageFile {
  const bytes = readFileSync(join(folder, path));
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    bytes,
    zipped: gzipSync(bytes),
    hashed: path.startsWith('assets/'),
  };
}
