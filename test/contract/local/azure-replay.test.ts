/** The simulator against every recorded exchange with Microsoft.ManagementPartner. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { LinkRecord } from '../../../local/azure/partner-links.ts';
import { anEstate, startTestAzure, type EstateInput } from '../../support/azure.ts';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly when: string;
}

const exchanges = JSON.parse(
  readFileSync(new URL('../../fixtures/traffic/managementpartner.exchanges.json', import.meta.url), 'utf8'),
) as readonly Exchange[];

const microsoftTest = '1b1121dd-6900-412a-af73-e8d44f81e1c1';
const dotnet = { tenantId: microsoftTest, objectId: '2119ba66-2042-49a1-bc31-940691d21bf4' };
const cli = { tenantId: microsoftTest, objectId: 'aa67f786-0552-423e-8849-244ed12bf581' };
const python = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  objectId: '975f2961-f780-4375-b6c8-ce0b9d116792',
};
const powershell = {
  tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47',
  objectId: 'ac9a0626-3ff0-46e2-9974-bbfba246f6dc',
};
const dotnetCreated = '2018-01-20T05:36:32.6851653Z';

const appId = (n: number) => `cccccccc-0000-4000-8000-00000000000${n}`;
const partnerIds = [
  { id: '123456' },
  { id: '123457' },
  { id: '5127255', name: 'Test_Test_DhirajTesting' },
  { id: '5127254', name: 'Test_Test_DhirajTesting' },
];
const estate: EstateInput = anEstate({
  managingTenant: { tenantId: microsoftTest },
  partnerIds,
  principals: [
    { name: 'dotnet', objectId: dotnet.objectId, applicationId: appId(1) },
    { name: 'cli', objectId: cli.objectId, applicationId: appId(2) },
  ],
  customers: [
    { tenantId: python.tenantId, servicePrincipal: { principal: 'dotnet', objectId: python.objectId } },
    {
      tenantId: powershell.tenantId,
      servicePrincipal: { principal: 'dotnet', objectId: powershell.objectId },
    },
  ],
});

const record = (who: typeof dotnet, version: number, partnerId: string, rest: Partial<LinkRecord> = {}) => ({
  ...who,
  partnerId,
  version,
  updatedTime: '2018-01-01T00:00:00Z',
  createdTime: '2018-01-01T00:00:00Z',
  state: 'Deleted' as const,
  ...rest,
});

/** Sends recorded requests as one identity, at the recorded times, and returns what came back beside the recording. */
async function replay(
  recorded: readonly Exchange[],
  options: { readonly links: readonly LinkRecord[]; readonly principal: string; readonly tenant: string },
  replayEstate = estate,
) {
  let time = '';
  const azure = await startTestAzure(replayEstate, { links: options.links, timestamp: () => time });
  const token = await azure.token(options);
  const pairs = [];
  for (const exchange of recorded) {
    time = /"updatedTime":"([^"]+)"/.exec(exchange.body)?.[1] ?? exchange.when;
    pairs.push({ exchange, answer: await azure.send(exchange.method, exchange.path, { token }) });
  }
  return pairs;
}

const outcome = (one: { readonly status: number; readonly text?: string; readonly body?: string }) => ({
  status: one.status,
  body: one.text ?? one.body,
});

it.each([
  {
    whose: '.NET identity in February 2018',
    part: [5, 10],
    links: [record(dotnet, 50, '123457', { createdTime: dotnetCreated })],
    as: { principal: 'dotnet', tenant: microsoftTest },
  },
  {
    whose: 'Python service principal in 2018',
    part: [4, 5],
    links: [
      record(python, 5, '123456', {
        state: 'Active',
        updatedTime: '2018-02-02T23:20:02.1989414Z',
        createdTime: '2018-02-02T23:06:21.0990825Z',
      }),
    ],
    as: { principal: 'dotnet', tenant: python.tenantId },
  },
  {
    whose: 'CLI user in 2018',
    part: [10, 20],
    links: [record(cli, 56, '123456', { createdTime: '2018-01-20T01:23:40.5280496Z' })],
    as: { principal: 'cli', tenant: microsoftTest },
  },
  {
    whose: 'PowerShell user in 2018',
    part: [20, 30],
    links: [record(powershell, 13, '5127255', { createdTime: '2018-02-21T20:07:21.1341292Z' })],
    as: { principal: 'dotnet', tenant: powershell.tenantId },
  },
])('answers the $whose byte for byte as recorded', async ({ part, links, as }) => {
  const recorded = exchanges.slice(...part);

  const pairs = await replay(recorded, { ...as, links });

  expect(pairs.map(({ answer }) => outcome(answer))).toEqual(pairs.map(({ exchange }) => outcome(exchange)));
  const lengths = pairs.filter(({ exchange }) => exchange.headers['content-length'] !== undefined);
  expect(lengths.map(({ answer }) => answer.headers['content-length'])).toEqual(
    lengths.map(({ exchange }) => exchange.headers['content-length']),
  );
  expect(pairs.map(({ answer }) => answer.headers['content-type'])).toEqual(
    pairs.map(({ exchange }) => exchange.headers['content-type']),
  );
});

it('answers the .NET identity in January 2018 as recorded, but for the later etag and plural type', async () => {
  const recorded = exchanges.slice(0, 4).map((one) => ({
    ...one,
    // The address of the SUSPECT recording was edited; its answer tells what was sent.
    path: one.method === 'PUT' ? one.path.replace('123456', '123457') : one.path,
  }));
  const links = [
    record(dotnet, 13, '123457', {
      state: 'Active',
      updatedTime: '2018-01-20T06:10:05.2247796Z',
      createdTime: dotnetCreated,
    }),
  ];

  const pairs = await replay(recorded, { principal: 'dotnet', tenant: microsoftTest, links });

  for (const { exchange, answer } of pairs) {
    const text = answer.text.replace(/"etag":\d+,/, '').replace('/partners"', '/partner"');
    expect({ status: answer.status, text }).toEqual({ status: exchange.status, text: exchange.body });
  }
});

it('answers the unlinked principal of 2021 byte for byte as recorded', async () => {
  const recorded = exchanges.slice(30);
  const without = { ...estate, partnerIds: partnerIds.slice(2) };

  const pairs = await replay(recorded, { principal: 'dotnet', tenant: microsoftTest, links: [] }, without);

  expect(pairs.map(({ answer }) => outcome(answer))).toEqual(pairs.map(({ exchange }) => outcome(exchange)));
  expect(pairs.map(({ answer }) => [answer.status, answer.text.length])).toEqual([
    [400, 143],
    [200, 0],
    [404, 231],
    [404, 231],
  ]);
  for (const { exchange, answer } of pairs) {
    const ofTheService = /^(ms-cv|request-id|x-gsm|x-ms-rate|cache-control|expires|pragma|strict|x-content)/;
    const names = Object.keys(exchange.headers).filter((name) => ofTheService.test(name));
    expect(Object.keys(answer.headers)).toEqual(expect.arrayContaining(names));
  }
});
