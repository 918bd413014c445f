import type { Log, LogEvent, LogFields } from '../../domain/log.ts';

/** Writes one line a log entry: the event's name, then its fields as JSON, which Azure Monitor can take apart. */
export function makeLog(write: (level: 'info' | 'warn' | 'error', line: string) => void): Log {
  const entry =
    (level: 'info' | 'warn' | 'error') =>
    (event: LogEvent, fields: LogFields = {}) => {
      try {
        write(level, `${event} ${JSON.stringify(fields)}`);
      } catch {
        // Logging must never fail the work it tells of.
      }
    };
  return { info: entry('info'), warn: entry('warn'), error: entry('error') };
}
