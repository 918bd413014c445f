import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOtel, otlpExporters } from '../../src/lib/adapters/telemetry/sdk.ts';
import type { RunningTelemetry } from '../../src/lib/adapters/telemetry/otel.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';

const SENDER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

let receiver: OtlpReceiver;
let telemetry: RunningTelemetry;

const started = async (sampleRatio: number) =>
  makeOtel({
    exporters: [await otlpExporters(receiver.endpoint)],
    sampleRatio,
    serviceName: 'pal-test',
    instanceId: 'one',
    explain: (error) => ({ type: 'denied', message: String(error), failed: true }),
  });

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  telemetry = await started(1);
});

afterEach(async () => {
  await telemetry.stop();
  await receiver.stop();
});

const nothing = () => Promise.resolve();

it('nests spans by where they run, however many run at once', async () => {
  await Promise.all(
    ['a', 'b'].map((name) =>
      telemetry.span({ name }, async () => {
        await new Promise((soon) => setTimeout(soon, 5));
        await telemetry.span({ name: `in ${name}`, kind: 'client' }, nothing);
      }),
    ),
  );
  await telemetry.stop();

  const named = (name: string) => receiver.spans.find((span) => span.name === name);
  expect(named('in a')).toMatchObject({ parentSpanId: named('a')?.spanId, kind: 'client' });
  expect(named('in b')).toMatchObject({ parentSpanId: named('b')?.spanId });
  expect(named('a')?.traceId).not.toBe(named('b')?.traceId);
});

it('continues a span of another process, also one whose host samples for itself', async () => {
  await telemetry.span({ name: 'a', continues: SENDER }, nothing);
  await telemetry.stop();

  expect(receiver.spans).toMatchObject([
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: '00f067aa0ba902b7' },
  ]);
});

it('begins a trace of its own where it only follows from another', async () => {
  await telemetry.span({ name: 'a', followsFrom: SENDER }, nothing);
  await telemetry.stop();

  expect(receiver.spans).toMatchObject([
    {
      parentSpanId: null,
      links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }],
    },
  ]);
});

it.each(['', 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `${SENDER}-more`])(
  'takes “%s” for no trace',
  async (continues) => {
    await telemetry.span({ name: 'a', continues }, nothing);
    await telemetry.stop();

    expect(receiver.spans).toMatchObject([{ parentSpanId: null }]);
  },
);

it('hands its place on as a traceparent, which another process continues', async () => {
  expect(telemetry.carrier()).toBeNull();
  const carrier = await telemetry.span({ name: 'a' }, () => Promise.resolve(telemetry.carrier()));
  await telemetry.span({ name: 'b', continues: carrier }, nothing);
  await telemetry.stop();

  const [a, b] = receiver.spans;
  expect(carrier).toBe(`00-${a?.traceId}-${a?.spanId}-01`);
  expect(b).toMatchObject({ traceId: a?.traceId, parentSpanId: a?.spanId });
});

it('tells of what failed, and lets it pass', async () => {
  const failing = telemetry.span({ name: 'a' }, () => Promise.reject(new Error('no')));

  await expect(failing).rejects.toThrow('no');
  await telemetry.stop();
  expect(receiver.spans).toMatchObject([{ failed: true, attributes: { 'error.type': 'denied' } }]);
});

it('keeps the share of traces it is told to, and the whole of none', async () => {
  await telemetry.stop();
  telemetry = await started(0);

  const result = await telemetry.span({ name: 'a' }, () => Promise.resolve('done'));
  await telemetry.stop();

  expect(result).toBe('done');
  expect(receiver.spans).toEqual([]);
});

it('sends numbers: sums of counters, the last of a gauge, how often of a histogram', async () => {
  telemetry.measure({ metric: 'pal.failures', value: 1, attributes: { kind: 'denied' } });
  telemetry.measure({ metric: 'pal.failures', value: 2, attributes: { kind: 'denied' } });
  telemetry.measure({ metric: 'pal.gaps.open', value: 5 });
  telemetry.measure({ metric: 'pal.gaps.open', value: 3 });
  telemetry.measure({ metric: 'pal.sweep.duration', value: 12 });
  await telemetry.stop();

  expect(receiver.points()).toEqual(
    expect.arrayContaining([
      { metric: 'pal.failures', attributes: { kind: 'denied' }, value: 3 },
      { metric: 'pal.gaps.open', attributes: {}, value: 3 },
      { metric: 'pal.sweep.duration', attributes: {}, value: 1 },
    ]),
  );
});

it('does not hold up the end of a worker when nobody takes what it sends', async () => {
  const unheard = makeOtel({
    exporters: [await otlpExporters('http://127.0.0.1:9')],
    sampleRatio: 1,
    serviceName: 'pal-test',
    instanceId: 'one',
    explain: () => ({ type: 'x', message: '', failed: true }),
  });
  await unheard.span({ name: 'a' }, nothing);

  const from = performance.now();
  await unheard.stop();

  expect(performance.now() - from).toBeLessThan(5_000);
});
