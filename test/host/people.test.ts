import { beforeAll, describe, expect, it } from 'vitest';
import type { AzureReport } from '../../local/stack.ts';
import { linkReads, settleEstate, type StackReport } from '../support/stack.ts';

let report: StackReport;
let azure: AzureReport;

beforeAll(async () => {
  ({ report, azure } = await settleEstate('test/fixtures/estates/people/estate.json'));
});

describe('an estate that is held through people too', () => {
  it.each([
    ['City Power and Light', 'needs-person', 'guest-user', 'needs-person'],
    ['Humongous Insurance', 'needs-person', 'directory-account', 'needs-person'],
    ['VanArsdel', 'automatic', 'unverified', 'unchanged'],
    ['Fabrikam Residences', 'earning', null, 'assessed'],
    ['Trey Research', 'not-earning', 'role-not-eligible', 'assessed'],
    ['Consolidated Messenger', 'needs-person', 'guest-user', 'needs-person'],
  ])('says of %s: %s (%s)', (name, state, reason, lastOutcome) => {
    expect(report.tenants.find(({ displayName }) => displayName === name)).toMatchObject({
      state,
      reason,
      lastOutcome,
      failure: null,
    });
  });

  it('reads only what can be read unattended', () => {
    expect(linkReads(azure)).toBe(1);
    expect(report.links).toHaveLength(1);
  });
});
