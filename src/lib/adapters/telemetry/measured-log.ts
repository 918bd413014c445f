import type { Log, LogEvent, LogFields } from '../../domain/log.ts';
import type { Attributes, Measurement, Metric, Telemetry } from '../../domain/telemetry.ts';
import { tenantStates } from '../../domain/tenant-state.ts';

/** A log whose entries are measured too: what is counted is what is told, so that the two cannot disagree. */
export function makeMeasuredLog(log: Log, telemetry: Telemetry): Log {
  const entry =
    (level: keyof Log) =>
    (event: LogEvent, fields: LogFields = {}) => {
      log[level](event, fields);
      for (const measurement of measurementsOf(event, fields)) telemetry.measure(measurement);
    };
  return { info: entry('info'), warn: entry('warn'), error: entry('error') };
}

/** What one entry of the log amounts to in numbers; most amount to nothing. */
export function measurementsOf(event: LogEvent, fields: LogFields): Measurement[] {
  switch (event) {
    case 'pass.finished':
      return passMeasurements(fields);
    case 'message.kept':
      return [one('pal.messages.parked', { queue: String(fields['queue']) })];
    case 'sweep.finished':
      return sweepMeasurements(fields);
    default:
      return [];
  }
}

function passMeasurements(fields: LogFields): Measurement[] {
  const subject = String(fields['subject']);
  const failure = fields['failureKind'];
  return [
    one('pal.passes', { subject, outcome: String(fields['outcome']) }),
    { metric: 'pal.pass.duration', value: Number(fields['durationMs']) / 1_000, attributes: { subject } },
    ...(failure ? [one('pal.failures', { subject, kind: String(failure) })] : []),
  ];
}

/** A state that no tenant is in any more is told too: the last value of a gauge would stand otherwise. */
function sweepMeasurements(fields: LogFields): Measurement[] {
  const gauge = (metric: Metric, field: string, attributes: Attributes): Measurement => ({
    metric,
    value: Number(fields[field] ?? 0),
    attributes,
  });
  return [
    { metric: 'pal.sweep.duration', value: Number(fields['durationMs']) / 1_000 },
    gauge('pal.gaps.open', 'openGaps', {}),
    ...tenantStates.map((state) => gauge('pal.tenants', state, { state })),
  ];
}

function one(metric: Metric, attributes: Attributes): Measurement {
  return { metric, value: 1, attributes };
}
