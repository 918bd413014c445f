/**
 * `npm start`: builds the app, brings up all of Azure it needs on this machine, loads an estate, sends its onboarding
 * events and shows what became of each customer. Ctrl-C ends everything.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseOptions, usage, type Options } from './options.ts';
import { settled } from './settle.ts';
import { isBuilt } from './sources.ts';
import { announceStack } from './running-stacks.ts';
import { startStack, type Stack } from './stack.ts';
import { describeReport, makeProgress, type ShownReport } from './terminal.ts';

/** Exit codes, as scripts rely on them. */
const BROKEN = 1;
const TIMED_OUT = 2;

const options = readOptions();
const say = (line: string) => void process.stderr.write(`${line}\n`);
const verbose = options.json || process.env['PAL_VERBOSE'] === 'true';
const aside = (line: string) => {
  if (verbose || line.includes('error') || /: process \d+$/.test(line)) say(line);
};

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return BROKEN;
});

async function main(): Promise<number> {
  const late = timeout();
  await build();
  const dataDir = options.data ? resolve(options.data) : mkdtempSync(join(tmpdir(), 'pal-autopilot-'));
  mkdirSync(dataDir, { recursive: true });
  process.once('exit', () => {
    if (!options.data) rmSync(dataDir, { recursive: true, force: true });
  });
  const interrupted = onInterrupt().then(() => 0);
  let stack: Stack | null = null;
  try {
    const starting = startStack(options, dataDir, aside);
    // A start that nobody waits for any more is still ended in order.
    const first = await Promise.race([starting, interrupted, late]);
    if (typeof first === 'number') {
      stack = await starting.catch(() => null);
      return first;
    }
    stack = first;
    if (!options.once) process.once('exit', announceStack(join(dataDir, 'stack.json')));
    return await Promise.race([
      work(stack, dataDir),
      interrupted,
      stack.broken.then((words) => {
        say(words);
        return BROKEN;
      }),
    ]);
  } finally {
    await stack?.stop();
  }
}

/** Exit code 2 when --timeout has passed since the command was given; the work itself ends a little earlier, to report. */
function timeout(): Promise<number> {
  const seconds = options.timeoutSeconds;
  return new Promise((resolve) => {
    if (seconds === null) return;
    setTimeout(() => resolve(TIMED_OUT), seconds * 1000).unref();
  });
}

/** What is left of --timeout. */
function remainingSeconds(): number | null {
  return options.timeoutSeconds === null ? null : Math.max(0, options.timeoutSeconds - process.uptime());
}

async function work(stack: Stack, dataDir: string): Promise<number> {
  const started = Date.now();
  const progress = makeProgress(process.stderr, started);
  const total = stack.estate.customers.filter(({ onboard }) => onboard).length;
  await stack.loadEvents();

  let looked = 0;
  const watching = watchReport(stack, (report) => {
    looked = report.tenants.filter(({ state }) => state !== 'unobserved').length;
  });
  const settle = () => settled(stack, remainingSeconds(), (left) => progress.show(left, looked, total));
  let done = await settle();
  if (done && options.sweep) {
    await stack.startSweep();
    done = await settle();
  }
  progress.clear();
  watching.stop();

  await show(stack, done, started);
  if (options.once && done && !stack.answeredAsExpected()) return BROKEN;
  if (options.once) return done ? 0 : TIMED_OUT;
  describeStack(stack, dataDir);
  return follow(stack);
}

async function show(stack: Stack, done: boolean, started: number): Promise<void> {
  const report = await stack.report();
  const azure = await stack.azure();
  if (options.json) {
    const { calls, throttled, beforeRetryAfter } = azure;
    const arm = { calls, throttled, beforeRetryAfter };
    process.stdout.write(
      `${JSON.stringify({ settled: done, ...report, arm, answers: stack.answers() }, null, 2)}\n`,
    );
    return;
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(describeReport(report as unknown as ShownReport, process.stdout.isTTY));
  const writes = Object.entries(azure.calls).filter(([call]) =>
    /^(PUT|PATCH|DELETE) .*ManagementPartner/.test(call),
  );
  const written =
    writes.map(([call, count]) => `${count} × ${call.split(' ')[0] ?? ''}`).join(', ') || 'none';
  const calls = Object.values(azure.calls).reduce((sum, count) => sum + count, 0);
  console.log(
    `\n${done ? 'Settled' : 'Not settled'} after ${seconds} s · ${calls} calls to Azure · link writes: ${written}`,
  );
}

/** Stays up and shows the estate again whenever something has changed. */
async function follow(stack: Stack): Promise<number> {
  let shown = JSON.stringify(withoutTimes(await stack.report()));
  for (;;) {
    await sleep(2_000);
    const report = await stack.report();
    const now = JSON.stringify(withoutTimes(report));
    if (now === shown) continue;
    shown = now;
    print(
      `\n${new Date().toISOString()}\n${describeReport(report as unknown as ShownReport, process.stdout.isTTY)}`,
    );
  }
}

function withoutTimes(report: Record<string, unknown>): unknown {
  const { tenants, links, parked } = report as unknown as ShownReport;
  const seen = tenants.map((tenant) => [
    tenant.tenantId,
    tenant.state,
    tenant.reason,
    tenant.failure?.kind,
    tenant.scopes.map(({ verdict }) => verdict),
  ]);
  return [seen, links.map(({ partnerId, lastOutcome }) => [partnerId, lastOutcome]), parked];
}

function watchReport(stack: Stack, onReport: (report: ShownReport) => void) {
  let running = true;
  const loop = async () => {
    while (running) {
      onReport((await stack.report()) as unknown as ShownReport);
      await sleep(1_000);
    }
  };
  loop().catch(() => undefined);
  return {
    stop: () => {
      running = false;
    },
  };
}

function describeStack(stack: Stack, dataDir: string): void {
  print(
    [
      '',
      'The stack stays up. Ctrl-C ends it.',
      `  dashboard  ${stack.addresses['http'] ?? ''}/dashboard`,
      `  HTTP API   ${stack.addresses['http'] ?? ''}/tenants`,
      `  a token    npm run --silent token`,
      `  ARM, Entra ${stack.addresses['arm'] ?? ''}  (CA file ${stack.addresses['caFile'] ?? ''})`,
      `  addresses  ${join(dataDir, 'stack.json')}`,
      `  pal        npx pal tenants list -o table   (npx pal --help)`,
      `  an event   npx pal event send '{"tenantId":"…"}'`,
    ].join('\n'),
  );
}

/** Builds the app, unless it was built from what is there now. */
async function build(): Promise<void> {
  if (isBuilt()) return;
  const child = spawn(process.execPath, ['build.ts'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  child.stderr.on('data', (text: Buffer) => (printed += text.toString()));
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`The app could not be built:\n${printed}`);
}

/** Resolves at the first Ctrl-C or SIGTERM; the second one does not wait. */
function onInterrupt(): Promise<void> {
  return new Promise((done) => {
    let interrupting = false;
    const interrupt = () => {
      if (interrupting) return;
      interrupting = true;
      process.once('SIGINT', () => process.exit(130));
      say('\nStopping…');
      done();
    };
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    // npm's shell passes no signal on: when it is gone, so is whoever wanted this.
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) interrupt();
    }, 300).unref();
  });
}

/** Words for people; under --json standard output holds the report and nothing else. */
function print(text: string): void {
  if (options.json) say(text);
  else console.log(text);
}

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    process.exit(BROKEN);
  }
}
