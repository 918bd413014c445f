import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../src/lib/domain/sweep.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { ids, roles } from '../../support/delegations.ts';
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
