import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreementChangeOf,
  agreementOf,
  agreements,
  agreementSourceOf,
  countsFor,
  nothingTold,
  offerFamilyOf,
  partnerRoles,
  tellAgreement,
  type Agreement,
  type ToldAgreement,
  type ToldAgreements,
} from '../../../src/lib/domain/agreement.ts';

const day = (n: number) => new Date(Date.UTC(2026, 2, n)).toISOString();

/** What is known after these tellings, as they came in. */
function told(...tellings: readonly (readonly [Agreement, number])[]): ToldAgreement | null {
  return tellings.reduce<ToldAgreement | null>(
    (known, [agreement, n]) => tellAgreement(known, agreement, day(n)),
    null,
  );
}

const ofTenant = (tenant: ToldAgreement | null, s1: ToldAgreement | null = null): ToldAgreements => ({
  tenant,
  subscriptions: s1 ? { s1 } : {},
});

describe('the agreement of a subscription', () => {
  it.each<[string, ToldAgreements, Agreement]>([
    ['that nobody told of is unknown', nothingTold, 'unknown'],
    ['is its tenant’s', ofTenant(told(['ea', 1])), 'ea'],
    ['goes before its tenant’s', ofTenant(told(['ea', 5]), told(['azure-plan', 1])), 'azure-plan'],
    ['that is told to be unknown is so', ofTenant(told(['ea', 1]), told(['unknown', 2])), 'unknown'],
  ])('%s', (_, agreementsTold, expected) => {
    expect(agreementOf(agreementsTold, 'S1')).toBe(expected);
  });

  it.each<[Agreement, string | null, string]>([
    ['ea', 'CSP_2015-05-01', 'told'],
    ['unknown', 'CSP_2015-05-01', 'hint'],
    ['unknown', 'SomethingNew_2026-01-01', 'none'],
    ['unknown', null, 'none'],
  ])('%s with the offer %s is %s', (agreement, quotaId, source) => {
    expect(agreementSourceOf(agreement, quotaId)).toBe(source);
  });

  it.each([
    ['EnterpriseAgreement_2014-09-01', 'ea-or-mca'],
    ['CSPDEVTEST_2018-05-01', 'csp'],
    ['MSDNDevTest_2014-09-01', 'dev-test'],
    ['MSDN_2014-09-01', 'credit'],
  ])('is only hinted at by the offer %s: %s', (quotaId, family) => {
    expect(offerFamilyOf(quotaId)).toBe(family);
  });
});

describe('a change of agreement', () => {
  const change = (to: Agreement, n: number) => ({ subscriptionId: 's1', from: 'ea', to, at: day(n) });

  it.each<[string, ToldAgreements, object | null]>([
    ['to the same is none', ofTenant(told(['ea', 1], ['ea', 2])), null],
    ['from nothing is none', ofTenant(told(['azure-plan', 1])), null],
    ['to pay-as-you-go is none', ofTenant(told(['ea', 1], ['pay-as-you-go', 2])), null],
    ['from mca to azure-plan is none', ofTenant(told(['mca', 1], ['azure-plan', 2])), null],
    ['of the tenant is its subscriptions’', ofTenant(told(['ea', 1], ['mca', 2])), change('mca', 2)],
    [
      'of one subscription is its own',
      ofTenant(null, told(['ea', 1], ['azure-plan', 3])),
      change('azure-plan', 3),
    ],
    [
      'from the tenant’s to one of its own is one',
      ofTenant(told(['ea', 1]), told(['azure-plan', 3])),
      change('azure-plan', 3),
    ],
    [
      'away from what the tenant became only later is none',
      ofTenant(told(['ea', 5]), told(['azure-plan', 3])),
      null,
    ],
    [
      'of the tenant does not touch a subscription with one of its own',
      ofTenant(told(['ea', 1], ['mca', 4]), told(['pay-as-you-go', 2])),
      null,
    ],
    ['told at once with the tenant’s is none', ofTenant(told(['ea', 3]), told(['azure-plan', 3])), null],
    [
      'told at once with another of the tenant’s is from what held before both',
      ofTenant(told(['ea', 1], ['mca', 3]), told(['azure-plan', 3])),
      change('azure-plan', 3),
    ],
    ['and back again is none', ofTenant(told(['ea', 1], ['mca', 2], ['ea', 3])), null],
    [
      'told again later is still of its first day',
      ofTenant(told(['ea', 1], ['mca', 2], ['mca', 9])),
      change('mca', 2),
    ],
    ['told before what held earlier is one, too', ofTenant(told(['mca', 2], ['ea', 1])), change('mca', 2)],
  ])('%s', (_, agreementsTold, expected) => {
    expect(agreementChangeOf(agreementsTold, 'S1')).toEqual(expected);
  });

  it('is the same in whatever order the tellings came', () => {
    const tellings = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...agreements), fc.integer({ min: 1, max: 60 })), {
        selector: ([, n]) => n,
        minLength: 1,
        maxLength: 6,
      })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));

    fc.assert(
      fc.property(tellings, ([one, other]) => {
        const known = [told(...one), told(...other)];
        const [left, right] = known.map((each) => ({ ...each, since: null }));

        expect(left).toEqual(right);
        // It began after what held before, and was still true when it was told last.
        for (const each of known) {
          expect((each?.since ?? '') > (each?.before?.at ?? '')).toBe(true);
          expect((each?.since ?? '') <= (each?.at ?? '')).toBe(true);
        }
      }),
    );
  });
});

describe('what a subscription counts for', () => {
  it.each<[Agreement, string | null, string]>([
    ['azure-plan', null, 'pec'],
    ['azure-plan', 'CSP_2015-05-01', 'pec'],
    ['ea', 'EnterpriseAgreement_2014-09-01', 'recognition'],
    ['mca', 'EnterpriseAgreement_2014-09-01', 'recognition'],
    ['pay-as-you-go', null, 'recognition'],
    // An agreement that was told goes before the hint of the offer.
    ['ea', 'CSP_2015-05-01', 'recognition'],
    ['azure-plan', 'PayAsYouGo_2014-09-01', 'pec'],
    // Credit and internal offers count for nothing, whatever was told.
    ['azure-plan', 'MSDN_2014-09-01', 'nothing'],
    ['unknown', 'FreeTrial_2014-09-01', 'nothing'],
    ['unknown', 'AzurePass_2014-09-01', 'nothing'],
    ['unknown', 'Sponsored_2016-01-01', 'nothing'],
    ['unknown', 'MPN_2014-09-01', 'nothing'],
    ['unknown', 'Internal_2014-09-01', 'nothing'],
    ['unknown', 'internal_2014-09-01', 'nothing'],
    ['unknown', 'CSP_2015-05-01', 'pec'],
    ['unknown', 'CSPDEVTEST_2018-05-01', 'pec'],
    ['unknown', 'EnterpriseAgreement_2014-09-01', 'recognition'],
    ['unknown', 'MSDNDevTest_2014-09-01', 'recognition'],
    ['unknown', 'PayAsYouGo_2014-09-01', 'recognition'],
    ['unknown', 'SomethingNew_2026-01-01', 'unknown'],
    ['unknown', null, 'unknown'],
  ])('under the agreement %s with the offer %s counts for %s', (agreement, quotaId, expected) => {
    expect(countsFor(agreement, quotaId, 'direct-bill')).toBe(expected);
  });

  it('is recognition for a reseller, where others earn credit, and else the same', () => {
    const quotaIds = fc.constantFrom(
      null,
      'CSP_2015-05-01',
      'EnterpriseAgreement_2014-09-01',
      'MSDN_2014-09-01',
      'SomethingNew_2026-01-01',
    );

    fc.assert(
      fc.property(
        fc.constantFrom(...agreements),
        quotaIds,
        fc.constantFrom(...partnerRoles),
        (agreement, quotaId, role) => {
          const usual = countsFor(agreement, quotaId, 'direct-bill');
          const reduced = role === 'reseller' && usual === 'pec';

          expect(countsFor(agreement, quotaId, role)).toBe(reduced ? 'recognition' : usual);
        },
      ),
    );
  });
});
