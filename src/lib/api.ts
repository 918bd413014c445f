import type { TokenVerdict } from './domain/caller.ts';
import type { Log } from './domain/log.ts';
import type { Clock, LinkLedger, SweepLedger, TenantLedger, TenantList } from './domain/ports.ts';
import type { Principal } from './domain/principal.ts';
import { makeCheckReadiness } from './usecases/check-readiness.ts';
import { makeExportTenants, makeListTenants } from './usecases/list-tenants.ts';
import { makeShowTenant } from './usecases/show-tenant.ts';

export interface ApiDeps {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly principals: readonly Principal[];
  readonly staleAfterMs: number;
  readonly verifyToken: (token: string) => Promise<TokenVerdict>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a filtered list may look for what fits. */
const LIST_BUDGET_MS = 2_000;

/** What the HTTP API calls: one use case each. */
export type Api = ReturnType<typeof makeApi>;

/** Composes what the HTTP API calls from ports, whoever stands behind them. */
export function makeApi(deps: ApiDeps) {
  const listing = { ...deps, budgetMs: LIST_BUDGET_MS };
  return {
    log: deps.log,
    verifyToken: deps.verifyToken,
    checkReadiness: makeCheckReadiness(deps),
    listTenants: makeListTenants(listing),
    exportTenants: makeExportTenants(listing),
    showTenant: makeShowTenant(deps),
  };
}
