/** The use cases on a stage of fakes: what `app.ts` composes, without Azure. */
import { makeRoleTable } from '../../src/lib/domain/role-table.ts';
import type { Principal } from '../../src/lib/domain/principal.ts';
import {
  makeLookAtLink,
  makeReconcileLink,
  type LookAtLinkDeps,
} from '../../src/lib/usecases/reconcile-link.ts';
import { makeReconcileTenant, type ReconcileTenantDeps } from '../../src/lib/usecases/reconcile-tenant.ts';
import { makeReconcile } from '../../src/lib/usecases/reconcile.ts';
import { makeRegisterTenant, type OnboardingMessage } from '../../src/lib/usecases/register-tenant.ts';
import { makeFakeEstate, type FakeEstate } from '../fakes/estate.ts';
import { makeFakeLinkLedger } from '../fakes/link-ledger.ts';
import { makeFakeLog } from '../fakes/log.ts';
import { makeFakePartnerLinks } from '../fakes/partner-links.ts';
import { makeFakeQueues } from '../fakes/queues.ts';
import { makeFakeFollowUps, makeFakeSweepLedger } from '../fakes/sweep-ledger.ts';
import { makeFakeTenantEstate } from '../fakes/tenant-estate.ts';
import { makeFakeTenantLedger } from '../fakes/tenant-ledger.ts';
import { aClock, DAY, HOUR, MINUTE, SECOND } from './clock.ts';
import { aPrincipal, ids } from './delegations.ts';

interface StageOptions {
  readonly at?: string;
  readonly azure?: FakeEstate;
  readonly principals?: readonly Principal[];
  readonly linkRules?: Partial<LookAtLinkDeps['rules']>;
  readonly trustedSources?: readonly string[];
  readonly tenantSettings?: Partial<ReconcileTenantDeps>;
}

export type Stage = ReturnType<typeof aStage>;

export function aStage(options: StageOptions = {}) {
  const clock = aClock(options.at);
  const ledger = makeFakeTenantLedger();
  const links = makeFakeLinkLedger();
  const sweeps = makeFakeSweepLedger();
  const queues = makeFakeQueues();
  const partnerLinks = makeFakePartnerLinks();
  const azure = options.azure ?? makeFakeEstate();
  const inTenant = makeFakeTenantEstate(ids.palInTenant);
  const log = makeFakeLog();
  const principals = options.principals ?? [aPrincipal()];
  const expectDelegationWithinMs = 14 * DAY;

  const lookAtLink = makeLookAtLink({
    links,
    partnerLinks,
    clock,
    log,
    rules: { mode: 'enforce', whenLinkedElsewhere: 'refuse', ...options.linkRules },
    leaseMs: 3 * MINUTE,
  });
  const reconcileTenant = makeReconcileTenant({
    ledger,
    links,
    sweeps,
    queues,
    principals,
    clock,
    index: azure.index,
    estate: azure.estate,
    tenantEstate: inTenant,
    lookAtLink,
    roles: makeRoleTable(),
    managingTenantId: ids.managingTenant,
    concurrentReads: 4,
    directReadLimit: 50,
    indexLagAllowanceMs: 15 * MINUTE,
    linkFreshnessMs: 5 * MINUTE,
    expectDelegationWithinMs,
    secondLooks: { firstPauseMs: MINUTE, forMs: HOUR, expectDelegationWithinMs },
    ...options.tenantSettings,
  });
  const reconcileLink = makeReconcileLink({ links, principals, lookAtLink });
  const reconcile = makeReconcile({
    reconcileTenant,
    reconcileLink,
    queues,
    followUps: makeFakeFollowUps(),
    clock,
    log,
    retry: { limit: 3, baseMs: 10 * SECOND, capMs: MINUTE, ceilingMs: HOUR },
    random: () => 0.5,
  });
  const registerTenant = makeRegisterTenant({
    ledger,
    queues,
    clock,
    log,
    digest: (text) => text.replaceAll(/[^a-zA-Z0-9]/g, '').slice(-40),
    managingTenantId: ids.managingTenant,
    trustedSources: options.trustedSources ?? ['*'],
  });

  return {
    clock,
    ledger,
    links,
    queues,
    partnerLinks,
    azure,
    inTenant,
    log,
    reconcileTenant,
    reconcileLink,
    reconcile,
    registerTenant,
  };
}

/** A message from the onboarding queue, by default a CloudEvent that onboards Contoso. */
export function anOnboarding(body: unknown, changes: Partial<OnboardingMessage> = {}): OnboardingMessage {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    queue: 'onboarding',
    messageId: 'message-1',
    attempts: 1,
    enqueuedAt: new Date('2026-03-10T11:59:59.000Z'),
    body: new TextEncoder().encode(text),
    ...changes,
  };
}
