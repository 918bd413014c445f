/** The use cases on a stage of fakes: what `app.ts` composes, without Azure. */
import { createHash } from 'node:crypto';
import { makeAwaitOutcome } from '../../src/lib/usecases/await-outcome.ts';
import { makeChangeLink } from '../../src/lib/usecases/change-link.ts';
import { makeRequestRelink } from '../../src/lib/usecases/request-relink.ts';
import { makeRoleTable } from '../../src/lib/domain/role-table.ts';
import type { Principal } from '../../src/lib/domain/principal.ts';
import { makeLookAtLink, type LookAtLinkDeps } from '../../src/lib/usecases/look-at-link.ts';
import { makeNoteSight } from '../../src/lib/usecases/note-sight.ts';
import { makeReconcileLink } from '../../src/lib/usecases/reconcile-link.ts';
import { makeReconcileTenant, type ReconcileTenantDeps } from '../../src/lib/usecases/reconcile-tenant.ts';
import { makeReconcile } from '../../src/lib/usecases/reconcile.ts';
import { makeRegisterTenant, type OnboardingMessage } from '../../src/lib/usecases/register-tenant.ts';
import { everything, type WatchRules } from '../../src/lib/domain/watch.ts';
import { makeFakeEstate, type FakeEstate } from '../fakes/estate.ts';
import { makeFakeDelegationWatch } from '../fakes/delegation-watch.ts';
import { makeFakeLinkLedger } from '../fakes/link-ledger.ts';
import { makeFakeLog } from '../fakes/log.ts';
import { makeFakeObserverSights } from '../fakes/observer-sights.ts';
import { makeFakeOutbox } from '../fakes/outbox.ts';
import { makeFakePartnerLinks } from '../fakes/partner-links.ts';
import { makeFakeQueues } from '../fakes/queues.ts';
import { makeFakeFollowUps, makeFakeSweepLedger } from '../fakes/sweep-ledger.ts';
import { makeFakeTenantEstate } from '../fakes/tenant-estate.ts';
import { makeFakeTenantLedger } from '../fakes/tenant-ledger.ts';
import { makeFakeTenantList } from '../fakes/tenant-list.ts';
import { aClock, DAY, HOUR, MINUTE, SECOND, sleepBy } from './clock.ts';
import { aPrincipal, ids } from './delegations.ts';

interface StageOptions {
  readonly at?: string;
  readonly azure?: FakeEstate;
  readonly principals?: readonly Principal[];
  readonly linkRules?: Partial<LookAtLinkDeps['rules']>;
  readonly trustedSources?: readonly string[];
  readonly watchRules?: WatchRules;
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
  const followUps = makeFakeFollowUps();
  const principals = options.principals ?? [aPrincipal()];
  const watchRules = options.watchRules ?? everything;
  const expectDelegationWithinMs = 14 * DAY;

  const lookAtLink = makeLookAtLink({
    links,
    partnerLinks,
    clock,
    log,
    rules: { mode: 'enforce', whenLinkedElsewhere: 'refuse', ...options.linkRules },
    leaseMs: 3 * MINUTE,
  });
  const watch = makeFakeDelegationWatch();
  const outbox = makeFakeOutbox();
  const reconcileTenant = makeReconcileTenant({
    ledger,
    links,
    sweeps,
    queues,
    principals,
    principalRules: [],
    partnerRole: 'direct-bill',
    watchRules,
    clock,
    index: azure.index,
    estate: azure.estate,
    watch,
    tenantEstate: inTenant,
    lookAtLink,
    noteSight: makeNoteSight({ sights: makeFakeObserverSights(), outbox }),
    roles: makeRoleTable(),
    managingTenantId: ids.managingTenant,
    concurrentReads: 4,
    directReadLimit: 50,
    indexLagAllowanceMs: 15 * MINUTE,
    linkFreshnessMs: 5 * MINUTE,
    unlinkOnOffboard: false,
    expectDelegationWithinMs,
    secondLooks: { firstPauseMs: MINUTE, forMs: HOUR, expectDelegationWithinMs },
    ...options.tenantSettings,
  });
  const reconcileLink = makeReconcileLink({ links, principals, lookAtLink });
  const reconcile = makeReconcile({
    reconcileTenant,
    reconcileLink,
    queues,
    followUps,
    clock,
    log,
    retry: { limit: 3, baseMs: 10 * SECOND, capMs: MINUTE, ceilingMs: HOUR },
    random: () => 0.5,
  });
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  let made = 0;
  const newId = () => `id-${(made += 1)}`;
  const changeLink = makeChangeLink({
    links,
    ledger,
    list: makeFakeTenantList(ledger),
    partnerLinks,
    queues,
    principals,
    principalRules: [],
    watchRules,
    mode: options.linkRules?.mode ?? 'enforce',
    globalPartnerIds: ['4600001'],
    clock,
    pause: sleepBy(clock),
    digest,
    newId,
    log,
  });
  const requestRelink = makeRequestRelink({
    ledger,
    links,
    partnerLinks,
    tenantEstate: inTenant,
    principals,
    principalRules: [],
    watchRules,
    queues,
    clock,
    digest,
    newId,
    log,
  });
  const awaitOutcome = makeAwaitOutcome({ ledger, links, clock, pause: sleepBy(clock) });
  const registerTenant = makeRegisterTenant({
    ledger,
    queues,
    clock,
    log,
    digest: (text) => text.replaceAll(/[^a-zA-Z0-9]/g, '').slice(-40),
    managingTenantId: ids.managingTenant,
    trustedSources: options.trustedSources ?? ['*'],
    decidingFacts: [],
  });

  return {
    clock,
    ledger,
    links,
    queues,
    partnerLinks,
    azure,
    watch,
    inTenant,
    outbox,
    log,
    principals,
    sweeps,
    followUps,
    reconcileTenant,
    reconcileLink,
    reconcile,
    registerTenant,
    changeLink,
    requestRelink,
    awaitOutcome,
    /** Works off what lies visible on `reconcile`; gives the outcomes, in order. */
    async workOff(): Promise<string[]> {
      const outcomes: string[] = [];
      for (let next = queues.take('reconcile', clock()); next; next = queues.take('reconcile', clock())) {
        const settled = await reconcile({ queue: 'reconcile', attempts: 1, ...next });
        outcomes.push(settled.outcome.kind);
      }
      return outcomes;
    },
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
