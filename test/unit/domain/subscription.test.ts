import { describe, expect, it } from 'vitest';
import { countsFor, isActive, type Agreement } from '../../../src/lib/domain/subscription.ts';

describe('a subscription', () => {
  it.each([
    ['Enabled', true],
    ['Warned', true],
    ['PastDue', true],
    ['SomethingNew', true],
    ['Disabled', false],
    ['disabled', false],
    ['Deleted', false],
  ])('in the state %s is active: %s', (state, active) => {
    expect(isActive(state)).toBe(active);
  });

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
    expect(countsFor(agreement, quotaId)).toBe(expected);
  });
});
