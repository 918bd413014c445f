/** What the settings exclude, which principal is for whom, and what a subscription counts for: on the whole stack. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AzureReport } from '../../local/stack.ts';
import { linkReads, linkWrites, runStack, settleEstate, type StackReport } from '../support/stack.ts';

const READ_DELEGATIONS =
  'GET /subscriptions/{subscriptionId}/providers/Microsoft.ManagedServices/registrationAssignments';

/** Of each tenant by name: its state, its reason, and its scopes by the end of their subscription's id. */
function told({ tenants }: StackReport) {
  return Object.fromEntries(
    tenants.map(({ displayName, state, reason, scopes }) => [
      displayName ?? 'Never announced',
      [
        state,
        reason,
        ...scopes.map(({ scope, verdict, countsFor }) => `${scope.slice(-1)} ${verdict} ${countsFor}`),
      ],
    ]),
  );
}

describe('what the settings exclude', () => {
  let before: AzureReport;
  let after: AzureReport;
  let report: StackReport;

  beforeAll(async () => {
    const running = await runStack('test/fixtures/estates/watch/excluded.json');
    try {
      await running.settle();
      before = await running.azure();
      await running.stack.startSweep();
      report = await running.settle();
      after = await running.azure();
    } finally {
      await running.stop();
    }
  }, 60_000);

  it('is neither alarmed nor adopted by a sweep; what stands beside it is', () => {
    expect(told(report)).toEqual({
      'Excluded by id': ['excluded', null],
      'Excluded by tag': ['excluded', null],
      'One subscription excluded': ['earning', null, '3 earning pec'],
      'Only an excluded offer': ['excluded', null],
      'Never announced': ['earning', null, '7 earning pec'],
      'From EA to Azure plan': ['earning', null, '8 earning pec'],
      'Enterprise Agreement': ['earning', null, '9 earning recognition'],
    });
    expect(report.tenants.filter(({ stale }) => stale)).toEqual([]);
  });

  it('is not read: the estate answers 500 to whoever tries, and nobody does, nor any other to the sweep', () => {
    expect(report.tenants.map(({ failure }) => failure)).toEqual(report.tenants.map(() => null));
    expect(report.parked).toEqual([]);
    expect(before.calls[READ_DELEGATIONS]).toBeGreaterThan(0);
    expect(after.calls[READ_DELEGATIONS]).toBe(before.calls[READ_DELEGATIONS]);
  });
});

describe('two principals chosen by tag, of a reseller', () => {
  let azure: AzureReport;
  let report: StackReport;

  beforeAll(async () => {
    ({ report, azure } = await settleEstate('test/fixtures/estates/watch/principals.json'));
  }, 60_000);

  it('have one link each at home, made with one write each', () => {
    expect(
      report.links.map(({ principal, partnerId, lastOutcome }) => [principal, partnerId, lastOutcome]).sort(),
    ).toEqual([
      ['pal-bergen', '4687777', 'linked'],
      ['pal-link', '4681234', 'linked'],
    ]);
    expect(linkWrites(azure)).toEqual({ PUT: 2 });
    expect(linkReads(azure)).toBe(4);
  });

  it('earn where the chosen one is delegated, and count for recognition', () => {
    expect(told(report)).toEqual({
      'By tag': ['earning', null, '1 earning recognition'],
      'By default': ['earning', null, '2 earning recognition'],
      'By tag, delegated to the other': ['not-earning', 'other-principal', '3 other-principal recognition'],
      'By its own word': ['earning', null, '4 earning recognition'],
    });
    expect(report.tenants.map(({ scopes }) => scopes[0]?.principal).sort()).toEqual([
      'pal-bergen',
      'pal-bergen',
      'pal-link',
      'pal-link',
    ]);
  });
});
