/** What passes cost: one event from the queue to the ledger, and a thousand at once under a limit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { messageIdOf, type ReconcileRequest } from '../src/lib/domain/request.ts';
import { lighthouseEstate, servicePrincipalEstate, tenantId } from './estates.ts';
import { median, type Figure } from './figure.ts';
import { onboard, send } from './onboard.ts';
import { between, onStage, sumOf, type Stage } from './stage.ts';
import { ms } from './sweep.ts';

const SLOW = { token: 250, read: 250, write: 250, graph: 250 };

/** One event at a time, and as many as there are at once. */
export async function onboarding(events: number, burst: number): Promise<Figure[]> {
  return onStage(
    lighthouseEstate(events + burst + 3, { announced: 1, latencyMs: SLOW }),
    {},
    async (stage) => {
      await stage.stack.loadEvents();
      await stage.settle(60);
      const client = new ServiceBusClient(stage.stack.settings['ServiceBus'] ?? '');
      try {
        await onboard(stage, client, 1);
        const before = await stage.counts();
        await send(client, [2]);
        await stage.settle(60);
        const { tables } = between(before, await stage.counts());
        const reads = sumOf(tables, /^GET (Ledger|Tenants|Links)/);
        const writes = sumOf(tables, /^(POST|PUT) (Ledger|Tenants|\$batch)/);

        const taken: number[] = [];
        for (let at = 0; at < events; at++) taken.push(await onboard(stage, client, 3 + at));
        const hop = await stage.alone('queueHop');
        const graph = await stage.alone('graphQuery');
        const direct = await stage.alone('directRead');
        const read = await stage.alone('tableRead');
        const write = await stage.alone('tableWrite');
        const ideal = 2 * hop + graph + direct + reads * read + writes * write;

        const started = performance.now();
        await send(
          client,
          Array.from({ length: burst }, (_, at) => 3 + events + at),
        );
        const seconds = ((await stage.settle(300)) - started) / 1000;
        return [
          {
            name: 'onboarding event to recorded outcome, 250 ms a call',
            value: median(taken) / ideal,
            unit: '×',
            limit: { atMost: 1.25 },
            comparedTo: `median ${ms(median(taken))} of ${events} events against ${ms(ideal)}: 2 queue hops of ${ms(hop)}, a query of ${ms(graph)}, a direct read of ${ms(direct)}, ${reads} table reads of ${ms(read)}, ${writes} table writes of ${ms(write)}`,
          },
          {
            name: 'events worked off per second, 250 ms a call',
            value: burst / seconds,
            unit: 'events/s',
            limit: null,
            comparedTo: `${burst} events at once, all recorded after ${seconds.toFixed(1)} s on this machine`,
          },
        ];
      } finally {
        await client.close();
      }
    },
  );
}

/** Concurrency the rate is measured at; more than this machine's two cores can serve would measure the machine. */
const CONCURRENT = 8;

/** A pass over each of so many tenants in which our application has a service principal of its own. */
export async function servicePrincipals(tenants: number): Promise<Figure[]> {
  const set = { AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: String(CONCURRENT) };
  return onStage(servicePrincipalEstate(tenants, { latencyMs: SLOW }), set, async (stage) => {
    await stage.stack.loadEvents();
    await stage.settle(600);
    const before = await stage.counts();
    const started = performance.now();
    await stage.stack.startSweep();
    await passesDone(stage, tenants);
    const seconds = (performance.now() - started) / 1000;
    const used = between(before, await stage.counts());

    const token = await stage.alone('token');
    const arm = await stage.alone('armRead');
    const read = await stage.alone('tableRead');
    const write = await stage.alone('tableWrite');
    const reads = sumOf(used.tables, /^GET (Ledger|Tenants|Links)/) / tenants;
    const writes =
      sumOf(used.tables, /^(POST|PUT|DELETE) (Ledger|Tenants|Links|FollowUps|\$batch)/) / tenants;
    // The link and the list of subscriptions are read side by side; the roles wait for the list, their ends for the roles.
    const pass = token + 3 * arm + reads * read + writes * write;
    const idealRate = (CONCURRENT * 1000) / pass;
    return [
      {
        name: `${tenants.toLocaleString('en')} service-principal tenants, ${CONCURRENT} at a time, 250 ms a call`,
        value: (100 * (tenants / seconds)) / idealRate,
        unit: '% of the ideal rate',
        limit: { atLeast: 90 },
        comparedTo: `${(tenants / seconds).toFixed(1)} passes/s against ${idealRate.toFixed(1)}: a token of ${ms(token)}, 3 reads of ${ms(arm)}, ${reads.toFixed(1)} table reads of ${ms(read)}, ${writes.toFixed(1)} table writes of ${ms(write)}`,
      },
      earlyCalls('calls before Retry-After in that run', used.beforeRetryAfter),
    ];
  });
}

/** The sweep has asked for all passes, and all have been completed. */
async function passesDone(stage: Stage, passes: number): Promise<void> {
  const done = async () => (await stage.stack.queues())['reconcile']?.completed ?? 0;
  const before = await done();
  for (const until = Date.now() + 600_000; Date.now() < until;) {
    if ((await done()) - before >= passes) return;
    await sleep(50);
  }
  throw new Error(`Not all of ${passes} passes were done within ten minutes.`);
}

/**
 * One bucket for all: Resource Graph's, made small. All tenants are on record, and a pass over each is asked for at one
 * moment. It is the quota that binds, so the ideal is what it lets through.
 */
export async function tightBucket(tenants: number, queriesPer5s: number): Promise<Figure[]> {
  const quota = { graphPer5s: queriesPer5s };
  return onStage(lighthouseEstate(tenants, { latencyMs: SLOW, quota }), {}, async (stage) => {
    await stage.stack.loadEvents();
    await stage.settle(600);
    const client = new ServiceBusClient(stage.stack.settings['ServiceBus'] ?? '');
    try {
      const before = await stage.counts();
      // All at one moment: the time it takes to send them is not the product's. The quota is full again by then.
      const at = new Date(Date.now() + 6_000);
      await askForPasses(client, tenants, at);
      await sleep(at.getTime() - Date.now());
      const started = performance.now();
      const seconds = ((await stage.settle(600)) - started) / 1000;
      const used = between(before, await stage.counts());
      const queries = sumOf(used.arm, /ResourceGraph/);
      const least = Math.ceil(tenants / 300);
      const ideal = Math.max(5 * (Math.ceil(queries / queriesPer5s) - 1), 0.25 * queries);
      return [
        {
          name: `${tenants.toLocaleString('en')} passes through one tight bucket (${queriesPer5s} queries in 5 s)`,
          value: (100 * ideal) / seconds,
          unit: '% of the ideal rate',
          limit: { atLeast: 90 },
          comparedTo: `${seconds.toFixed(1)} s for ${queries} queries (no fewer than ${least}), which the quota lets through in ${ideal.toFixed(1)} s; ${used.throttled} answers of 429`,
        },
        earlyCalls('calls before Retry-After in that run', used.beforeRetryAfter),
      ];
    } finally {
      await client.close();
    }
  });
}

/** Requests as a sweep makes them, one for each tenant, which become visible at a time. */
async function askForPasses(client: ServiceBusClient, tenants: number, at: Date): Promise<void> {
  const sender = client.createSender('reconcile');
  const messages = Array.from({ length: tenants }, (_, customer) => {
    const cause = { kind: 'sweep', id: 'bench' } as const;
    const request: ReconcileRequest = {
      ...{ subject: 'tenant', id: tenantId(customer), cause },
      ...{ attempt: 0, hop: 0, since: at.toISOString() },
    };
    return {
      messageId: messageIdOf(request),
      body: Buffer.from(JSON.stringify(request)),
      scheduledEnqueueTimeUtc: at,
    };
  });
  for (let from = 0; from < messages.length; from += 100)
    await sender.sendMessages(messages.slice(from, from + 100));
  await sender.close();
}

function earlyCalls(name: string, calls: number): Figure {
  return {
    name,
    value: calls,
    unit: 'calls',
    limit: { atMost: 0 },
    comparedTo: 'as the simulator counts them',
  };
}
