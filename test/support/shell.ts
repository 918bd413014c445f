/** Runs commands one after another in one shell, as somebody who reads them would. */
import { execFile } from 'node:child_process';

export interface Ran {
  /** -1 where the shell ended before. */
  readonly code: number;
  readonly out: string;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the commands find defined. */
  readonly prelude: string;
}

const MARK = '\u0001ended:';

export async function runInShell(
  commands: readonly string[],
  { cwd, env, prelude }: ShellOptions,
): Promise<Ran[]> {
  const marked = commands.flatMap((command) => [command, `printf '%s%s\\n' '${MARK}' "$?"`]);
  const out = await new Promise<string>((done) => {
    const script = [prelude, ...marked].join('\n');
    // It ends what it has started as well, which the shell alone would leave behind.
    const child = execFile('timeout', ['120', 'bash', '-c', script], { cwd, env }, (_, stdout) =>
      done(stdout),
    );
    child.stdin?.end();
  });
  const parts = out.split(MARK);
  return commands.map((_, at) => ({
    code: Number(/^\d+/.exec(parts[at + 1] ?? '')?.[0] ?? -1),
    out: (parts[at] ?? '').replace(at === 0 ? '' : /^\d+\n/, '').trim(),
  }));
}

/** What bash has to say of commands that it only reads. */
export async function syntaxErrors(commands: readonly string[]): Promise<string> {
  return new Promise((done) => {
    const child = execFile('bash', ['-n'], (_, _out, err) => done(err));
    child.stdin?.end(commands.join('\n'));
  });
}
