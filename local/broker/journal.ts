/**
 * The broker's memory on disk: one append-only file of changes, a line each, for all queues. A change is in the file (in
 * the kernel's hands, so a killed process loses nothing) once `flush` has returned. At the start, and whenever the file
 * has outgrown what it describes, it is rewritten to the changes that matter.
 */
import { closeSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueRecord } from './queue.ts';

export interface Journal<Content> {
  append(queue: string, record: QueueRecord<Content>): void;
  flush(): void;
  close(): void;
}

interface JournalDeps<Content> {
  readonly dataDir: string;
  readonly encode: (content: Content) => Buffer;
  readonly decode: (bytes: Buffer) => Content;
  /** Called for each line of an earlier run. */
  readonly replay: (queue: string, record: QueueRecord<Content>) => void;
  /** All that has to be remembered now. */
  readonly snapshot: () => Iterable<readonly [queue: string, record: QueueRecord<Content>]>;
  /** A file smaller than this is never rewritten while running. */
  readonly rewriteAboveBytes?: number;
}

const CHUNK_BYTES = 1 << 20;

/** Opens the journal in `dataDir`, replays it, and starts it anew from what the replay came to. */
export function openJournal<Content>(deps: JournalDeps<Content>): Journal<Content> {
  mkdirSync(deps.dataDir, { recursive: true });
  const path = join(deps.dataDir, 'broker.journal');
  const rewriteAboveBytes = deps.rewriteAboveBytes ?? 64 << 20;
  let pending: string[] = [];
  let bytes = 0;
  let bytesWhenRewritten = 0;

  const toLine = (queue: string, record: QueueRecord<Content>) =>
    'message' in record
      ? JSON.stringify(
          [queue, record, deps.encode(record.message.content).toString('base64')],
          withoutContent,
        )
      : JSON.stringify([queue, record]);

  const fromLine = (line: string) => {
    const [queue, record, content] = JSON.parse(line) as [string, QueueRecord<Content>, string?];
    if (content === undefined || !('message' in record)) {
      deps.replay(queue, record);
      return;
    }
    const message = { ...record.message, content: deps.decode(Buffer.from(content, 'base64')) };
    deps.replay(queue, { ...record, message });
  };

  /** Writes the snapshot beside the file and puts it in its place in one step, so that a crash leaves one or the other. */
  const rewrite = () => {
    const next = `${path}.next`;
    const descriptor = openSync(next, 'w');
    bytes = 0;
    let lines: string[] = [];
    for (const [queue, record] of deps.snapshot()) {
      lines.push(toLine(queue, record));
      if (lines.length < 500) continue;
      bytes += writeLines(descriptor, lines);
      lines = [];
    }
    bytes += writeLines(descriptor, lines);
    renameSync(next, path);
    bytesWhenRewritten = bytes;
    return descriptor;
  };

  replayFile(path, fromLine);
  let file = rewrite();

  return {
    append: (queue, record) => {
      pending.push(toLine(queue, record));
    },
    flush: () => {
      if (pending.length === 0) return;
      bytes += writeLines(file, pending);
      pending = [];
      if (bytes < Math.max(rewriteAboveBytes, 4 * bytesWhenRewritten)) return;
      const old = file;
      file = rewrite();
      closeSync(old);
    },
    close: () => {
      closeSync(file);
    },
  };
}

function withoutContent(key: string, value: unknown): unknown {
  return key === 'content' ? undefined : value;
}

function writeLines(file: number, lines: readonly string[]): number {
  if (lines.length === 0) return 0;
  const buffer = Buffer.from(lines.join('\n') + '\n');
  for (let written = 0; written < buffer.length;) written += writeSync(file, buffer, written);
  return buffer.length;
}

/** Reads line by line; a last line without its end was being written when the process died, and counts for nothing. */
function replayFile(path: string, onLine: (line: string) => void): void {
  const file = openExisting(path);
  if (file === null) return;
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    const data = Buffer.concat([rest, chunk.subarray(0, size)]);
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      onLine(data.toString('utf8', start, end));
      start = end + 1;
    }
    rest = data.subarray(start);
  }
  closeSync(file);
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
