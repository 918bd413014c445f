/** Telemetry that keeps what it is told, in memory; spans nest by being run in one another. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Measurement, SpanStart, Telemetry } from '../../src/lib/domain/telemetry.ts';

interface KeptSpan extends SpanStart {
  readonly id: string;
  readonly set: Attributes;
  readonly failed: string | null;
  readonly ended: boolean;
}

export interface KeptTelemetry extends Telemetry {
  readonly spans: readonly KeptSpan[];
  readonly measurements: readonly Measurement[];
}

export function keptTelemetry(): KeptTelemetry {
  const spans: { -readonly [K in keyof KeptSpan]: KeptSpan[K] }[] = [];
  const measurements: Measurement[] = [];
  const current = new AsyncLocalStorage<string>();
  return {
    spans,
    measurements,
    async span(start, run) {
      const id = `00-${'a'.repeat(32)}-${String(spans.length + 1).padStart(16, '0')}-01`;
      const span = { ...start, id, set: {}, failed: null as string | null, ended: false };
      spans.push(span);
      try {
        return await current.run(id, () =>
          run({
            set: (attributes) => {
              span.set = { ...span.set, ...attributes };
            },
            fail: (type) => {
              span.failed = type;
            },
          }),
        );
      } catch (error) {
        span.failed = error instanceof Error ? error.message : String(error);
        throw error;
      } finally {
        span.ended = true;
      }
    },
    measure: (measurement) => void measurements.push(measurement),
    carrier: () => current.getStore() ?? null,
  };
}
