import { randomUUID } from 'node:crypto';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { makeTracedQueues } from './adapters/bus/traced-queues.ts';
import type { Table } from './adapters/tables/table.ts';
import { makeTracedTable } from './adapters/tables/traced-table.ts';
import { makeMeasuredLog } from './adapters/telemetry/measured-log.ts';
import type { Exporters, RunningTelemetry } from './adapters/telemetry/otel.ts';
import { makeTracedArm, makeTracedTokens } from './adapters/telemetry/traced-http.ts';
import { makeTracedPass, traceInvocation, type Invocation } from './adapters/telemetry/traced-work.ts';
import type { Config } from './config.ts';
import { Failure } from './domain/failure.ts';
import type { Log } from './domain/log.ts';
import type { Queues } from './domain/ports.ts';

type Pass = Parameters<typeof makeTracedPass>[0];

/** Where telemetry is put around what the app is composed of. */
export interface Instruments {
  readonly table: (name: string, table: Table) => Table;
  readonly queues: (queues: Queues) => Queues;
  readonly log: (log: Log) => Log;
  readonly pass: (pass: Pass) => Pass;
  /** What requests to ARM, and for tokens, are sent with; null where it is the SDKs' own business. */
  readonly http: { readonly arm: HttpClient; readonly tokens: HttpClient } | null;
  readonly invocation: <T>(invocation: Invocation, run: () => Promise<T>) => Promise<T>;
  /** Sends what has not been sent; called when the worker ends. */
  readonly stop: () => Promise<void>;
}

/** Telemetry that is off: everything is handed back as it came. */
export const noInstruments: Instruments = {
  table: (_, table) => table,
  queues: (queues) => queues,
  log: (log) => log,
  pass: (pass) => pass,
  http: null,
  invocation: (_, run) => run(),
  stop: () => Promise.resolve(),
};

/** Telemetry as the settings ask for it. The SDK is loaded here and only where something is exported. */
export async function loadInstruments({ telemetry: settings }: Config): Promise<Instruments> {
  const { otlp, azureMonitor, sampleRatio, serviceName } = settings;
  if (!otlp && !azureMonitor) return noInstruments;
  const { makeOtel, azureMonitorExporters, otlpExporters } = await import('./adapters/telemetry/sdk.ts');
  const exporters: Exporters[] = [];
  if (otlp) exporters.push(await otlpExporters(otlp.endpoint));
  if (azureMonitor) {
    const { connectionString, clientId } = azureMonitor;
    const credential = clientId === null ? null : new ManagedIdentityCredential({ clientId });
    exporters.push(await azureMonitorExporters(connectionString, credential));
  }
  const instanceId = randomUUID();
  return instrumentsOf(makeOtel({ exporters, sampleRatio, serviceName, instanceId, explain }));
}

/** A failure's words are fit for a log; what others throw may carry anything, so only its name is told. */
function explain(error: unknown): { type: string; message: string; failed: boolean } {
  if (!(error instanceof Failure)) {
    return { type: error instanceof Error ? error.name : typeof error, message: '', failed: true };
  }
  // To be asked to wait is no trouble: the work goes on later.
  return { type: error.kind, message: error.message, failed: error.kind !== 'throttled' };
}

function instrumentsOf(telemetry: RunningTelemetry): Instruments {
  const http = createDefaultHttpClient();
  return {
    table: (name, table) => makeTracedTable(table, name, telemetry),
    queues: (queues) => makeTracedQueues(queues, telemetry, () => new Date()),
    log: (log) => makeMeasuredLog(log, telemetry),
    pass: (pass) => makeTracedPass(pass, telemetry),
    http: { arm: makeTracedArm(http, telemetry), tokens: makeTracedTokens(http, telemetry) },
    invocation: (invocation, run) => traceInvocation(telemetry, invocation, run),
    stop: () => telemetry.stop(),
  };
}
