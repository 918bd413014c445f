import { makeFakeSweepLedger } from '../../fakes/sweep-ledger.ts';
import { describe, expect, it } from 'vitest';
import { newSweepRecord } from '../../../src/lib/domain/sweep-record.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { makeReport } from '../../../src/lib/usecases/report.ts';
import { makeFakeLinkLedger } from '../../fakes/link-ledger.ts';
import { makeFakeParkedMessages } from '../../fakes/parked-messages.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { aClock, HOUR } from '../../support/clock.ts';
import { aPrincipal, aSecondPrincipal, ids } from '../../support/delegations.ts';
import {
  aCoveredTenant,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

function aDesk() {
  const ledger = makeFakeTenantLedger();
  const links = makeFakeLinkLedger();
  const parked = makeFakeParkedMessages();
  const sweeps = makeFakeSweepLedger();
  const report = makeReport({
    ledger,
    links,
    parked,
    principals: [aPrincipal(), aSecondPrincipal()],
    principalRules: [],
    watchRules: everything,
    sweeps,
    staleAfterMs: 48 * HOUR,
    clock: aClock(),
  });
  return { ledger, links, parked, sweeps, report };
}

const linked = aLinkRecord({
  observed: anObservedLink(),
  readAt: '2026-03-10T11:59:00.000Z',
  lastOutcome: 'linked',
  version: 1,
});

describe('the report', () => {
  it('of an empty ledger is empty', async () => {
    expect(await aDesk().report()).toEqual({ tenants: [], links: [], parked: [], sweep: null });
  });

  it('tells of the last sweep that finished', async () => {
    const { sweeps, report } = aDesk();
    const finished = {
      ...newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'),
      status: 'finished' as const,
    };
    await sweeps.write(finished);
    await sweeps.write(newSweepRecord('sweep-2', '2026-03-10T11:59:00.000Z'));

    expect((await report()).sweep).toEqual(finished);
  });

  it('tells of each tenant its state, its scopes and how often it changed', async () => {
    const { ledger, links, report } = aDesk();
    ledger.hold(aCoveredTenant([aScopeRecord(1, { endsAt: '2026-06-30T22:00:00.000Z' })]));
    links.hold(linked);

    const { tenants } = await report();

    expect(tenants).toMatchObject([
      {
        tenantId: ids.customer,
        displayName: 'Contoso',
        state: 'earning',
        lastGood: '2026-03-09T12:00:00.000Z',
        failure: null,
        stale: false,
        lastOutcome: 'assessed',
        scopes: [
          {
            scope: aScopeRecord(1).scope,
            verdict: 'earning',
            inherited: false,
            countsFor: 'pec',
            principal: 'pal-link',
            endsAt: '2026-06-30T22:00:00.000Z',
          },
        ],
        openGaps: 0,
        changes: 1,
      },
    ]);
  });

  it('lists tenants by id', async () => {
    const { ledger, report } = aDesk();
    ledger.hold(aTenantRecord({ registration: aRegistration({ tenantId: ids.otherCustomer }) }));
    ledger.hold(aTenantRecord());

    const { tenants } = await report();

    expect(tenants.map(({ tenantId }) => tenantId)).toEqual([ids.customer, ids.otherCustomer]);
  });

  it('judges a tenant by the link of its own principal', async () => {
    const { ledger, links, report } = aDesk();
    const registration = aRegistration({ facts: { principal: 'pal-bergen' } });
    ledger.hold(aCoveredTenant([aScopeRecord(1)], { registration }));
    links.hold(linked);
    links.hold(
      aLinkRecord({ objectId: ids.secondPal, principal: 'pal-bergen', readAt: '2026-03-10T11:59:00.000Z' }),
    );

    const { tenants } = await report();

    expect(tenants).toMatchObject([{ state: 'unlinked' }]);
  });

  it('tells a tenant’s state with the failure of its link', async () => {
    const { ledger, links, report } = aDesk();
    const failure = {
      kind: 'denied',
      message: 'x',
      at: '2026-03-10T12:00:00.000Z',
      requestId: null,
    } as const;
    ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    links.hold({ ...linked, failure });

    expect((await report()).tenants).toMatchObject([{ state: 'earning', failure }]);
  });

  it('tells of each link what Azure shows', async () => {
    const { links, report } = aDesk();
    links.hold(linked);

    expect((await report()).links).toEqual([
      {
        principal: 'pal-link',
        tenantId: ids.managingTenant,
        objectId: ids.pal,
        partnerId: '4681234',
        state: 'Active',
        lastOutcome: 'linked',
        desired: { kind: 'wanted', partnerId: '4681234' },
        failure: null,
        changes: 1,
      },
    ]);
  });

  it('tells of each parked message where it came from and why', async () => {
    const { parked, report } = aDesk();
    const kept = { queue: 'onboarding', messageId: 'message-1', reason: 'The message body is empty.' };
    await parked.keep({
      ...kept,
      body: new Uint8Array(),
      attempts: 1,
      enqueuedAt: null,
      parkedAt: '2026-03-10T12:00:00.000Z',
      lineage: [],
    });

    expect((await report()).parked).toEqual([kept]);
  });
});
