import type { TenantLedger } from '../domain/ports.ts';
import type { TenantShown } from '../domain/listed-standing.ts';
import { principalFor } from '../domain/pass-rules.ts';
import { linksBehind } from '../domain/tenant-state.ts';
import { standsOn, summaryOf } from '../domain/tenant-summary.ts';
import { basisForPage, listed, type StandingDeps } from './tenant-standing.ts';

export interface ShowTenantDeps extends StandingDeps {
  readonly ledger: Pick<TenantLedger, 'read'>;
}

/** One tenant with everything on record of it; null when it was never registered. */
export function makeShowTenant(deps: ShowTenantDeps): (tenantId: string) => Promise<TenantShown | null> {
  return async (tenantId) => {
    const known = await deps.ledger.read(tenantId);
    if (!known) return null;
    const { record } = known;
    const summary = summaryOf(record);
    const basis = await basisForPage(deps, Promise.resolve([summary]));
    const principal = principalFor(deps, record.registration) ?? undefined;
    const links = linksBehind(record, principal, basis.links);
    return {
      ...listed(basis, summary),
      record,
      links: standsOn(summary).map((access) => ({ access, ...links[access] })),
    };
  };
}
