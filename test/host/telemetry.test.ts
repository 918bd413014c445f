import { isDeepStrictEqual } from 'node:util';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCustomer, anEstate, tenantIdOf } from '../support/estate.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { runStack } from '../support/stack.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SENDER = '00f067aa0ba902b7';
const NAME = 'Confidential Customer Ltd';

let receiver: OtlpReceiver;
let spans: readonly ReceivedSpan[];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const estate = anEstate([aCustomer(1, { displayName: NAME, onboard: false })]);
  const stack = await runStack(estate, {
    set: { TELEMETRY: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
  });
  try {
    await onboard(stack.stack.addresses['serviceBus'] ?? '');
    const { tenants } = await stack.settle();
    expect(tenants.map(({ state }) => state)).toEqual(['earning']);
    await fetch(`${stack.stack.addresses['http'] ?? ''}/health/live`, {
      headers: { traceparent: `00-${TRACE}-${SENDER}-01` },
    });
  } finally {
    await stack.stop();
  }
  spans = receiver.spans;
}, 90_000);

afterAll(() => receiver.stop());

async function onboard(connectionString: string): Promise<void> {
  const client = new ServiceBusClient(connectionString);
  await client.createSender('onboarding').sendMessages({
    body: Buffer.from(JSON.stringify({ tenantId: tenantIdOf(1), displayName: NAME })),
    applicationProperties: { traceparent: `00-${TRACE}-${SENDER}-01` },
  });
  await client.close();
}

/** The names of a span and of all it runs in, the outermost first. */
function pathOf(span: ReceivedSpan): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? `${pathOf(parent)} > ${span.name}` : span.name;
}

function only(name: string, attributes: Record<string, unknown> = {}): ReceivedSpan {
  const found = spans.filter(
    (span) =>
      span.name === name &&
      Object.entries(attributes).every(([key, value]) => span.attributes[key] === value),
  );
  if (found[0] && found.length === 1) return found[0];
  throw new Error(`${found.length} spans ${name}: ${[...new Set(spans.map(pathOf))].sort().join('\n')}`);
}

describe('an onboarding, told as spans', () => {
  it('is one trace from the sender’s span to the last write', () => {
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    expect(only('on-onboarding-event').parentSpanId).toBe(SENDER);
  });

  it('goes from the event to the pass through the queue', () => {
    expect(pathOf(only('pass tenant'))).toBe(
      'on-onboarding-event > send reconcile > reconcile > pass tenant',
    );
    expect(pathOf(only('pass link'))).toBe(
      `${pathOf(only('pass tenant'))} > send reconcile > reconcile > pass link`,
    );
  });

  it('tells of each pass whom it looked at, why, and what it came to', () => {
    expect(only('pass tenant').attributes).toEqual({
      'pal.subject': 'tenant',
      'pal.subject.id': tenantIdOf(1),
      'pal.cause': 'event',
      'pal.hop': 0,
      'pal.attempt': 0,
      'pal.outcome': 'assessed',
    });
    expect(only('pass link').attributes).toMatchObject({ 'pal.subject': 'link', 'pal.outcome': 'linked' });
  });

  it('has every call of ARM in the pass that made it', () => {
    const link = pathOf(only('pass link'));
    const tenant = pathOf(only('pass tenant'));
    const calls = spans.filter(({ attributes }) => 'pal.arm.bucket' in attributes);

    expect(calls.map(pathOf).sort()).toEqual(
      [
        `${tenant} > GET /subscriptions/{…}/providers/Microsoft.ManagedServices/registrationAssignments`,
        `${tenant} > POST /providers/Microsoft.ResourceGraph/resources`,
        // Read, written, read back.
        `${link} > GET /providers/Microsoft.ManagementPartner/partners`,
        `${link} > PUT /providers/Microsoft.ManagementPartner/partners/{…}`,
        `${link} > GET /providers/Microsoft.ManagementPartner/partners`,
      ].sort(),
    );
    expect(only('PUT /providers/Microsoft.ManagementPartner/partners/{…}')).toMatchObject({
      kind: 'client',
      attributes: {
        'http.request.method': 'PUT',
        'http.response.status_code': 200,
        'pal.arm.bucket': 'writes',
        'azure.service.request.id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    });
  });

  it('has the tokens that were asked for, and the commits to the ledger', () => {
    expect(spans.filter(({ name }) => name === 'token request').map(pathOf)).toContain(
      `${pathOf(only('pass link'))} > token request`,
    );
    expect(pathOf(only('transact Ledger'))).toBe(`${pathOf(only('pass tenant'))} > transact Ledger`);
    expect(pathOf(only('transact Links'))).toBe(`${pathOf(only('pass link'))} > transact Links`);
  });

  it('has nothing that failed', () => {
    expect(spans.filter(({ failed }) => failed).map(pathOf)).toEqual([]);
  });

  it('honours the caller’s trace at the HTTP API', () => {
    expect(only('api-health-live')).toMatchObject({
      traceId: TRACE,
      parentSpanId: SENDER,
      attributes: { 'http.response.status_code': 200 },
    });
  });
});

describe('an onboarding, told in numbers', () => {
  const value = (metric: string, attributes: Record<string, unknown>) =>
    receiver
      .points()
      .find((point) => point.metric === metric && isDeepStrictEqual(point.attributes, attributes))?.value;

  it('counts passes by outcome and calls of ARM by their answer', () => {
    expect(value('pal.passes', { subject: 'tenant', outcome: 'assessed' })).toBe(1);
    expect(value('pal.passes', { subject: 'link', outcome: 'linked' })).toBe(1);
    expect(value('pal.pass.duration', { subject: 'link' })).toBe(1);
    expect(value('pal.arm.calls', { method: 'PUT', bucket: 'writes', status: '200' })).toBe(1);
    expect(value('pal.arm.calls', { method: 'POST', bucket: 'graph', status: '200' })).toBe(1);
  });
});

it('holds no customer’s name, no token and no body', () => {
  const sent = receiver.bodies.join('\n');

  expect(sent).toContain(tenantIdOf(1));
  expect(sent).not.toContain(NAME);
  expect(sent).not.toMatch(/eyJ[A-Za-z0-9_-]{10}|Bearer |registrationDefinition"/);
});
