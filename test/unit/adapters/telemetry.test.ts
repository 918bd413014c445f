import { createHttpHeaders, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { makeTracedQueues } from '../../../src/lib/adapters/bus/traced-queues.ts';
import type { StoredRow, Table } from '../../../src/lib/adapters/tables/table.ts';
import { makeTracedTable } from '../../../src/lib/adapters/tables/traced-table.ts';
import { makeMeasuredLog, measurementsOf } from '../../../src/lib/adapters/telemetry/measured-log.ts';
import { makeTracedArm, pathTemplate } from '../../../src/lib/adapters/telemetry/traced-http.ts';
import { makeTracedPass, traceInvocation } from '../../../src/lib/adapters/telemetry/traced-work.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { OutgoingMessage } from '../../../src/lib/domain/ports.ts';
import type { ReconcileRequest } from '../../../src/lib/domain/request.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { collect } from '../../support/collect.ts';
import { keptTelemetry } from '../../support/telemetry.ts';

const NOW = new Date('2026-03-10T12:00:00.000Z');

describe('a path of ARM', () => {
  it.each([
    ['/providers/Microsoft.ManagementPartner/partners', '/providers/Microsoft.ManagementPartner/partners'],
    [
      '/providers/Microsoft.ManagementPartner/partners/4681234',
      '/providers/Microsoft.ManagementPartner/partners/{…}',
    ],
    ['/subscriptions', '/subscriptions'],
    ['/subscriptions/c0ffee/resourceGroups/rg-contoso', '/subscriptions/{…}/resourceGroups/{…}'],
    [
      '/subscriptions/c0ffee/resourceGroups/rg-contoso/providers/Microsoft.Authorization/roleAssignments/x',
      '/subscriptions/{…}/resourceGroups/{…}/providers/Microsoft.Authorization/roleAssignments/{…}',
    ],
  ])('%s is told as %s', (path, template) => {
    expect(pathTemplate(path)).toBe(template);
  });
});

describe('a call of ARM', () => {
  const answering = (status: number): HttpClient => ({
    sendRequest: (request) =>
      Promise.resolve({ request, status, headers: createHttpHeaders({ 'x-ms-request-id': 'r-1' }) }),
  });
  const call = {
    url: 'https://management.azure.com/subscriptions/c0ffee?api-version=1',
    method: 'GET',
  } as const;

  it('is a span and is counted, by what has few values', async () => {
    const telemetry = keptTelemetry();

    await makeTracedArm(answering(200), telemetry).sendRequest(createPipelineRequest(call));

    expect(telemetry.spans).toMatchObject([
      {
        name: 'GET /subscriptions/{…}',
        kind: 'client',
        set: { 'http.response.status_code': 200, 'azure.service.request.id': 'r-1' },
        failed: null,
      },
    ]);
    expect(telemetry.measurements).toEqual([
      { metric: 'pal.arm.calls', value: 1, attributes: { method: 'GET', bucket: 'reads', status: '200' } },
    ]);
  });

  it('that is throttled is counted as that too', async () => {
    const telemetry = keptTelemetry();

    await makeTracedArm(answering(429), telemetry).sendRequest(createPipelineRequest(call));

    expect(telemetry.spans).toMatchObject([{ failed: '429' }]);
    expect(telemetry.measurements.map(({ metric }) => metric)).toEqual([
      'pal.arm.calls',
      'pal.arm.throttles',
    ]);
  });

  it('that finds nothing has not failed', async () => {
    const telemetry = keptTelemetry();

    await makeTracedArm(answering(404), telemetry).sendRequest(createPipelineRequest(call));

    expect(telemetry.spans).toMatchObject([{ failed: null, set: { 'http.response.status_code': 404 } }]);
  });

  it('that got no answer is counted, and what went wrong goes on', async () => {
    const telemetry = keptTelemetry();
    const http: HttpClient = { sendRequest: () => Promise.reject(new Error('reset')) };

    const sent = makeTracedArm(http, telemetry).sendRequest(
      createPipelineRequest({ ...call, method: 'POST' }),
    );

    await expect(sent).rejects.toThrow('reset');
    expect(telemetry.measurements).toEqual([
      { metric: 'pal.arm.calls', value: 1, attributes: { method: 'POST', bucket: 'writes', status: 'none' } },
    ]);
  });
});

describe('a message', () => {
  const sent = async (message: Partial<OutgoingMessage>) => {
    const telemetry = keptTelemetry();
    const messages: OutgoingMessage[] = [];
    const queues = makeTracedQueues(
      {
        reach: () => Promise.resolve(),
        send: (_, outgoing) => {
          messages.push(outgoing);
          return Promise.resolve();
        },
      },
      telemetry,
      () => NOW,
    );
    await queues.send('reconcile', { messageId: 'm', body: new Uint8Array(), ...message });
    return { properties: messages[0]?.properties, span: telemetry.spans[0]?.id };
  };

  it('carries the trace it is sent in, beside its own properties', async () => {
    const { properties, span } = await sent({ properties: { reason: 'r' } });

    expect(properties).toEqual({ reason: 'r', traceparent: span });
  });

  it('that is due within a quarter of an hour carries it as well', async () => {
    const { properties, span } = await sent({ at: new Date('2026-03-10T12:15:00.000Z') });

    expect(properties).toEqual({ traceparent: span });
  });

  it('that is due later only names the span it follows from', async () => {
    const { properties, span } = await sent({ at: new Date('2026-03-10T12:15:00.001Z') });

    expect(properties).toEqual({ followsfrom: span });
  });
});

describe('a table', () => {
  const rows = async function* (count: number, error?: Error) {
    for (let n = 0; n < count; n++) yield await Promise.resolve({ rowKey: String(n) } as StoredRow);
    if (error) throw error;
  };
  const traced = (list: Table['list']) => {
    const telemetry = keptTelemetry();
    return { table: makeTracedTable({ list } as Table, 'Ledger', telemetry), telemetry };
  };

  it('is listed in one span, open until the last row', async () => {
    const { table, telemetry } = traced(() => rows(2));
    const ended: boolean[] = [];

    for await (const _ of table.list('')) ended.push(telemetry.spans[0]?.ended ?? true);

    expect(ended).toEqual([false, false]);
    expect(telemetry.spans).toMatchObject([{ name: 'list Ledger', ended: true, failed: null }]);
  });

  it('ends its span when nobody reads on', async () => {
    const { table, telemetry } = traced(() => rows(2));

    for await (const _ of table.list('')) break;

    expect(telemetry.spans).toMatchObject([{ ended: true, failed: null }]);
  });

  it('passes on what went wrong in the middle of a list', async () => {
    const { table, telemetry } = traced(() => rows(1, new Error('lost')));

    await expect(collect(table.list(''))).rejects.toThrow('lost');
    expect(telemetry.spans).toMatchObject([{ ended: true, failed: 'lost' }]);
  });
});

describe('an invocation', () => {
  const HOST = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0000000000000001-01';
  const MESSAGE = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0000000000000002-01';
  const OTHER = '00-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-0000000000000003-01';

  it.each([
    ['the host’s span, where nothing else is known', HOST, null, HOST],
    ['the message, where the host has no span', null, MESSAGE, MESSAGE],
    ['the host’s span, where it follows the message', HOST, MESSAGE, HOST],
    ['the message, where the host began a trace of its own', OTHER, MESSAGE, MESSAGE],
    ['nothing, where nothing is known', null, null, null],
  ])('continues %s', async (_, host, continues, expected) => {
    const telemetry = keptTelemetry();

    await traceInvocation(telemetry, { name: 'f', id: 'i', host, continues, followsFrom: null }, () =>
      Promise.resolve(),
    );

    expect(telemetry.spans).toMatchObject([{ name: 'f', continues: expected }]);
  });

  it('of the API that comes to a 500 has failed, though nothing was thrown', async () => {
    const telemetry = keptTelemetry();
    const invocation = { name: 'f', id: 'i', host: null, continues: null, followsFrom: null };

    const answer = await traceInvocation(telemetry, invocation, () => Promise.resolve({ status: 500 }));

    expect(answer).toEqual({ status: 500 });
    expect(telemetry.spans).toMatchObject([{ failed: '500' }]);
  });
});

describe('a pass', () => {
  it('that throws comes to the outcome failed', async () => {
    const telemetry = keptTelemetry();
    const pass = makeTracedPass(() => Promise.reject(new Failure('denied', 'No.')), telemetry);
    const request = { subject: 'tenant', id: 't', cause: { kind: 'event' }, hop: 2, attempt: 1 };

    await expect(pass(request as ReconcileRequest)).rejects.toThrow('No.');

    expect(telemetry.spans).toMatchObject([
      {
        name: 'pass tenant',
        attributes: { 'pal.hop': 2, 'pal.attempt': 1 },
        set: { 'pal.outcome': 'failed' },
      },
    ]);
  });
});

describe('what the log tells', () => {
  it('is measured and still told', () => {
    const telemetry = keptTelemetry();
    const log = makeFakeLog();

    makeMeasuredLog(log, telemetry).warn('message.kept', { queue: 'onboarding', messageId: 'm' });

    expect(log.entries).toMatchObject([{ event: 'message.kept', fields: { messageId: 'm' } }]);
    expect(telemetry.measurements).toEqual([
      { metric: 'pal.messages.parked', value: 1, attributes: { queue: 'onboarding' } },
    ]);
  });

  it('counts a failed pass by its outcome and by its kind, and how long it took', () => {
    const fields = { subject: 'tenant', outcome: 'failed', failureKind: 'denied', durationMs: 250, id: 't' };

    expect(measurementsOf('pass.finished', fields)).toEqual([
      { metric: 'pal.passes', value: 1, attributes: { subject: 'tenant', outcome: 'failed' } },
      { metric: 'pal.pass.duration', value: 0.25, attributes: { subject: 'tenant' } },
      { metric: 'pal.failures', value: 1, attributes: { subject: 'tenant', kind: 'denied' } },
    ]);
  });

  it('at the end of a sweep is its duration, open gaps, and tenants by state, none of a state among them', () => {
    const measured = measurementsOf('sweep.finished', { durationMs: 90_000, openGaps: 7, earning: 3 });

    expect(measured).toContainEqual({ metric: 'pal.sweep.duration', value: 90 });
    expect(measured).toContainEqual({ metric: 'pal.gaps.open', value: 7, attributes: {} });
    expect(measured).toContainEqual({ metric: 'pal.tenants', value: 3, attributes: { state: 'earning' } });
    expect(measured).toContainEqual({ metric: 'pal.tenants', value: 0, attributes: { state: 'unlinked' } });
  });

  it('is not measured where it is no number', () => {
    expect(measurementsOf('event.accepted', { tenantId: 't' })).toEqual([]);
  });
});
