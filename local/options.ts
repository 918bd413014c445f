import { parseArgs } from 'node:util';

/** What `npm start --` was asked for. */
export interface Options {
  readonly estate: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly sweep: boolean;
  readonly mode: 'observe' | 'enforce';
  /** App settings that go before the stack's own. */
  readonly set: Readonly<Record<string, string>>;
  readonly port: number;
  /** Keeps ledger, queues and links; null: a folder of its own that goes with the run. */
  readonly data: string | null;
  readonly timeoutSeconds: number | null;
}

export const usage = `Usage: npm start -- [options]
  --estate FILE      the estate to run on (default: the estate that tells the story)
  --once             exit when every message is settled: 0; 1 when a call of the timeline is answered as it should
                     not be; 2 when --timeout passes first
  --sweep            one sweep of the whole estate after the events have settled
  --json             print the report alone on standard output
  --mode MODE        observe or enforce (default: enforce)
  --set NAME=VALUE   an app setting; may be repeated
  --port N           port of the HTTP API (default: 7071; under --once a free one)
  --data DIR         keep ledger, queues and links there
  --timeout S        give up after so many seconds`;

/** Reads the command line; throws an error with words for people. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      estate: { type: 'string' },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      sweep: { type: 'boolean', default: false },
      mode: { type: 'string', default: 'enforce' },
      set: { type: 'string', multiple: true, default: [] },
      port: { type: 'string' },
      data: { type: 'string' },
      timeout: { type: 'string' },
    },
  });
  if (values.mode !== 'observe' && values.mode !== 'enforce') throw new Error('--mode is observe or enforce');
  return {
    estate: values.estate ?? 'local/estates/default.json',
    once: values.once,
    json: values.json,
    sweep: values.sweep,
    mode: values.mode,
    set: Object.fromEntries(values.set.map(settingOf)),
    port: values.once ? 0 : numberOf('--port', values.port ?? '7071'),
    data: values.data ?? null,
    timeoutSeconds: values.timeout === undefined ? null : numberOf('--timeout', values.timeout),
  };
}

function settingOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--set takes NAME=VALUE, not “${text}”`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new Error(`${option} takes a number, not “${text}”`);
}
