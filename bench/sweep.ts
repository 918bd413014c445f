/** What a sweep of a Lighthouse estate costs when nothing has changed: calls, writes, time, memory. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { lighthouseEstate } from './estates.ts';
import type { Figure } from './figure.ts';
import { seedTenants } from './seed.ts';
import { between, LINK_WRITE, onStage, sumOf, TABLE_WRITE, type Counts, type Stage } from './stage.ts';

/** Writes to what is on record of tenants, links and sweeps; a link's row and its changes go as one batch. */
const LEDGER_WRITE = /^(POST|PUT|PATCH|MERGE|DELETE) (Ledger|Tenants|Links|Sweeps|\$batch)/;

interface SteadySweep {
  readonly counts: Counts;
  readonly assessedMs: number;
  readonly hostPeakMemory: number;
}

/** Brings up an estate whose tenants are all known and well, and sweeps it; fails when the sweep found anything to do. */
async function steadySweep(stage: Stage, tenants: number): Promise<SteadySweep> {
  const before = await stage.counts();
  const record = await stage.sweep();
  const steady = record.tenants.steady;
  if (steady !== tenants) {
    throw new Error(`The sweep of ${tenants} found ${steady} steady: ${JSON.stringify(record.tenants)}`);
  }
  return {
    counts: between(before, await stage.counts()),
    assessedMs: Date.parse(record.assessedAt ?? '') - Date.parse(record.startedAt),
    hostPeakMemory: stage.hostPeakMemory(),
  };
}

async function onSteadyEstate<T>(
  tenants: number,
  latency: number,
  work: (stage: Stage) => Promise<T>,
  set: Readonly<Record<string, string>> = {},
): Promise<T> {
  const latencyMs = { token: latency, read: latency, write: latency, graph: latency };
  return onStage(lighthouseEstate(tenants, { announced: 1, latencyMs }), set, async (stage) => {
    // One customer comes by an event, so that the link is on record; the rest as a sweep has left them.
    await stage.stack.loadEvents();
    await stage.settle(60);
    await seedTenants(stage.stack.addresses['tables'] ?? '', 1, tenants);
    return work(stage);
  });
}

/** Calls and writes of a steady sweep; `calls` is the limit: one query a thousand subscriptions, and a few more. */
export async function sweepCosts(tenants: number): Promise<Figure[]> {
  const { counts } = await onSteadyEstate(tenants, 0, async (stage) => {
    // The first one writes down every tenant's state, to tell later ones' news by.
    await steadySweep(stage, tenants);
    return steadySweep(stage, tenants);
  });
  const calls = sumOf(counts.arm, /./);
  const size = tenants.toLocaleString('en');
  // Above 10,000 subscriptions Resource Graph is asked in batches of 300, which take the list of all of them first.
  const limit =
    tenants <= 10_000
      ? { calls: 35, words: 'ceil(n / 1,000) queries and the link, at most 35' }
      : {
          calls: Math.ceil(tenants / 300) + Math.ceil(tenants / 1000) + 5,
          words: 'beyond 10,000: ceil(n / 300) queries + ceil(n / 1,000) pages of subscriptions + 5',
        };
  return [
    {
      name: `ARM calls of a steady sweep, ${size} tenants`,
      value: calls,
      unit: 'calls',
      limit: { atMost: limit.calls },
      comparedTo: `${limit.words}; asked: ${listOf(counts.arm)}`,
    },
    {
      name: `link writes of that sweep`,
      value: sumOf(counts.arm, LINK_WRITE),
      unit: 'writes',
      limit: { atMost: 0 },
      comparedTo: 'nothing is wrong, so nothing is written',
    },
    {
      name: `ledger writes of that sweep`,
      value: sumOf(counts.tables, LEDGER_WRITE),
      unit: 'writes',
      limit: { atMost: 5 },
      comparedTo: `transactions on tenants, links and sweeps; of all writes, with work in flight and the outbox: ${listOf(onlyWrites(counts.tables))}`,
    },
  ];
}

/** The sweep against its ideal, and against the walk of the known scripts. */
export async function sweepTimes(tenants: number): Promise<Figure[]> {
  const size = tenants.toLocaleString('en');
  const slow = await onSteadyEstate(tenants, 250, async (stage) => {
    await steadySweep(stage, tenants);
    const { assessedMs } = await steadySweep(stage, tenants);
    const [pages, list, read, write] = [
      await stage.alone('estatePages'),
      await stage.alone('listPages'),
      await stage.alone('tableRead'),
      await stage.alone('tableWrite'),
    ];
    // It begins with reads of its row, the lease, the last sweep, the links and a tenant that rests on one, and a write of
    // lease and row; it asks for the link's pass (a row, a message) and ends with a read and a write. Pages of list and
    // estate do not wait for each other.
    const chain = Math.max(pages, list) + 6 * read + 4 * write;
    return { assessedMs, ideal: chain, pages, list };
  });
  const quick = await onSteadyEstate(tenants, 50, async (stage) => {
    await steadySweep(stage, tenants);
    const { assessedMs } = await steadySweep(stage, tenants);
    const sample = 200;
    const walked = await stage.alone('walkTenants', { tenants: sample });
    return { assessedMs, walked: (walked / sample) * tenants, sample };
  });
  return [
    {
      name: `sweep of ${size} tenants against its ideal, 250 ms a call`,
      value: slow.assessedMs / slow.ideal,
      unit: '×',
      limit: { atMost: 1.3 },
      comparedTo: `${ms(slow.assessedMs)} against ${ms(slow.ideal)} (estate pages alone ${ms(slow.pages)}, list pages alone ${ms(slow.list)}; the quota of 15 queries in 5 s does not bind ${Math.ceil(tenants / 1000)})`,
    },
    {
      name: `the same estate walked tenant by tenant, 50 ms a call`,
      value: quick.walked / quick.assessedMs,
      unit: '× slower',
      limit: { atLeast: 100 },
      comparedTo: `${ms(quick.walked)} (${quick.sample} tenants walked, scaled to ${size}) against ${ms(quick.assessedMs)} for the sweep`,
    },
  ];
}

/**
 * Memory at two sizes; the host's process whole, host and SDKs included. Node sizes its heap by the memory of the machine,
 * and lets garbage lie until it needs the room: so the host is given the heap it takes on the instance that is deployed,
 * and what it takes on this machine is told beside it.
 */
export async function sweepMemory(small: number, large: number): Promise<Figure[]> {
  const instance = deployedInstanceMb();
  const peak = (tenants: number, heap: Readonly<Record<string, string>>) =>
    onSteadyEstate(tenants, 0, async (stage) => (await steadySweep(stage, tenants)).hostPeakMemory, heap);
  const [little, much] = [await peak(small, heapOn(instance)), await peak(large, heapOn(instance))];
  const here = await peak(large, {});
  const sizes = `${large.toLocaleString('en')} against ${small.toLocaleString('en')} tenants`;
  const heap = `with the heap that Node takes on the deployed instance (${instance.toLocaleString('en')} MB)`;
  return [
    {
      name: `memory of a sweep, ${sizes}`,
      value: much / little,
      unit: '×',
      limit: { atMost: 1.5 },
      comparedTo: `peak resident memory of the whole host process, ${heap}: ${mb(much)} against ${mb(little)}`,
    },
    {
      name: `memory of a sweep of ${large.toLocaleString('en')} tenants`,
      value: much / 1e6,
      unit: 'MB',
      limit: { atMost: 300 },
      comparedTo: `peak resident memory of the whole host process, ${heap}`,
    },
    {
      name: 'the same with the heap that Node takes on this machine',
      value: here / 1e6,
      unit: 'MB',
      limit: null,
      comparedTo: `peak resident memory of the whole host process, on a machine of ${Math.round(totalmem() / 2 ** 30)} GB`,
    },
  ];
}

/** The memory of an instance as the deployment takes it by default (MB). */
function deployedInstanceMb(): number {
  const size = /^param instanceMemoryMB .*= (\d+)$/m.exec(readFileSync('infra/main.bicep', 'utf8'))?.[1];
  if (!size) throw new Error('infra/main.bicep names no default for instanceMemoryMB.');
  return Number(size);
}

/**
 * The heap Node takes by itself where there is so much memory, from 2 GB on: half of it for old objects, up to 4 GB, and a
 * 32nd of that for new ones, threefold (source: heap_size_limit of Node 24 under memory limits of 2,048 and 4,096 MB, which
 * is 1,120 and 2,240 MB).
 */
function heapOn(instanceMb: number): Record<string, string> {
  const old = Math.min(instanceMb / 2, 4096);
  return { NODE_OPTIONS: `--max-old-space-size=${old} --max-semi-space-size=${old / 32}` };
}

function onlyWrites(tables: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tables).filter(([name]) => TABLE_WRITE.test(name)));
}

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ');
}

export function ms(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
