/** What arrives at Azure Monitor: the workbook asks for it by these names. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { createHttpHeaders, createPipelineRequest, type HttpClient } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCertificates } from '../../local/azure/certificates.ts';
import { azureMonitorExporters, makeOtel } from '../../src/lib/adapters/telemetry/sdk.ts';
import { makeTracedArm } from '../../src/lib/adapters/telemetry/traced-http.ts';

interface Envelope {
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

const envelopes: Envelope[] = [];
const before = getCACertificates('default');
let folder: string;
let server: Server;

/** The ingestion endpoint: takes everything. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'azure-monitor-'));
  const { key, cert, caFile } = await loadCertificates(folder);
  setDefaultCACertificates([...before, readFileSync(caFile, 'utf8')]);
  server = createServer({ key, cert }, (request, response) => {
    void buffer(request).then((body) => {
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const items = JSON.parse(text.toString()) as Envelope[];
      envelopes.push(...items);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ itemsReceived: items.length, itemsAccepted: items.length, errors: [] }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // The exporter would report on its own health to Microsoft.
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] = 'true';
});

afterAll(() => {
  delete process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'];
  setDefaultCACertificates(before);
  server.close();
  rmSync(folder, { recursive: true });
});

it('a call of Azure is a dependency on its host, and a number is a metric with its dimensions', async () => {
  const endpoint = `https://localhost:${String((server.address() as AddressInfo).port)}/`;
  const telemetry = makeOtel({
    exporters: [
      await azureMonitorExporters(
        `InstrumentationKey=0b0b0b0b-0000-4000-8000-000000000001;IngestionEndpoint=${endpoint}`,
        null,
      ),
    ],
    sampleRatio: 1,
    serviceName: 'pal-test',
    instanceId: 'one',
    explain: (error) => ({ type: 'denied', message: String(error), failed: true }),
  });
  const azure: HttpClient = {
    sendRequest: (request) => Promise.resolve({ request, status: 200, headers: createHttpHeaders() }),
  };

  await makeTracedArm(azure, telemetry).sendRequest(
    createPipelineRequest({ url: 'https://management.azure.com/subscriptions?api-version=2022-12-01' }),
  );
  await telemetry.stop();

  const sent = (baseType: string) =>
    envelopes.map(({ data }) => data).filter((data) => data.baseType === baseType);
  expect(sent('RemoteDependencyData').map(({ baseData }) => baseData)).toMatchObject([
    { name: 'GET /subscriptions', target: 'management.azure.com', resultCode: '200', success: true },
  ]);
  expect(sent('MetricData').flatMap(({ baseData }) => baseData['metrics'])).toContainEqual(
    expect.objectContaining({ name: 'pal.arm.calls', value: 1 }),
  );
});
