/** How messages are delivered, through the whole stack: again, many at once, broken, and to a host that is killed. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AzureReport } from '../../local/stack.ts';
import { aCustomer, anEstate, MANAGING_TENANT, tenantIdOf } from '../support/estate.ts';
import {
  linkWrites,
  runStack,
  settleEstate,
  temporaryDirectory,
  type StackReport,
} from '../support/stack.ts';

const event = (n: number, id: string) => ({
  specversion: '1.0',
  type: 'pal.tenant.onboarded.v1',
  source: 'crm',
  id,
  time: '2026-11-22T10:00:00Z',
  data: { tenantId: tenantIdOf(n).toUpperCase(), displayName: `Customer ${n}`, unknownField: true },
});

describe('what comes over the onboarding queue', () => {
  const [REPEATED, BUSY, AFTER_TROUBLE] = [1, 2, 3];
  const repeated = event(REPEATED, '42');
  const events = [
    ...[repeated, repeated, repeated, repeated, repeated],
    `\ufeff${JSON.stringify(event(REPEATED, '43'))}`,
    ...Array.from({ length: 40 }, (_, n) => ({ tenantId: tenantIdOf(BUSY), tags: { wave: String(n) } })),
    '',
    'not json',
    'null',
    { displayName: 'Nobody' },
    { tenantId: 'abc' },
    { tenantId: MANAGING_TENANT },
    { ...event(AFTER_TROUBLE, '44'), type: 'pal.tenant.renamed.v1' },
    'x'.repeat(250_000),
    event(AFTER_TROUBLE, '45'),
  ];

  let report: StackReport;
  let azure: AzureReport;

  beforeAll(async () => {
    const customers = [REPEATED, BUSY, AFTER_TROUBLE].map((n) => aCustomer(n, { onboard: false }));
    ({ report, azure } = await settleEstate(anEstate(customers, { events })));
  }, 90_000);

  const tenantOf = (n: number) => report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(n));

  it('makes one change when it comes five times, with a byte order mark or in capitals', () => {
    expect(tenantOf(REPEATED)).toMatchObject({ state: 'earning', changes: 1 });
    expect(report.tenants).toHaveLength(3);
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
  });

  it('makes one change when it is many different events about one customer at once', () => {
    expect(tenantOf(BUSY)).toMatchObject({ state: 'earning', changes: 1, failure: null });
  });

  it('is parked with a reason when it cannot be processed, and nothing else is; what comes next is processed', () => {
    expect(report.parked.map(({ reason }) => reason).sort()).toEqual(
      [
        'The message body is empty; an onboarding event is a JSON object.',
        'The message body is not valid JSON in UTF-8.',
        'The message body is JSON, but not an object.',
        'The onboarding data is not as agreed: tenantId is missing or of the wrong type.',
        'The onboarding data is not as agreed: tenantId must be a GUID (8-4-4-4-12 hex digits).',
        'The tenant id is the managing tenant’s own; only customers’ tenants can be onboarded.',
        'The event type “pal.tenant.renamed.v1” is not one of pal.tenant.onboarded.v1, pal.tenant.changed.v1, pal.tenant.offboarded.v1.',
        'The message body has 250000 bytes; an onboarding event has at most 204800.',
      ].sort(),
    );
    expect(tenantOf(AFTER_TROUBLE)).toMatchObject({ state: 'earning', changes: 1 });
  });
});

it('ends right after the host is killed in the middle: one write, one change each', async () => {
  const dataDir = temporaryDirectory();
  const first = await runStack(anEstate(200), { dataDir });
  await sleep(700);
  process.kill(first.pids.get('host') ?? 0, 'SIGKILL');
  expect(await first.stack.broken).toContain('host');
  await first.stop();

  const second = await runStack(anEstate(200), { dataDir });
  const report = await second.settle();
  const azure = await second.azure();
  await second.stop();
  rmSync(dataDir, { recursive: true });

  expect(report.tenants.map(({ state, changes }) => [state, changes])).toEqual(
    Array.from({ length: 200 }, () => ['earning', 1]),
  );
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(report.parked).toEqual([]);
});
