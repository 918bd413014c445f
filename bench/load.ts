/** What it costs to start: loading the built app, and the first pass after a cold start. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ServiceBusClient } from '@azure/service-bus';
import { startChild } from '../local/control.ts';
import { someSettings } from '../test/support/settings.ts';
import { lighthouseEstate } from './estates.ts';
import { median, type Figure } from './figure.ts';
import { onboard, recorded, send } from './onboard.ts';
import { onStage, type Stage } from './stage.ts';
import { ms } from './sweep.ts';

/**
 * Loads one module in a process of its own, as the worker does, and says how long it took until all had registered; with
 * `start`, how long until the app had started as well.
 */
const LOADER = `
  const Module = require('node:module');
  const load = Module.prototype.require;
  let registered = 0;
  const starts = [];
  const core = { version: '1', hostVersion: '4', Disposable: class { dispose() {} }, log() {}, setProgrammingModel() {},
    registerHook: (name, run) => { if (name === 'appStart') starts.push(run); return { dispose() {} }; }, registerFunction: () => { registered += 1; return { dispose() {} }; } };
  Module.prototype.require = function (id) { return id === '@azure/functions-core' ? core : load.call(this, id); };
  const started = process.hrtime.bigint();
  require(process.argv[1]);
  if (process.argv[2] === 'bare') require(process.argv[1]).app.http('one', { handler: () => ({}) });
  const tell = () => console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - started) / 1e6, registered }));
  if (process.argv[2] === 'start') starts.reduce((before, run) => before.then(() => run({})), Promise.resolve()).then(() => { tell(); process.exit(0); });
  else tell();
`;

const RUNS = 15;
const START_RUNS = 5;

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

/** What telemetry costs a cold start: its SDK is loaded before the first function runs. */
export function loadWithTelemetry(): Figure[] {
  const file = `${process.cwd()}/dist/functions.cjs`;
  const azureMonitor = {
    TELEMETRY: 'azure-monitor',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-4000-8000-000000000001',
  };
  const settings = {
    off: {},
    otlp: { TELEMETRY: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    azureMonitor,
  };
  const times = { off: [] as number[], otlp: [] as number[], azureMonitor: [] as number[] };
  for (let run = 0; run < START_RUNS; run++) {
    for (const how of ['off', 'otlp', 'azureMonitor'] as const) {
      times[how].push(load(file, 'start', someSettings(settings[how])).ms);
    }
  }
  const off = median(times.off);
  const figure = (where: string, on: number): Figure => ({
    name: `load and start of the app with telemetry to ${where}`,
    value: on / off,
    unit: '×',
    limit: { atMost: 2 },
    comparedTo: `${on.toFixed(1)} ms against ${off.toFixed(1)} ms with telemetry off (medians of ${START_RUNS})`,
  });
  return [figure('OTLP', median(times.otlp)), figure('Azure Monitor', median(times.azureMonitor))];
}

function load(
  file: string,
  how = 'app',
  settings: Readonly<Record<string, string | undefined>> = {},
): { ms: number; registered: number } {
  const env = { ...process.env, ...settings };
  const printed = execFileSync(process.execPath, ['-e', LOADER, file, how], { encoding: 'utf8', env });
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
    // A new instance in Azure finds no compiled code of an earlier start.
    env: { PATH: process.env['PATH'] ?? '', NODE_DISABLE_COMPILE_CACHE: '1', ...stage.stack.settings },
    onLine: () => undefined,
  });
  try {
    await recorded(stage, customer);
    return performance.now() - started;
  } finally {
    await host.stop();
  }
}
