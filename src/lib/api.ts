import type { TokenVerdict } from './domain/caller.ts';
import type { Log } from './domain/log.ts';
import type { PassRules } from './domain/pass-rules.ts';
import type {
  Clock,
  LinkKey,
  LinkLedger,
  ParkedMessages,
  Queues,
  SweepLedger,
  TenantLedger,
  TenantList,
} from './domain/ports.ts';
import type { AcceptGap } from './usecases/accept-gap.ts';
import type { Attest } from './usecases/attest.ts';
import type { AwaitOutcome } from './usecases/await-outcome.ts';
import type { ChangeLink } from './usecases/change-link.ts';
import type { CheckDeployment } from './usecases/check-deployment.ts';
import { makeCheckReadiness } from './usecases/check-readiness.ts';
import type { ConfirmSweep } from './usecases/confirm-sweep.ts';
import type { DecideFoundTenants } from './usecases/found-tenants.ts';
import { makeDiscardParked, makeRedriveParked } from './usecases/handle-parked.ts';
import { makeImportTenants } from './usecases/import-tenants.ts';
import { makeExportTenants, makeListTenants } from './usecases/list-tenants.ts';
import type { DecideRoles } from './usecases/decide-roles.ts';
import type { ProposeRemedies } from './usecases/propose-remedies.ts';
import type { RecordDpor } from './usecases/record-dpor.ts';
import type { RequestRelink } from './usecases/request-relink.ts';
import { makeShowTenant } from './usecases/show-tenant.ts';
import { makeStartSweep } from './usecases/start-sweep.ts';
import { makeTellAsOperator } from './usecases/tell-as-operator.ts';

export interface ApiDeps extends Pick<PassRules, 'principals' | 'principalRules' | 'watchRules'> {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly parked: ParkedMessages;
  readonly queues: Queues;
  readonly managingTenantId: string;
  readonly staleAfterMs: number;
  readonly verifyToken: (token: string) => Promise<TokenVerdict>;
  /** What operators do about links, gaps and what people tell. */
  readonly actions: Actions;
  readonly newId: () => string;
  readonly digest: (text: string) => string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Actions {
  readonly checkDeployment: CheckDeployment;
  readonly attest: Attest;
  readonly recordDpor: RecordDpor;
  readonly proposeRemedies: ProposeRemedies;
  readonly acceptGap: AcceptGap;
  readonly requestRelink: RequestRelink;
  readonly changeLink: ChangeLink;
  readonly awaitOutcome: AwaitOutcome;
  readonly confirmSweep: ConfirmSweep;
  readonly foundTenants: DecideFoundTenants;
  readonly roles: DecideRoles;
}

/** How long a filtered list may look for what fits. */
const LIST_BUDGET_MS = 2_000;

/** What the HTTP API calls: one use case each. */
export type Api = ReturnType<typeof makeApi>;

/** Composes what the HTTP API calls from ports, whoever stands behind them. */
export function makeApi(deps: ApiDeps) {
  const { ledger, links, sweeps, parked, principals } = deps;
  const listing = { ...deps, budgetMs: LIST_BUDGET_MS };
  const wantedOf = (name: string) => principals.find((one) => one.name === name)?.wantedPartnerId ?? '';
  return {
    ...deps.actions,
    log: deps.log,
    clock: deps.clock,
    verifyToken: deps.verifyToken,
    checkReadiness: makeCheckReadiness(deps),
    listTenants: makeListTenants(listing),
    exportTenants: makeExportTenants(listing),
    showTenant: makeShowTenant(deps),
    tenantHistory: ledger.history.bind(ledger),
    tellAsOperator: makeTellAsOperator(deps),
    importTenants: makeImportTenants(deps),
    listLinks: async (after: LinkKey | null, size: number) =>
      (await links.page(after, size)).map((record) => ({
        record,
        wantedPartnerId: wantedOf(record.principal),
      })),
    recentSweeps: sweeps.recent.bind(sweeps),
    readSweep: sweeps.read.bind(sweeps),
    startSweep: makeStartSweep(deps),
    listParked: parked.page.bind(parked),
    redriveParked: makeRedriveParked(deps),
    discardParked: makeDiscardParked(deps),
  };
}
