/** Receives OTLP over HTTP as JSON, and keeps spans and measured points in a shape that is easy to ask. */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  readonly traceId: string;
  readonly spanId: string;
  /** Null for the root of a trace. */
  readonly parentSpanId: string | null;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

export interface ReceivedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram: how many values. */
  readonly value: number;
}

export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** The last value of each series. */
  points(): readonly ReceivedPoint[];
  /** Everything that came, as text. */
  readonly bodies: readonly string[];
  stop(): Promise<void>;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const FAILED = 2;

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface WireSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number };
}

interface WirePoint {
  readonly attributes?: readonly KeyValue[];
  readonly asDouble?: number;
  readonly asInt?: string | number;
  readonly count?: string | number;
}

interface WireMetric {
  readonly name: string;
  readonly [sort: string]: unknown;
}

interface WireBody {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  }[];
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const points = new Map<string, ReceivedPoint>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((received) => {
      const body = received as WireBody;
      bodies.push(JSON.stringify(body));
      for (const { scopeSpans } of body.resourceSpans ?? [])
        for (const scope of scopeSpans) spans.push(...scope.spans.map(spanOf));
      for (const { scopeMetrics } of body.resourceMetrics ?? [])
        for (const point of scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(pointsOf)))
          points.set(`${point.metric} ${JSON.stringify(point.attributes)}`, point);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const listening = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => listening.resolve(undefined));
  await listening.promise;
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points: () => [...points.values()],
    bodies,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function spanOf(span: WireSpan): ReceivedSpan {
  return {
    name: span.name,
    kind: KINDS[span.kind] ?? 'unspecified',
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ? span.parentSpanId : null,
    links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
    attributes: attributesOf(span.attributes),
    failed: span.status?.code === FAILED,
  };
}

function pointsOf(metric: WireMetric): ReceivedPoint[] {
  const data = (metric['sum'] ?? metric['gauge'] ?? metric['histogram']) as
    { readonly dataPoints: readonly WirePoint[] } | undefined;
  return (data?.dataPoints ?? []).map((point) => ({
    metric: metric.name,
    attributes: attributesOf(point.attributes),
    value: Number(point.asDouble ?? point.asInt ?? point.count ?? NaN),
  }));
}

function attributesOf(pairs: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const [sort, plain] = Object.entries(value)[0] ?? [];
      return [key, sort === 'intValue' ? Number(plain) : plain];
    }),
  );
}
