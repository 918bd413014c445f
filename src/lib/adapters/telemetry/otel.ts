import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import {
  metrics,
  type Attributes,
  type Metric,
  type OpenSpan,
  type SpanStart,
  type Telemetry,
} from '../../domain/telemetry.ts';

/** Where traces and metrics go. */
export interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

export interface OtelOptions {
  readonly exporters: readonly Exporters[];
  /** The share of traces that are kept, in [0, 1]: the same traces in every worker, because the trace id decides. */
  readonly sampleRatio: number;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly explain: (error: unknown) => Explained;
}

/** What may be told of an error: its type, and words that are fit for a log. */
export interface Explained {
  readonly type: string;
  readonly message: string;
  /** False where it is no trouble: the work is put off. */
  readonly failed: boolean;
}

export interface RunningTelemetry extends Telemetry {
  /** Sends what has not been sent, and ends. Never throws; gives up after a few seconds. */
  stop(): Promise<void>;
}

/** A worker that is told to end has only so long; what was not sent by then is lost. */
const STOP_WITHIN_MS = 4_000;

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER } as const;

/**
 * Telemetry by the OpenTelemetry SDK, without its globals: nothing that is not handed this object makes a span. Spans
 * leave in batches every few seconds, beside the work. The trace id alone decides what is sampled, because a host that
 * samples for itself marks its spans as not recorded.
 */
export function makeOtel(options: OtelOptions): RunningTelemetry {
  const resource = resourceFromAttributes({
    'service.name': options.serviceName,
    'service.instance.id': options.instanceId,
  });
  const tracing = new BasicTracerProvider({
    resource,
    sampler: new TraceIdRatioBasedSampler(options.sampleRatio),
    spanProcessors: options.exporters.map(({ spans }) => new BatchSpanProcessor(spans)),
  });
  const metering = new MeterProvider({
    resource,
    readers: options.exporters.map(
      ({ metrics: exporter }) => new PeriodicExportingMetricReader({ exporter }),
    ),
  });
  const tracer = tracing.getTracer('pal-autopilot');
  const record = recorderOf(metering);
  const contexts = new AsyncLocalStorage<Context>();
  const current = () => contexts.getStore() ?? ROOT_CONTEXT;

  return {
    span(start, run) {
      const parent = remote(start.continues);
      const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : current();
      const span = tracer.startSpan(start.name, spanOptions(start), context);
      return contexts.run(trace.setSpan(context, span), () => carryOut(span, options.explain, run));
    },
    measure: ({ metric, value, attributes }) => record(metric, value, attributes ?? {}),
    carrier() {
      const context = trace.getSpanContext(current());
      return context && isSpanContextValid(context) ? traceparentOf(context) : null;
    },
    async stop() {
      const ended = Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
      const { promise: late, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => resolve(undefined), STOP_WITHIN_MS);
      await Promise.race([ended, late]);
      clearTimeout(timer);
    },
  };
}

async function carryOut<T>(
  span: Span,
  explain: OtelOptions['explain'],
  run: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  try {
    return await run({
      set: (attributes) => void span.setAttributes({ ...attributes }),
      fail: (type) => {
        tell(span, { type, message: '', failed: true });
      },
    });
  } catch (error) {
    tell(span, explain(error));
    throw error;
  } finally {
    span.end();
  }
}

function tell(span: Span, { type, message, failed }: Explained): void {
  span.setAttribute('error.type', type);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message });
}

function spanOptions({ kind = 'internal', attributes, followsFrom }: SpanStart) {
  const before = remote(followsFrom);
  return {
    kind: KINDS[kind],
    attributes: { ...attributes },
    ...(before ? { links: [{ context: before }] } : {}),
  };
}

/** Null for what is no `traceparent` of version 00: a message may carry anything. */
function remote(traceparent: string | null | undefined): SpanContext | null {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

type Recorder = (metric: Metric, value: number, attributes: Attributes) => void;

function recorderOf(provider: MeterProvider): Recorder {
  const meter = provider.getMeter('pal-autopilot');
  const instruments = new Map<Metric, (value: number, attributes: Attributes) => void>();
  for (const [name, { sort, unit, description }] of Object.entries(metrics) as [
    Metric,
    (typeof metrics)[Metric],
  ][]) {
    const about = { unit, description };
    if (sort === 'counter') {
      const counter = meter.createCounter(name, about);
      instruments.set(name, (value, attributes) => counter.add(value, attributes));
    } else {
      const values = sort === 'gauge' ? meter.createGauge(name, about) : meter.createHistogram(name, about);
      instruments.set(name, (value, attributes) => values.record(value, attributes));
    }
  }
  return (metric, value, attributes) => instruments.get(metric)?.(value, attributes);
}
