import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { gapIdOf } from '../../../src/lib/domain/gap.ts';
import { gapAcceptance } from '../../../src/lib/domain/gap-acceptance.ts';
import { makeAcceptGap } from '../../../src/lib/usecases/accept-gap.ts';
import { makeFakeOutbox } from '../../fakes/outbox.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { aClock } from '../../support/clock.ts';
import { ids } from '../../support/delegations.ts';
import { aCoveredTenant, aGap, aScopeRecord } from '../../support/tenants.ts';

const GAP = gapIdOf(aGap(1));
const accepted = {
  by: 'ola@fabrikam.example',
  why: 'The customer leaves in May.',
  until: '2026-04-01T00:00:00.000Z',
  ticket: 'OPS-12',
};

function aLedgerWithGaps() {
  const outbox = makeFakeOutbox();
  const ledger = makeFakeTenantLedger(outbox);
  const bad = { verdict: 'role-not-eligible' } as const;
  const closedAt = '2026-03-06T12:00:00.000Z';
  ledger.hold(
    aCoveredTenant([aScopeRecord(1, bad), aScopeRecord(2)], {
      openGaps: [aGap(1)],
      closedGaps: [aGap(2, { closedAt, ending: { as: 'repaired' } })],
    }),
  );
  const clock = aClock('2026-03-10T12:00:00.000Z');
  const acceptGap = makeAcceptGap({ ledger, clock });
  const accept = (changes: Partial<Parameters<typeof acceptGap>[0]> = {}) =>
    acceptGap({ tenantId: ids.customer, gapId: GAP, causeId: 'request-1', ...accepted, ...changes });
  return { ledger, outbox, clock, accept };
}

describe('accepting a gap', () => {
  it('is kept on the gap, and told in history', async () => {
    const { ledger, accept } = aLedgerWithGaps();

    const result = await accept();

    const acceptance = { ...accepted, at: '2026-03-10T12:00:00.000Z', reopenedAt: null };
    expect(result).toMatchObject({ kind: 'accepted', gap: { acceptance } });
    expect(ledger.held(ids.customer)).toMatchObject({ version: 2, openGaps: [{ ...aGap(1), acceptance }] });
    expect(ledger.changes(ids.customer)).toEqual([
      {
        version: 2,
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'request-1',
        phase: { from: 'covered', to: 'covered' },
        scopes: [],
        gapsOpened: [],
        gapsClosed: [],
        gapsAccepted: [{ scope: aGap(1).scope, ...accepted }],
        gapsReopened: [],
      },
    ]);
  });

  it('said twice is written once', async () => {
    const { ledger, clock, accept } = aLedgerWithGaps();
    await accept();
    clock.pass(60_000);

    expect(await accept()).toMatchObject({ kind: 'unchanged' });
    expect(ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('said again where it broke off brings out what was left untold', async () => {
    const { ledger, outbox, accept } = aLedgerWithGaps();
    outbox.fail('announce', new Failure('unavailable', 'The queue does not answer.'));
    await expect(accept()).rejects.toMatchObject({ kind: 'unavailable' });

    expect(await accept()).toMatchObject({ kind: 'unchanged' });

    expect(outbox.announced).toMatchObject([{ kind: 'tenant', version: 2 }]);
    expect(ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('said otherwise takes the place of what was said before', async () => {
    const { ledger, accept } = aLedgerWithGaps();
    await accept();

    expect(await accept({ until: '2026-05-01T00:00:00.000Z' })).toMatchObject({ kind: 'accepted' });
    expect(ledger.held(ids.customer).openGaps).toMatchObject([
      { acceptance: { until: '2026-05-01T00:00:00.000Z' } },
    ]);
  });

  it.each([
    ['a tenant nobody knows', { tenantId: ids.otherCustomer }, 'unknown-tenant'],
    ['a gap nobody knows', { gapId: 'no-such-gap' }, 'unknown-gap'],
    ['a gap that has ended', { gapId: gapIdOf(aGap(2)) }, 'closed-gap'],
    ['a time that has passed', { until: '2026-03-10T12:00:00.000Z' }, 'until-passed'],
  ])('is refused for %s, and changes nothing', async (_, changes, reason) => {
    const { ledger, accept } = aLedgerWithGaps();
    const before = ledger.held(ids.customer);

    expect(await accept(changes)).toMatchObject({ kind: 'refused', refusal: { reason } });
    expect(ledger.held(ids.customer)).toEqual(before);
  });

  it('goes by what is on record when somebody else writes the tenant meanwhile', async () => {
    const { ledger, accept } = aLedgerWithGaps();
    ledger.fail('commit', new Failure('conflict', 'Somebody else was first.'));

    expect(await accept()).toMatchObject({ kind: 'accepted' });
    expect(ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('gives up when the ledger cannot be written', async () => {
    const { ledger, accept } = aLedgerWithGaps();
    ledger.fail('commit', new Failure('unavailable', 'The table does not answer.'));

    await expect(accept()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('what an operator says of a gap', () => {
  it('is why and until when; a ticket may be missing, and times come in any UTC spelling', () => {
    expect(gapAcceptance.parse({ why: ' leaving ', until: '2026-04-01T00:00:00Z' })).toEqual({
      why: 'leaving',
      until: '2026-04-01T00:00:00.000Z',
      ticket: null,
    });
  });

  it.each([
    ['without a reason', { why: ' ', until: '2026-04-01T00:00:00Z' }],
    ['without an end', { why: 'leaving' }],
    ['with an end that is no instant', { why: 'leaving', until: 'never' }],
  ])('is refused %s', (_, body) => {
    expect(gapAcceptance.safeParse(body).success).toBe(false);
  });
});
