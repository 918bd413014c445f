/** Links after onboarding, through the whole stack: unlinked, restored, replaced, looked at again, given up. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { OTHER_PARTNER_ID, PARTNER_ID, tenantIdOf } from '../support/estate.ts';
import {
  answerTo,
  runEstate,
  statesAnswered,
  statesAtTheEnd,
  type EstateRun,
} from '../support/estate-run.ts';
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

const writesIn = async (running: RunningStack) => linkWrites(await running.azure());

describe('an estate in which links are ordered and given up', () => {
  let run: EstateRun;

  beforeAll(async () => {
    run = await runEstate('links/orders');
  }, 90_000);

  const SHARED = ['Rests on the shared link', 'Rests on the shared link too'] as const;
  const sharedAt = (step: number) => SHARED.map((name) => statesAnswered(run, step)[name]);

  it('writes no link when one of three customers that share it is offboarded', () => {
    const links = answerTo(run, 1).body as { items: { tenantId: string; partnerId: string | null }[] };

    expect(statesAnswered(run, 2)['Offboarded, delegated still']).toEqual(['offboarded', null]);
    expect(links.items.map((link) => [link.tenantId.slice(0, 8), link.partnerId])).toContainEqual([
      'aaaaaaaa',
      PARTNER_ID,
    ]);
  });

  it('says of a customer that is offboarded and delegated that it is so, and has it no more', () => {
    expect(statesAtTheEnd(run)['Offboarded, delegated still']).toEqual(['offboarded', 'still-delegated']);
    expect(run.report.sweep?.tenants).toMatchObject({ closedButDelegated: 1, closed: 1, adopted: 0 });
  });

  it('removes the link an offboarded customer’s own service principal had, where policy says so', () => {
    const own = run.report.links.filter(({ tenantId }) => /^[45]{8}-/.test(tenantId));

    expect(statesAtTheEnd(run)).toMatchObject({
      'Offboarded, with a link of its own': ['offboarded', null],
      'With a link of its own': ['earning', null],
    });
    expect(own.map(({ partnerId }) => partnerId)).toEqual([null, PARTNER_ID]);
  });

  it('shows what rests on a link before it is unlinked, and refuses an order about another one', () => {
    expect(answerTo(run, 1, 1).body).toMatchObject({
      kind: 'preview',
      preview: { currentPartnerId: PARTNER_ID, affected: { tenants: 2, scopes: 2 }, mode: 'enforce' },
    });
    expect(answerTo(run, 1, 2)).toMatchObject({ status: 409 });
    expect(answerTo(run, 1, 3)).toMatchObject({ status: 202 });
  });

  it('keeps an unlinked link so through a sweep, and links again when it is restored', () => {
    expect(sharedAt(2)).toEqual([
      ['unlinked', 'held'],
      ['unlinked', 'held'],
    ]);
    expect(sharedAt(3)).toEqual(sharedAt(2));
    expect(statesAnswered(run, 3)['With a link of its own']).toEqual(['earning', null]);
    expect(SHARED.map((name) => statesAtTheEnd(run)[name])).toEqual([
      ['earning', null],
      ['earning', null],
    ]);
  });

  it('comes to six writes: three links made, one given up, one unlinked, one restored', () => {
    expect(linkWrites(run.report.arm)).toEqual({ PUT: 4, DELETE: 2 });
    expect(run).toMatchObject({ code: 0, report: { settled: true, parked: [] } });
  });
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
