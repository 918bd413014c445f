/** Runs the built `pal` as a person would: a process of its own, with nothing of our environment but the path. */
import { execFile } from 'node:child_process';

export interface PalRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was given out, as JSON. */
  json(): unknown;
}

export type Pal = (...args: readonly string[]) => Promise<PalRun>;

/** A `pal` with these variables set. What it reads from standard input is empty. */
export function palWith(env: Readonly<Record<string, string>>): Pal {
  return (...args) =>
    new Promise((resolve) => {
      const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 60_000 };
      const child = execFile(process.execPath, ['dist/pal.mjs', ...args], options, (error, out, err) => {
        const code = error ? Number(error.code ?? -1) : 0;
        resolve({ code, out, err, json: () => JSON.parse(out) as unknown });
      });
      child.stdin?.end();
    });
}
