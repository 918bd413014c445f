import {
  checksOf,
  type Check,
  type DeploymentSight,
  type ObserverReach,
  type Sight,
} from '../domain/deployment-check.ts';
import { Failure } from '../domain/failure.ts';
import { homeIdentity } from '../domain/link.ts';
import type {
  Clock,
  Estate,
  ParkedMessages,
  PartnerLinks,
  QueueName,
  Queues,
  SweepLedger,
  TenantEstate,
  TenantList,
} from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import { observedKindsOf } from '../domain/tenant.ts';

export interface CheckDeploymentDeps {
  readonly principals: readonly Principal[];
  readonly mode: DeploymentSight['mode'];
  readonly globalPartnerIds: readonly string[];
  readonly observerObjectId: string | null;
  readonly staleAfterMs: number;
  readonly expectDelegationWithinMs: number;
  readonly partnerLinks: Pick<PartnerLinks, 'read'>;
  readonly tenantEstate: Pick<TenantEstate, 'objectIdOf'>;
  readonly estate: Pick<Estate, 'subscriptions'>;
  /** The time on ARM's clock. */
  readonly azureTime: () => Promise<Date>;
  readonly list: Pick<TenantList, 'all' | 'page'>;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly parked: Pick<ParkedMessages, 'page'>;
  readonly queues: Pick<Queues, 'reach'>;
  readonly clock: Clock;
}

export type CheckDeployment = () => Promise<readonly Check[]>;

const QUEUES: readonly QueueName[] = ['onboarding', 'reconcile', 'sweeps', 'notices', 'parked'];
const PARKED_COUNTED = 1000;

/** Looks at every part the app rests on, with the app's own identities; writes nothing, and never throws. */
export function makeCheckDeployment(deps: CheckDeploymentDeps): CheckDeployment {
  return async () => {
    const { tenantEstate, partnerLinks, queues, sweeps, parked, list } = deps;
    const at = deps.clock();
    const [principals, observer, tables, reached, azureTime, lastSweep, count] = await Promise.all([
      Promise.all(
        deps.principals.map(async (principal) => ({
          principal,
          token: await look(() =>
            tenantEstate.objectIdOf(principal, principal.homeTenantId, principal.objectId),
          ),
          link: await look(() => partnerLinks.read(homeIdentity(principal))),
        })),
      ),
      look(() => observerReach(deps, at)),
      look(() => list.page({ prefix: '', after: null, size: 1 })),
      Promise.all(QUEUES.map(async (queue) => ({ queue, reached: await look(() => queues.reach(queue)) }))),
      look(deps.azureTime),
      look(() => sweeps.lastFinished()),
      look(async () => (await parked.page(null, PARKED_COUNTED)).length),
    ]);
    const seen = { principals, observer, tables, queues: reached, azureTime, lastSweep, parked: count };
    return checksOf({ ...deps, ...seen, at: deps.clock() });
  };
}

async function look<T>(read: () => Promise<T>): Promise<Sight<T>> {
  try {
    return { kind: 'seen', value: await read() };
  } catch (error) {
    if (error instanceof Failure) return { kind: 'failed', failure: error.kind, message: error.message };
    return {
      kind: 'failed',
      failure: 'unexpected',
      message: 'It failed in a way nobody expected; the log tells more.',
    };
  }
}

/** What is expected to be visible, by the list of tenants, against what is, by ARM's own list. */
async function observerReach(deps: CheckDeploymentDeps, at: Date): Promise<ObserverReach> {
  const subscriptions = await deps.estate.subscriptions();
  const visibleTenants = new Set([...subscriptions.values()].map(({ tenantId }) => tenantId));
  const unseen: string[] = [];
  const missingSubscriptions: string[] = [];
  let tenants = 0;
  let awaited = 0;
  for await (const { summary } of deps.list.all()) {
    const { tenantId, facts, offboardedAt, announcedAt } = summary.registration;
    if (offboardedAt !== null || !observedKindsOf(summary.registration).includes('lighthouse')) continue;
    const visible = visibleTenants.has(tenantId);
    if (!visible && at.getTime() - Date.parse(announcedAt) < deps.expectDelegationWithinMs) {
      awaited += 1;
      continue;
    }
    tenants += 1;
    if (!visible) unseen.push(tenantId);
    else missingSubscriptions.push(...(facts.subscriptionIds ?? []).filter((id) => !subscriptions.has(id)));
  }
  return { tenants, awaited, unseen, missingSubscriptions, visible: subscriptions.size };
}
