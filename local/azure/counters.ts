/** What was called and how often it was throttled; on disk before anything is answered. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

interface Counts {
  calls: Record<string, number>;
  throttled: number;
  /** Requests that came after a 429 and before its Retry-After had passed. */
  beforeRetryAfter: number;
}

/** ARM's part of the report, and beside it the same for Entra. */
export interface Report extends Counts {
  readonly entra: Counts;
}

export interface Counters {
  /** Changes the counts and saves them. */
  count(side: 'arm' | 'entra', change: (counts: Counts) => void): void;
  report(): Report;
}

export function makeCounters(file: string): Counters {
  const stored = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Report)
    : { ...noCounts(), entra: noCounts() };
  return {
    count(side, change) {
      change(side === 'arm' ? stored : stored.entra);
      // Renamed into place: a process that is killed leaves the old file or the new one, never half of one.
      writeFileSync(`${file}.new`, JSON.stringify(stored));
      renameSync(`${file}.new`, file);
    },
    report: () => structuredClone(stored),
  };
}

/** Adds one arrival under its name. */
export function countCall(counts: Counts, name: string): void {
  counts.calls[name] = (counts.calls[name] ?? 0) + 1;
}

function noCounts(): Counts {
  return { calls: {}, throttled: 0, beforeRetryAfter: 0 };
}
