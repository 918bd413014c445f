import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { aCustomer, anEstate, MANAGING_TENANT, tenantIdOf } from '../support/estate.ts';
import { linkWrites, runStack, settleEstate, temporaryDirectory } from '../support/stack.ts';

const event = {
  specversion: '1.0',
  type: 'pal.tenant.onboarded.v1',
  source: 'crm',
  id: '42',
  time: '2026-11-22T10:00:00Z',
  data: { tenantId: tenantIdOf(1).toUpperCase(), displayName: 'Customer 1', unknownField: true },
};

it('makes one change of the same event delivered five times, and takes a byte order mark and capitals', async () => {
  const customers = [aCustomer(1, { onboard: false })];
  const events = [event, event, event, event, event, `\ufeff${JSON.stringify({ ...event, id: '43' })}`];

  const { report, azure } = await settleEstate(anEstate(customers, { events }));

  expect(report.tenants).toMatchObject([{ tenantId: tenantIdOf(1), state: 'earning', changes: 1 }]);
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
});

it('parks nothing when many different events about one customer come at once', async () => {
  const events = Array.from({ length: 40 }, (_, n) => ({
    tenantId: tenantIdOf(1),
    tags: { wave: String(n) },
  }));

  const { report } = await settleEstate(anEstate([aCustomer(1, { onboard: false })], { events }));

  expect(report.parked).toEqual([]);
  expect(report.tenants).toMatchObject([{ state: 'earning', changes: 1, failure: null }]);
});

it('parks what it cannot process, each with a reason, and goes on with the next message', async () => {
  const events = [
    '',
    'not json',
    'null',
    { displayName: 'Nobody' },
    { tenantId: 'abc' },
    { tenantId: MANAGING_TENANT },
    { ...event, type: 'pal.tenant.renamed.v1' },
    'x'.repeat(250_000),
    event,
  ];

  const { report } = await settleEstate(anEstate([aCustomer(1, { onboard: false })], { events }));

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
  expect(report.tenants).toMatchObject([{ state: 'earning' }]);
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
