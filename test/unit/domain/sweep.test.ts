import { describe, expect, it } from 'vitest';
import { compareWithIndex, indexReadings, planSweep } from '../../../src/lib/domain/sweep.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { MINUTE } from '../../support/clock.ts';
import { aDelegation, ids, roles, someFacts, someRules } from '../../support/delegations.ts';
import { aCoveredTenant, aScopeRecord } from '../../support/tenants.ts';

describe('the plan for a tenant that is as on record', () => {
  const scope = aScopeRecord(1, { verdict: 'role-unknown', roleIds: [roles.unheardOf] });
  const listed = summaryOf(aCoveredTenant([scope]));
  const swept = {
    tenantId: ids.customer,
    sameDigest: true,
    indexed: [],
    at: new Date('2026-03-11T12:00:00.000Z'),
  };

  it('is to do nothing', () => {
    expect(
      planSweep({ ...swept, listed }, { managingTenantId: ids.managingTenant, watchRules: everything }),
    ).toEqual({ do: 'nothing', count: 'steady' });
  });

  it('is to compare it where its row is from before unknown roles were named', () => {
    const earlier = { ...listed, unknownRoles: {} };

    expect(
      planSweep(
        { ...swept, listed: earlier },
        { managingTenantId: ids.managingTenant, watchRules: everything },
      ),
    ).toEqual({ do: 'compare' });
  });
});

describe('the comparison of a tenant with the index', () => {
  const rules = { ...someRules(), indexLagAllowanceMs: 15 * MINUTE };
  const goneAt = (directAt: string) => aCoveredTenant([aScopeRecord(1, { verdict: 'gone', directAt })]);
  const shown = indexReadings([{ facts: someFacts(1), delegations: [aDelegation()] }], rules);
  const look = { at: new Date('2026-03-10T12:00:00.000Z'), causeId: 'sweep-1' };

  it('believes it of what has come back', () => {
    const compared = compareWithIndex(goneAt('2026-03-10T11:00:00.000Z'), shown, rules, look);

    expect(compared).toMatchObject({
      do: 'commit',
      assessment: { record: { scopes: [{ verdict: 'earning' }] } },
    });
  });

  it('leaves to a pass what it shows again and lately was read to be gone', () => {
    const compared = compareWithIndex(goneAt('2026-03-10T11:50:00.000Z'), shown, rules, look);

    expect(compared).toEqual({ do: 'ask', worsening: 0 });
  });
});
