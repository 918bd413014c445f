/** Runs the whole local stack for one test: the built app in the dev host, the broker, Azurite and the simulator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import type { Options } from '../../local/options.ts';
import { settled } from '../../local/settle.ts';
import { startStack, type AzureReport, type Stack } from '../../local/stack.ts';
import type { SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import { anAccount } from './azurite.ts';

export interface StackReport {
  readonly tenants: readonly {
    readonly tenantId: string;
    /** Null for a tenant that was found and never announced. */
    readonly displayName: string | null;
    readonly state: string;
    readonly reason: string | null;
    readonly stale: boolean;
    readonly lastGood: string | null;
    readonly failure: { readonly kind: string; readonly message: string } | null;
    readonly lastOutcome: string | null;
    readonly changes: number;
    readonly scopes: readonly {
      readonly scope: string;
      readonly verdict: string;
      readonly inherited: boolean;
      readonly countsFor: string;
      readonly principal: string;
      readonly marketplace: boolean;
      readonly endsAt: string | null;
    }[];
    readonly openGaps: number;
  }[];
  readonly links: readonly {
    readonly principal: string;
    readonly tenantId: string;
    readonly objectId: string;
    readonly partnerId: string | null;
    readonly state: string | null;
    readonly lastOutcome: string | null;
    readonly failure: { readonly kind: string } | null;
    readonly changes: number;
  }[];
  readonly parked: readonly { readonly queue: string; readonly messageId: string; readonly reason: string }[];
  readonly sweep: SweepRecord | null;
}

export type ReportedTenant = StackReport['tenants'][number];

export interface RunningStack {
  readonly stack: Stack;
  readonly dataDir: string;
  /** Process ids by part, as the stack told them. */
  readonly pids: ReadonlyMap<string, number>;
  /** Waits until all is settled; fails the test when that takes too long. */
  settle(): Promise<StackReport>;
  azure(): Promise<AzureReport>;
  /** Puts one message on the onboarding queue. */
  send(body: unknown): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  readonly mode?: 'observe' | 'enforce';
  readonly set?: Readonly<Record<string, string>>;
  /** A directory to keep; without it the run has one of its own. */
  readonly dataDir?: string;
}

/** A temporary directory; the caller removes it. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'pal-test-'));
}

/** Starts the stack on an estate (an object, or a file's path) and sends its events. */
export async function runStack(estate: object | string, given: StackOptions = {}): Promise<RunningStack> {
  const dataDir = given.dataDir ?? temporaryDirectory();
  const file = typeof estate === 'string' ? estate : join(dataDir, 'estate.json');
  if (typeof estate !== 'string') writeFileSync(file, JSON.stringify(estate));
  const pids = new Map<string, number>();
  const options: Options = {
    estate: file,
    once: true,
    json: true,
    sweep: false,
    mode: given.mode ?? 'enforce',
    set: given.set ?? {},
    port: 0,
    data: dataDir,
    timeoutSeconds: null,
  };
  const say = (line: string) => {
    const [, name, pid] = /^(\w+): process (\d+)$/.exec(line) ?? [];
    if (name) pids.set(name, Number(pid));
  };
  // A directory to keep has its own tables, which are there again with it.
  const stack = await startStack(options, dataDir, say, given.dataDir === undefined ? anAccount() : null);
  await stack.loadEvents();

  return {
    stack,
    dataDir,
    pids,
    async settle() {
      if (!(await settled(stack, 60, () => undefined)))
        throw new Error('The stack did not settle within 60 s.');
      return (await stack.report()) as unknown as StackReport;
    },
    azure: () => stack.azure(),
    async send(body) {
      const client = new ServiceBusClient(stack.addresses['serviceBus'] ?? '');
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      await client.createSender('onboarding').sendMessages({ body: bytes });
      await client.close();
    },
    async stop() {
      await stack.stop();
      if (given.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until nothing is under way but the rest of the timeline, and gives the tenants. */
export async function quiet(running: RunningStack, timelineLeft: number): Promise<readonly ReportedTenant[]> {
  for (let still = 0; still < 4;) {
    await sleep(150);
    const [queues, inFlight] = await Promise.all([running.stack.queues(), running.stack.hostInFlight()]);
    const busy = Object.values(queues).reduce((sum, { active, locked }) => sum + active + locked, inFlight);
    still = busy === 0 && running.stack.timelinePending() === timelineLeft ? still + 1 : 0;
  }
  return ((await running.stack.report()) as unknown as StackReport).tenants;
}

/** Runs an estate until it has settled, and ends the stack. */
export async function settleEstate(
  estate: object | string,
  given: StackOptions = {},
): Promise<{ report: StackReport; azure: AzureReport }> {
  const running = await runStack(estate, given);
  try {
    const report = await running.settle();
    return { report, azure: await running.azure() };
  } finally {
    await running.stop();
  }
}

/** How often ARM was asked to write a link, by method. */
export function linkWrites(azure: Pick<AzureReport, 'calls'>): Record<string, number> {
  const writes = Object.entries(azure.calls).filter(([call]) =>
    /^(PUT|PATCH|DELETE) .*ManagementPartner/.test(call),
  );
  return Object.fromEntries(writes.map(([call, count]) => [call.split(' ')[0] ?? '', count]));
}

/** How often the link was read. */
export function linkReads(azure: AzureReport): number {
  return azure.calls['GET /providers/Microsoft.ManagementPartner/partners'] ?? 0;
}
