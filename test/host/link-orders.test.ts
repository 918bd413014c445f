/** Links after onboarding, through the whole stack: unlinked, restored, replaced, looked at again, given up. */
import { expect, it, onTestFinished } from 'vitest';
import { OTHER_PARTNER_ID, PARTNER_ID, tenantIdOf } from '../support/estate.ts';
import { startOperator, type Operator } from '../support/operator.ts';
import { linkWrites, runStack, type RunningStack, type StackOptions } from '../support/stack.ts';

const ESTATES = 'test/fixtures/estates/links';

async function aRunningEstate(
  name: string,
  options: StackOptions = {},
): Promise<{ running: RunningStack; operator: Operator }> {
  const running = await runStack(`${ESTATES}/${name}.json`, options);
  onTestFinished(() => running.stop());
  await running.settle();
  const operator = await startOperator(running);
  onTestFinished(() => operator.stop());
  return { running, operator };
}

const statesIn = async (running: RunningStack) =>
  (await running.settle()).tenants.map(({ state, reason }) => [state, reason]);
const writesIn = async (running: RunningStack) => linkWrites(await running.azure());

it('unlinks by an operator’s word, keeps it so through a sweep, and links again when restored', async () => {
  const { running, operator } = await aRunningEstate('shared');

  const preview = await operator.changeLink({ verb: 'unlink' });
  const unlinked = await operator.confirm({ verb: 'unlink' });
  const held = await statesIn(running);
  await running.stack.startSweep();
  const swept = await statesIn(running);
  const writesWhileHeld = await writesIn(running);
  const restored = await operator.confirm({ verb: 'restore' });

  expect(preview).toMatchObject({
    kind: 'preview',
    preview: { currentPartnerId: PARTNER_ID, affected: { tenants: 2, scopes: 2 }, mode: 'enforce' },
  });
  expect(unlinked).toMatchObject({ outcome: 'unlinked', by: 'ada@fabrikam' });
  expect(held).toEqual([
    ['unlinked', 'held'],
    ['unlinked', 'held'],
  ]);
  expect(swept).toEqual(held);
  expect(writesWhileHeld).toEqual({ PUT: 1, DELETE: 1 });
  expect(restored).toMatchObject({ outcome: 'linked' });
  expect(await statesIn(running)).toEqual([
    ['earning', null],
    ['earning', null],
  ]);
  expect(await writesIn(running)).toEqual({ PUT: 2, DELETE: 1 });
});

it('replaces another partner’s link by an order, in one step, and never by a relink of a tenant', async () => {
  const { running, operator } = await aRunningEstate('elsewhere', {
    set: { WHEN_LINKED_ELSEWHERE: 'refuse' },
  });

  const asked = await operator.relink({ tenantId: tenantIdOf(1), idempotencyKey: 'again' });
  const causeId = asked.kind === 'accepted' ? asked.causeId : '';
  const refused = await operator.awaitOutcome(tenantIdOf(1), causeId, 20_000);
  const repeated = await operator.relink({ tenantId: tenantIdOf(1), idempotencyKey: 'again' });
  const before = await writesIn(running);
  const replaced = await operator.confirm({ verb: 'relink' });

  expect(refused).toMatchObject({ outcome: 'refused', detail: 'linked-elsewhere' });
  expect(repeated).toMatchObject({ kind: 'accepted', causeId, done: { outcome: 'refused' } });
  expect(before).toEqual({});
  expect(replaced).toMatchObject({ outcome: 'relinked' });
  expect(await writesIn(running)).toEqual({ PATCH: 1 });
  expect((await running.settle()).links).toMatchObject([{ partnerId: PARTNER_ID }]);
});

it('says what it would do in observe mode, and does nothing', async () => {
  const { running, operator } = await aRunningEstate('elsewhere', { mode: 'observe' });

  const rehearsed = await operator.relink({ tenantId: tenantIdOf(1), dryRun: true });
  const unlinked = await operator.confirm({ verb: 'unlink' });

  expect(rehearsed).toMatchObject({
    kind: 'dry-run',
    links: [{ currentPartnerId: OTHER_PARTNER_ID, outcome: 'refused', reason: 'linked-elsewhere' }],
  });
  expect(unlinked).toMatchObject({ outcome: 'would-unlink' });
  expect(await writesIn(running)).toEqual({});
});

const offboarding = (n: number) => ({
  specversion: '1.0',
  type: 'pal.tenant.offboarded.v1',
  source: 'crm',
  id: `offboarding-${n}`,
  time: new Date().toISOString(),
  data: { tenantId: tenantIdOf(n) },
});

it('writes no link when one of two customers that share it is offboarded', async () => {
  const running = await runStack(`${ESTATES}/shared.json`, { set: { UNLINK_ON_OFFBOARD: 'true' } });
  onTestFinished(() => running.stop());
  await running.settle();

  await running.send(offboarding(1));
  const report = await running.settle();

  expect(report.tenants.map(({ state }) => state).sort()).toEqual(['earning', 'offboarded']);
  expect(await writesIn(running)).toEqual({ PUT: 1 });
});

it('removes the link an offboarded customer’s own service principal had, where policy says so', async () => {
  const running = await runStack(`${ESTATES}/own.json`, { set: { UNLINK_ON_OFFBOARD: 'true' } });
  onTestFinished(() => running.stop());
  await running.settle();

  await running.send(offboarding(1));
  const report = await running.settle();

  expect(report.tenants.map(({ state }) => state).sort()).toEqual(['earning', 'offboarded']);
  expect(await writesIn(running)).toEqual({ PUT: 2, DELETE: 1 });
  expect(report.links.map(({ tenantId, partnerId }) => [tenantId, partnerId])).toContainEqual([
    tenantIdOf(1),
    null,
  ]);
});
