/**
 * The control channel between `up` and the processes it starts: each child says once that it is ready, then answers
 * questions over the IPC channel of `child_process.fork`. Nothing of it is on the network, so the product cannot see it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** What one child can be asked: a function per question; the answer must be JSON. */
export type ControlHandlers = Readonly<Record<string, (body: unknown) => unknown>>;

interface Question {
  readonly ask: string;
  readonly id: number;
  readonly body: unknown;
}

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * In a child: announce readiness with `facts` and answer questions from the parent. Without a parent it does nothing.
 * When the parent goes away, `onOrphaned` runs, so that no child outlives the stack.
 */
export function serveControl(facts: object, handlers: ControlHandlers, onOrphaned: () => void): void {
  if (!process.send) return;
  process.on('message', (message: Question) => void answerQuestion(message, handlers));
  process.on('disconnect', onOrphaned);
  process.send({ ready: facts });
}

async function answerQuestion(question: Question, handlers: ControlHandlers): Promise<void> {
  const reply = (answer: Omit<Answer, 'answer'>) => process.send?.({ answer: question.id, ...answer });
  const handler = handlers[question.ask];
  if (!handler) {
    reply({ error: `unknown question: ${question.ask}` });
    return;
  }
  try {
    reply({ value: await handler(question.body) });
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** One running child of the stack. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** What the child said when it became ready. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Asks the child one question; rejects when the child ends or says no. */
  ask(question: string, body?: unknown): Promise<unknown>;
  /** Resolves when the process has ended, with its exit code (null when a signal ended it). */
  readonly ended: Promise<number | null>;
  /** Asks the child to end (SIGTERM), and ends it (SIGKILL) when it has not within `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Called with each line the child prints on either stream. */
  readonly onLine: (line: string) => void;
}

/** Compiled code is kept from one start to the next: a stack is five processes, and most of what a start costs is compiling. */
const COMPILE_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'local-stack');

/** Starts a child process and waits until it says that it is ready. Rejects, with what it printed, when it ends first. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = fork(options.script, [...(options.args ?? [])], {
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C reaches the whole process group; only `up` may act on it, so that children end in order.
    detached: true,
  });
  const printed: string[] = [];
  const onLine = (line: string) => {
    printed.push(line);
    if (printed.length > 40) printed.shift();
    options.onLine(line);
  };
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);

  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 1;

  const facts = await new Promise<Record<string, unknown>>((resolve, reject) => {
    child.on('message', (message: Partial<Answer> & { ready?: Record<string, unknown> }) => {
      if (message.ready) resolve(message.ready);
      if (message.answer === undefined) return;
      const waiting = pending.get(message.answer);
      pending.delete(message.answer);
      if (message.error === undefined) waiting?.resolve(message.value);
      else waiting?.reject(new Error(`${options.name}: ${message.error}`));
    });
    child.once('error', reject);
    void ended.then((code) => {
      const error = new Error(`${options.name} ended (code ${String(code)})\n${printed.join('\n')}`.trim());
      reject(error);
      for (const waiting of pending.values()) waiting.reject(error);
      pending.clear();
    });
  });

  return {
    name: options.name,
    pid: child.pid ?? 0,
    facts,
    ended,
    ask: (question, body) =>
      new Promise((resolve, reject) => {
        if (!child.connected) {
          reject(new Error(`${options.name} is not running`));
          return;
        }
        const id = nextId++;
        pending.set(id, { resolve, reject });
        child.send({ ask: question, id, body: body ?? null } satisfies Question);
      }),
    stop: (graceMs = 5_000) => stopProcess(child, ended, graceMs),
  };
}

async function stopProcess(child: ChildProcess, ended: Promise<unknown>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  stream?.on('end', () => {
    if (rest) onLine(rest);
  });
}
