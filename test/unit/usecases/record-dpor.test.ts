import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { makeRecordDpor } from '../../../src/lib/usecases/record-dpor.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeOutbox } from '../../fakes/outbox.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { aClock } from '../../support/clock.ts';
import { ids, subscriptionId } from '../../support/delegations.ts';
import { aCoveredTenant, aDpor, aRegistration, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const underEa = aCoveredTenant([aScopeRecord()], {
  registration: aRegistration({ facts: { agreement: 'ea' } }),
});
const asked = {
  step: 'asked',
  subscriptionId: subscriptionId(1),
  at: '2026-03-02T12:00:00Z',
  by: 'Kari Nordmann',
};
const confirmed = {
  ...asked,
  step: 'confirmed',
  at: '2026-03-04T12:00:00Z',
  by: 'Ola at Contoso',
  partnerId: '4681234',
};

function aDesk(record: TenantRecord | null = underEa) {
  const outbox = makeFakeOutbox();
  const ledger = makeFakeTenantLedger(outbox);
  if (record) ledger.hold(record);
  const recordDpor = makeRecordDpor({ ledger, clock: aClock(), log: makeFakeLog() });
  const tell = (input: unknown) =>
    recordDpor({ tenantId: ids.customer, input, by: ids.person, causeId: 'op-1' });
  return { ledger, outbox, tell };
}

describe('recording a partner of record', () => {
  it('keeps each step as a change and leaves coverage and state alone', async () => {
    const { ledger, tell } = aDesk();

    await tell(asked);
    await tell(confirmed);

    expect(ledger.held(ids.customer)).toEqual({ ...underEa, dpor: [aDpor()], version: 3 });
    expect(ledger.changes(ids.customer).map(({ told, phase }) => [told, phase])).toEqual([
      [
        [
          {
            what: 'dpor',
            subscriptionId: subscriptionId(1),
            from: 'not-asked',
            to: 'asked',
            by: 'Kari Nordmann',
            at: '2026-03-02T12:00:00.000Z',
            sentBy: ids.person,
          },
        ],
        { from: 'covered', to: 'covered' },
      ],
      [[expect.objectContaining({ from: 'asked', to: 'confirmed' })], { from: 'covered', to: 'covered' }],
    ]);
  });

  it('changes nothing when a step is told again, also late', async () => {
    const { ledger, tell } = aDesk();
    await tell(asked);
    await tell(confirmed);

    expect(await tell(asked)).toMatchObject({ kind: 'unchanged' });

    expect(ledger.changes(ids.customer)).toHaveLength(2);
  });

  it('brings out what was left untold when a step is told again', async () => {
    const { ledger, outbox, tell } = aDesk();
    outbox.fail('announce', new Failure('unavailable', 'The queue does not answer.'));
    await expect(tell(asked)).rejects.toMatchObject({ kind: 'unavailable' });

    expect(await tell(asked)).toMatchObject({ kind: 'unchanged' });

    expect(outbox.announced).toHaveLength(1);
    expect(ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('keeps subscriptions apart', async () => {
    const { ledger, tell } = aDesk();

    await tell(asked);
    await tell({ ...asked, subscriptionId: subscriptionId(2).toUpperCase() });

    expect(ledger.held(ids.customer).dpor.map((dpor) => [dpor.subscriptionId, dpor.steps.length])).toEqual([
      [subscriptionId(1), 1],
      [subscriptionId(2), 1],
    ]);
  });

  it('tries again when somebody else wrote in between', async () => {
    const { ledger, tell } = aDesk();
    ledger.fail('commit', new Failure('conflict', 'Somebody else has written.'));

    expect(await tell(asked)).toMatchObject({ kind: 'recorded' });
  });

  it('goes by the offer where the agreement is unknown', async () => {
    const hinted = (quotaId: string) => aDesk(aCoveredTenant([aScopeRecord(1, { quotaId })])).tell(asked);

    expect(await hinted('EnterpriseAgreement_2014-09-01')).toMatchObject({ kind: 'recorded' });
    expect(await hinted('CSP_2015-05-01')).toMatchObject({
      kind: 'refused',
      faults: [{ field: 'subscriptionId' }],
    });
  });

  it.each<[string, TenantRecord | null, unknown, string, string]>([
    ['a tenant nobody knows', null, asked, 'unknown-tenant', 'tenantId'],
    [
      'a tenant that is no longer ours',
      aTenantRecord({ registration: aRegistration({ offboardedAt: '2026-03-09T00:00:00.000Z' }) }),
      asked,
      'offboarded',
      'tenantId',
    ],
    ['a step without a person', underEa, { ...asked, by: ' ' }, 'invalid', 'by'],
    ['a step without its name', underEa, { ...asked, step: undefined }, 'invalid', 'step'],
    ['nothing at all', underEa, null, 'invalid', '(body)'],
  ])('refuses %s', async (_, record, input, reason, field) => {
    const { ledger, tell } = aDesk(record);

    expect(await tell(input)).toMatchObject({ kind: 'refused', reason, faults: [{ field }] });
    expect(ledger.changes(ids.customer)).toEqual([]);
  });
});
