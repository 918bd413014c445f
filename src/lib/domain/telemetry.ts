/** Facts of a span or a measurement. Never a token, a body or a customer's name; of a measurement only what has few values. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What a span is: work of our own, a call to somebody, or a message sent. */
export type SpanKind = 'internal' | 'client' | 'producer';

export interface SpanStart {
  /** One of few: ids in paths are replaced. */
  readonly name: string;
  /** `internal` where absent. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** The span elsewhere that this one continues (W3C `traceparent`); where absent or null, the one it runs in. */
  readonly continues?: string | null;
  /** A span of another trace that led here long ago (W3C `traceparent`). */
  readonly followsFrom?: string | null;
}

/** A span that is under way. */
export interface OpenSpan {
  set(attributes: Attributes): void;
  /** Marks it as failed though nothing was thrown. */
  fail(errorType: string): void;
}

/** Everything that is measured; what each means is said here and in docs/telemetry.md. */
export const metrics = {
  'pal.passes': { sort: 'counter', unit: '{pass}', description: 'Passes, by subject and outcome' },
  'pal.pass.duration': { sort: 'histogram', unit: 's', description: 'How long passes took' },
  'pal.failures': {
    sort: 'counter',
    unit: '{failure}',
    description: 'Passes that failed, by kind of failure',
  },
  'pal.arm.calls': { sort: 'counter', unit: '{call}', description: 'Calls of ARM, refused ones too' },
  'pal.arm.throttles': { sort: 'counter', unit: '{call}', description: 'Calls that ARM answered with 429' },
  'pal.messages.parked': { sort: 'counter', unit: '{message}', description: 'Messages kept for people' },
  'pal.sweep.duration': { sort: 'histogram', unit: 's', description: 'Sweeps from begin to summary' },
  'pal.tenants': { sort: 'gauge', unit: '{tenant}', description: 'Tenants by state, at the end of a sweep' },
  'pal.gaps.open': { sort: 'gauge', unit: '{gap}', description: 'Open gaps, at the end of a sweep' },
} as const;

export type Metric = keyof typeof metrics;

export interface Measurement {
  readonly metric: Metric;
  readonly value: number;
  readonly attributes?: Attributes;
}

/** Traces and metrics. Nothing of it ever throws, waits for anybody, or changes what it tells of. */
export interface Telemetry {
  /** Runs something in a span of its own, which ends with it. */
  span<T>(start: SpanStart, run: (span: OpenSpan) => Promise<T>): Promise<T>;
  measure(measurement: Measurement): void;
  /** The current span as a W3C `traceparent`, to travel with a message; null outside of any. */
  carrier(): string | null;
}
