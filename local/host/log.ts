/** What the host and the app have to say: entries, and how one becomes a line. */

const levels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;

export type LogLevel = (typeof levels)[number];

/** `user` is the app's own `context.log`, `system` the library, `host` this host. */
export type LogCategory = 'user' | 'system' | 'customMetric' | 'host';

export interface LogEntry {
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

export type Log = (entry: LogEntry) => void;

/** One line per entry, whatever the message holds: `information reconcile-tenant(1f0c…) message`. */
export function formatEntry(entry: LogEntry): string {
  const source = entry.functionName ?? entry.category;
  const invocation = entry.invocationId ? `(${entry.invocationId})` : '';
  const message = entry.message.trimEnd().replace(/\r?\n/g, '\\n');
  return `${entry.level} ${source}${invocation} ${message}`;
}

/** Whether an entry is at least as grave as `minimum`, written in any case as in host.json. */
export function isAtLeast(level: LogLevel, minimum: string): boolean {
  const threshold = levels.findIndex((known) => known === minimum.toLowerCase());
  return levels.indexOf(level) >= threshold;
}
