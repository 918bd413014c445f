import { describe, expect, it } from 'vitest';
import { agreementNews, reverifySinceOf } from '../../../src/lib/domain/agreement-news.ts';
import { tellAgreement, type Agreement } from '../../../src/lib/domain/agreement.ts';
import type { Registration } from '../../../src/lib/domain/tenant.ts';
import { aDelegation, ids, someFacts, subscription, subscriptionId } from '../../support/delegations.ts';
import { anOnboarding, aStage } from '../../support/stage.ts';
import { aCoveredTenant, aDpor, aRegistration, aScopeRecord } from '../../support/tenants.ts';

const MOVED = '2026-03-05T12:00:00.000Z';

/** A tenant that was told to be under one agreement on 1 March, and under another on the 5th. */
function movedFrom(from: Agreement, to: Agreement): Registration {
  const tenant = tellAgreement(tellAgreement(null, from, '2026-03-01T12:00:00.000Z'), to, MOVED);
  return aRegistration({ agreements: { tenant, subscriptions: {} } });
}

describe('a scope whose agreement has changed', () => {
  it.each<[string, Agreement, Agreement, string | null, string | null]>([
    ['is to be verified from the change on', 'ea', 'azure-plan', '2026-03-04T12:00:00.000Z', MOVED],
    ['is to be verified where it was never proven', 'ea', 'mca', null, MOVED],
    ['is not verified by a read of that very instant', 'ea', 'mca', MOVED, MOVED],
    ['is verified by a read after it', 'ea', 'azure-plan', '2026-03-05T12:00:00.001Z', null],
    ['needs no proof when it stays outside modern commerce', 'ea', 'pay-as-you-go', null, null],
    ['needs no proof when it was there already', 'mca', 'azure-plan', null, null],
  ])('%s', (_, from, to, provenAt, expected) => {
    expect(reverifySinceOf(movedFrom(from, to), aScopeRecord(1, { provenAt }))).toBe(expected);
  });

  it('needs no proof where nothing was told, nor in another subscription than the one that changed', () => {
    const own = tellAgreement(tellAgreement(null, 'ea', '2026-03-01T12:00:00.000Z'), 'mca', MOVED);
    const registration = aRegistration({
      agreements: { tenant: null, subscriptions: { [subscriptionId(1)]: own } },
    });
    const unproven = (n: number) => aScopeRecord(n, { provenAt: null });

    expect(reverifySinceOf(aRegistration(), unproven(1))).toBeNull();
    expect([1, 2].map((n) => reverifySinceOf(registration, unproven(n)))).toEqual([MOVED, null]);
  });
});

describe('what a look tells of agreements', () => {
  const registration = movedFrom('ea', 'azure-plan');
  const unproven = aScopeRecord(1, { agreement: 'ea', provenAt: null });
  const proven = aScopeRecord(1, { agreement: 'azure-plan', provenAt: '2026-03-10T12:00:00.000Z' });

  it('is which subscription changed, and which scope is proven now', () => {
    const news = agreementNews(
      aCoveredTenant([unproven], { registration }),
      aCoveredTenant([proven], { registration }),
    );

    expect(news).toEqual({
      agreementChanges: [{ subscriptionId: subscriptionId(1), from: 'ea', to: 'azure-plan' }],
      reverified: [subscription(1).id],
    });
  });

  it('does not take a scope that is no longer kept for proven', () => {
    const before = aCoveredTenant([unproven], { registration });

    expect(agreementNews(before, aCoveredTenant([], { registration }))).toEqual({});
    expect(agreementNews(before, before)).toEqual({});
  });
});

describe('an event that a subscription went from EA to Azure plan', () => {
  it('makes its partner of record void and marks it, until a pass has proven it', async () => {
    const stage = aStage();
    const registration = aRegistration({
      facts: { agreement: 'ea' },
      factTimes: { agreement: '2026-03-01T12:00:00.000Z', offboarded: '2026-03-01T12:00:00.000Z' },
    });
    const scope = aScopeRecord(1, { agreement: 'ea', agreementSource: 'told', countsFor: 'recognition' });
    stage.ledger.hold(aCoveredTenant([scope], { registration, dpor: [aDpor(1)] }));
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation()] });
    const toVerify = () => {
      const { registration: told, scopes } = stage.ledger.held(ids.customer);
      return scopes.map((one) => reverifySinceOf(told, one));
    };
    expect(toVerify()).toEqual([null]);

    const event = { tenantId: ids.customer, agreement: 'azure-plan' };
    await stage.registerTenant(anOnboarding(event, { enqueuedAt: new Date('2026-03-10T11:59:59.000Z') }));

    expect(stage.ledger.held(ids.customer).dpor[0]?.steps.at(-1)).toMatchObject({
      step: 'void',
      reason: 'agreement-changed',
    });
    expect(toVerify()).toEqual(['2026-03-10T11:59:59.000Z']);

    await stage.workOff();

    expect(toVerify()).toEqual([null]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      scopes: [{ verdict: 'earning', agreement: 'azure-plan', countsFor: 'pec' }],
      openGaps: [],
    });
    expect(stage.ledger.changes(ids.customer).at(-1)).toMatchObject({
      agreementChanges: [{ from: 'ea', to: 'azure-plan' }],
      reverified: [subscription(1).id],
    });
  });
});
