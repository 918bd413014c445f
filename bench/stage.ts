/** One local stack for one measurement, and what it counts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../local/control.ts';
import { settled } from '../local/settle.ts';
import { startStack, type Stack } from '../local/stack.ts';
import { makeSweepLedger } from '../src/lib/adapters/tables/sweep-ledger.ts';
import { makeTable, type Table } from '../src/lib/adapters/tables/table.ts';
import type { SweepRecord } from '../src/lib/domain/sweep-record.ts';

/** What has been asked of Azure and of Table Storage so far. */
export interface Counts {
  readonly arm: Readonly<Record<string, number>>;
  readonly tables: Readonly<Record<string, number>>;
  readonly throttled: number;
  readonly beforeRetryAfter: number;
}

export interface Stage {
  readonly stack: Stack;
  table(name: string): Table;
  /** Asks the process that measures round trips alone. */
  alone(question: string, body?: object): Promise<number>;
  counts(): Promise<Counts>;
  /** Asks for a sweep and waits until it has finished. */
  sweep(): Promise<SweepRecord>;
  /** Waits until all is settled; gives when it was first seen to be so (milliseconds, as `performance.now()`). */
  settle(seconds: number): Promise<number>;
  /** Highest resident memory of the host since it started (bytes). */
  hostPeakMemory(): number;
}

const WITHIN_MS = 600_000;

/** Runs `work` on a stack of its own, and ends the stack whatever comes. */
export async function onStage<T>(
  estate: object,
  set: Readonly<Record<string, string>>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pal-bench-'));
  const file = join(dataDir, 'estate.json');
  writeFileSync(file, JSON.stringify(estate));
  const options = {
    estate: file,
    once: true,
    json: true,
    sweep: false,
    mode: 'enforce' as const,
    set,
    port: 0,
    data: null,
    timeoutSeconds: null,
  };
  const stack = await startStack(options, dataDir, () => undefined);
  const children: Child[] = [];
  try {
    return await work(stageOf(stack, children));
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The process for round trips alone, with a broker of its own: on the stack's queues the app would answer. */
async function startAlone(stack: Stack, children: Child[]): Promise<Child> {
  const part = async (name: string, script: string, args: string[], env: Record<string, string>) => {
    const child = await startChild({ name, script, args, env, onLine: () => undefined });
    children.push(child);
    return child;
  };
  const path = { PATH: process.env['PATH'] ?? '' };
  const broker = await part('broker', 'local/broker/main.ts', ['--queues', 'infra/queues.json'], path);
  const settings = { ...path, ...stack.settings, BENCH_BROKER: String(broker.facts['connectionString']) };
  return part('alone', 'bench/alone.ts', [], settings);
}

function stageOf(stack: Stack, children: Child[]): Stage {
  let aloneChild: Promise<Child> | null = null;
  const connectionString = stack.addresses['tables'] ?? '';
  const table = (name: string) => makeTable(name, { kind: 'connection-string', connectionString });
  const sweeps = makeSweepLedger(table('Sweeps'));
  return {
    stack,
    table,
    async alone(question, body) {
      aloneChild ??= startAlone(stack, children);
      return Number(await (await aloneChild).ask(question, body));
    },
    async counts() {
      const { calls, throttled, beforeRetryAfter } = await stack.azure();
      return { arm: calls, tables: await stack.tableRequests(), throttled, beforeRetryAfter };
    },
    async sweep() {
      const before = (await sweeps.lastFinished())?.sweepId;
      await stack.startSweep();
      for (const until = Date.now() + WITHIN_MS; Date.now() < until;) {
        await sleep(500);
        const last = await sweeps.lastFinished();
        if (last && last.sweepId !== before) return last;
      }
      throw new Error('The sweep did not finish within ten minutes.');
    },
    async settle(seconds) {
      const quiet: { since: number | null } = { since: null };
      const isSettled = await settled(stack, seconds, ({ waiting, scheduled, inFlight, timeline }) => {
        const isQuiet = waiting + scheduled + inFlight + timeline === 0;
        quiet.since = isQuiet ? (quiet.since ?? performance.now()) : null;
      });
      if (!isSettled) throw new Error(`The stack did not settle within ${seconds} s.`);
      return quiet.since ?? performance.now();
    },
    hostPeakMemory() {
      const status = readFileSync(`/proc/${String(stack.pids['host'])}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
    },
  };
}

/** What was asked between two counts. */
export function between(before: Counts, after: Counts): Counts {
  return {
    arm: difference(before.arm, after.arm),
    tables: difference(before.tables, after.tables),
    throttled: after.throttled - before.throttled,
    beforeRetryAfter: after.beforeRetryAfter - before.beforeRetryAfter,
  };
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)])
      .filter(([, count]) => count > 0),
  );
}

export function sumOf(counts: Readonly<Record<string, number>>, matches: RegExp): number {
  return Object.entries(counts)
    .filter(([name]) => matches.test(name))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Requests that write rows; queries are GET, and an entity-group transaction is one write. */
export const TABLE_WRITE = /^(POST|PUT|PATCH|MERGE|DELETE) (?!Tables\b)/;
export const LINK_WRITE = /^(PUT|PATCH|DELETE) .*ManagementPartner/;
