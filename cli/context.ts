import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { runningStacks } from '../local/running-stacks.ts';
import { makeApi, type Api } from './api-client.ts';
import { complaint, misuse } from './complaint.ts';
import { inOneLine, render, type Column, type Format } from './output.ts';
import { readStack, signInOf, tokenFor, type StackAddresses } from './sign-in.ts';
import { targetOf, type Target } from './target.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly api?: string;
  readonly stack?: string;
  readonly token?: string;
  readonly clientId?: string;
  readonly tenant?: string;
  readonly output?: Format;
  readonly query?: string;
  readonly color: boolean;
}

/** What a command works with: the API, and the person in front of it. */
export interface Context {
  readonly api: () => Api;
  readonly target: () => Target;
  /** The local stack that is spoken to; null when it is none. */
  readonly stack: () => StackAddresses | null;
  readonly token: () => Promise<string>;
  readonly options: () => GlobalOptions;
  /** Gives out a result, as --output and --query say. */
  readonly print: <T>(value: T | readonly T[], columns?: readonly Column<T>[]) => void;
  /** A word beside the result, for people. */
  readonly tell: (text: string) => void;
  /** Where long work has come to; shown on a terminal only, and gone when `text` is empty. */
  readonly progress: (text: string) => void;
  /** Returns when it may go on; throws a complaint when the person says no, or nobody is there to ask. */
  readonly confirm: (question: string, yes: boolean) => Promise<void>;
  readonly now: () => Date;
}

/** Composes a context of this process; nothing is read, and nobody signed in, before it is needed. */
export function makeContext(options: () => GlobalOptions): Context {
  const { env, stdin, stdout, stderr } = process;
  const colours = (stream: NodeJS.WriteStream) => options().color && !env['NO_COLOR'] && stream.isTTY;
  const target = once(() =>
    targetOf(options(), { api: env['PAL_API'], stack: env['PAL_STACK'] }, runningStacks),
  );
  const stack = once(() => {
    const chosen = target();
    return chosen.kind === 'stack' ? readStack(chosen.file) : null;
  });
  const token = once(() => {
    const { token: given = env['PAL_TOKEN'], clientId = env['PAL_API_CLIENT_ID'], tenant } = options();
    return tokenFor(
      signInOf(target(), { token: given, clientId, tenant: tenant ?? env['PAL_TENANT'] }),
      target(),
    );
  });
  const urlOf = (chosen: Target) => (chosen.kind === 'api' ? chosen.url : readStack(chosen.file).http);

  let shown = false;
  const progress = (text: string) => {
    if (!stderr.isTTY || (!shown && text === '')) return;
    stderr.write(`\r\u001b[2K${text}`);
    shown = text !== '';
  };
  const tell = (text: string) => {
    progress('');
    stderr.write(`${text.split('\n').map(inOneLine).join('\n')}\n`);
  };
  return {
    api: once(() => makeApi({ url: urlOf(target()), token })),
    target,
    stack,
    token,
    options,
    print(value, columns) {
      const { output = 'json', query } = options();
      progress('');
      stdout.write(render(value, { format: output, query, colour: colours(stdout) }, columns));
    },
    tell,
    progress,
    async confirm(question, yes) {
      if (yes) return;
      if (!stdin.isTTY || !stderr.isTTY)
        throw misuse('This has to be confirmed, and nobody is here to ask.', 'Say --yes.');
      progress('');
      const asking = createInterface({ input: stdin, output: stderr });
      const answer = await asking.question(`${question} [y/N] `).finally(() => asking.close());
      if (!/^y(es)?$/i.test(answer.trim())) throw complaint('Nothing was done.');
    },
    now: () => new Date(),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** What a file holds, or standard input for `-`. */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw misuse(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
