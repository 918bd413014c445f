/** What it costs to start: loading the built app, and the first pass after a cold start. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ServiceBusClient } from '@azure/service-bus';
import { startChild } from '../local/control.ts';
import { lighthouseEstate } from './estates.ts';
import { median, type Figure } from './figure.ts';
import { onboard, recorded, send } from './onboard.ts';
import { onStage, type Stage } from './stage.ts';
import { ms } from './sweep.ts';

/** Loads one module in a process of its own, as the worker does, and says how long it took until all had registered. */
const LOADER = `
  const Module = require('node:module');
  const load = Module.prototype.require;
  let registered = 0;
  const core = { version: '1', hostVersion: '4', Disposable: class { dispose() {} }, log() {}, setProgrammingModel() {},
    registerHook: () => ({ dispose() {} }), registerFunction: () => { registered += 1; return { dispose() {} }; } };
  Module.prototype.require = function (id) { return id === '@azure/functions-core' ? core : load.call(this, id); };
  const started = process.hrtime.bigint();
  require(process.argv[1]);
  if (process.argv[2] === 'bare') require(process.argv[1]).app.http('one', { handler: () => ({}) });
  console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - started) / 1e6, registered }));
`;

const RUNS = 15;

export function loadTime(): Figure[] {
  const bare = createRequire(import.meta.url).resolve('@azure/functions');
  const times = { app: [] as number[], bare: [] as number[] };
  let functions = 0;
  for (let run = 0; run < RUNS; run++) {
    const app = load(`${process.cwd()}/dist/functions.cjs`);
    times.app.push(app.ms);
    functions = app.registered;
    times.bare.push(load(bare, 'bare').ms);
  }
  const [app, alone] = [median(times.app), median(times.bare)];
  return [
    {
      name: 'load of the built app until its functions are registered',
      value: app / alone,
      unit: '×',
      limit: { atMost: 5 },
      comparedTo: `${app.toFixed(1)} ms for ${functions} functions against ${alone.toFixed(1)} ms for @azure/functions alone (medians of ${RUNS})`,
    },
  ];
}

function load(file: string, how = 'app'): { ms: number; registered: number } {
  const printed = execFileSync(process.execPath, ['-e', LOADER, file, how], { encoding: 'utf8' });
  return JSON.parse(printed) as { ms: number; registered: number };
}

/** From the start of a host to the first recorded outcome, against the same in a host that is warm. */
export async function coldStart(): Promise<Figure[]> {
  return onStage(lighthouseEstate(12, { announced: 1 }), {}, async (stage) => {
    await stage.stack.loadEvents();
    await stage.settle(60);
    const client = new ServiceBusClient(stage.stack.settings['ServiceBus'] ?? '');
    try {
      const warm: number[] = [];
      for (let customer = 2; customer < 10; customer++) warm.push(await onboard(stage, client, customer));
      process.kill(stage.stack.pids['host'] ?? 0, 'SIGKILL');
      const cold = await coldPass(stage, client, 10);
      return [
        {
          name: 'cold start to the first completed pass',
          value: cold / median(warm),
          unit: '× a warm pass',
          limit: null,
          comparedTo: `${ms(cold)} from the start of the process against ${ms(median(warm))} warm, without latency: what is loaded late is paid here`,
        },
      ];
    } finally {
      await client.close();
    }
  });
}

async function coldPass(stage: Stage, client: ServiceBusClient, customer: number): Promise<number> {
  await send(client, [customer]);
  const started = performance.now();
  const host = await startChild({
    name: 'host',
    script: 'local/host/main.ts',
    args: ['--app-root', '.', '--port', '0'],
    env: { PATH: process.env['PATH'] ?? '', ...stage.stack.settings },
    onLine: () => undefined,
  });
  try {
    await recorded(stage, customer);
    return performance.now() - started;
  } finally {
    await host.stop();
  }
}
