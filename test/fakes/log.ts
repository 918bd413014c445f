import type { Log, LogEvent, LogFields } from '../../src/lib/domain/log.ts';

export interface FakeLog extends Log {
  readonly entries: { readonly level: string; readonly event: LogEvent; readonly fields: LogFields }[];
}

/** A log that can be read. */
export function makeFakeLog(): FakeLog {
  const entries: FakeLog['entries'] = [];
  const at =
    (level: string) =>
    (event: LogEvent, fields: LogFields = {}) => {
      entries.push({ level, event, fields });
    };
  return { info: at('info'), warn: at('warn'), error: at('error'), entries };
}
