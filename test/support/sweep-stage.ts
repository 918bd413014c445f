/** The sweep on the stage of fakes, with the queues worked off as the platform would. */
import { everything, type WatchRules } from '../../src/lib/domain/watch.ts';
import { createHash } from 'node:crypto';
import { makeRoleTable, type RoleTable } from '../../src/lib/domain/role-table.ts';
import type { Principal } from '../../src/lib/domain/principal.ts';
import type { SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import { makeConfirmSweep } from '../../src/lib/usecases/confirm-sweep.ts';
import { makeDecideFoundTenants } from '../../src/lib/usecases/found-tenants.ts';
import { makeStartSweep } from '../../src/lib/usecases/start-sweep.ts';
import type { SweepTenantsDeps } from '../../src/lib/usecases/sweep-run.ts';
import { makeSweep } from '../../src/lib/usecases/sweep.ts';
import { makeSweepTenants } from '../../src/lib/usecases/sweep-tenants.ts';
import { makeFakeFoundTenants } from '../fakes/found-tenants.ts';
import { makeFakeSweepLists } from '../fakes/sweep-ledger.ts';
import { makeFakeTenantList } from '../fakes/tenant-list.ts';
import { DAY, HOUR, MINUTE, SECOND } from './clock.ts';
import {
  aDelegation,
  aGrant,
  aPrincipal,
  ids,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from './delegations.ts';
import { aStage } from './stage.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The id of the nth customer. */
export function customer(n: number): string {
  return `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export type SweepStage = ReturnType<typeof aSweepStage>;

interface SweepStageOptions {
  readonly adopt?: 'auto' | 'review';
  /** What operators have decided about roles; a test may change it between two sweeps. */
  readonly decided?: Record<string, boolean>;
  /** The settings' principals; a test may change them between two sweeps. */
  readonly principals?: Principal[];
}

export function aSweepStage(options: SweepStageOptions = {}) {
  const decided = options.decided ?? {};
  const currentRoles: RoleTable = { standing: (roleId) => makeRoleTable(decided).standing(roleId) };
  // What the settings exclude may change while the stage stands, as it does when the app starts anew.
  const watchRules: Writable<WatchRules> = { ...everything };
  const principals = options.principals ?? [aPrincipal()];
  const stage = aStage({ principals, watchRules, tenantSettings: { roles: currentRoles } });
  const { clock, ledger, links, sweeps, queues, followUps, azure, outbox, log } = stage;
  const list = makeFakeTenantList(ledger, digest);
  const sweepLists = makeFakeSweepLists();
  const found = makeFakeFoundTenants();
  const deps: SweepTenantsDeps = {
    ledger,
    list,
    links,
    sweeps,
    sweepLists,
    followUps,
    found,
    outbox,
    queues,
    clock,
    log,
    digest,
    index: azure.index,
    passRules: {
      managingTenantId: ids.managingTenant,
      principals,
      principalRules: [],
      partnerRole: 'direct-bill',
      watchRules,
      roles: currentRoles,
      expectDelegationWithinMs: 14 * DAY,
    },
    adopt: options.adopt ?? 'auto',
    indexLagAllowanceMs: 15 * MINUTE,
    staleAfterMs: 48 * HOUR,
    leaseMs: 30 * MINUTE,
    finishPauseMs: 30 * SECOND,
    finishLimitMs: HOUR,
  };
  const sweep = makeSweep({
    sweepTenants: makeSweepTenants(deps),
    queues,
    clock,
    log,
    retry: { limit: 3, baseMs: 10 * SECOND, capMs: MINUTE, ceilingMs: HOUR },
    random: () => 0.5,
  });
  const startSweep = makeStartSweep({ queues, clock });

  /** Works off both queues; looks at the end of a sweep come at their time. A handler that throws gets its message again. */
  const settle = async () => {
    for (let turns = 0; turns < 10_000; turns += 1) {
      const request = queues.take('reconcile', clock());
      if (request) {
        await stage.reconcile({ queue: 'reconcile', attempts: 1, ...request });
        continue;
      }
      const message = queues.take('sweeps', clock());
      if (message) {
        const deliver = () => sweep({ queue: 'sweeps', attempts: 1, ...message });
        await deliver().catch(deliver);
        continue;
      }
      const [next] = queues.messages('sweeps');
      if (!next?.at) return;
      clock.set(next.at.toISOString());
    }
    throw new Error('The queues do not run dry.');
  };

  return {
    ...stage,
    watchRules,
    list,
    sweepLists,
    found,
    sweep,
    settle,
    startSweep,
    confirm: makeConfirmSweep({ sweeps, sweepLists, followUps, queues, clock, log }),
    decide: makeDecideFoundTenants({ found, ledger, queues, clock }),
    /** Sweeps to the end, a second after whatever was before; gives the summary. */
    async sweepOnce(): Promise<SweepRecord> {
      clock.pass(SECOND);
      const sweepId = await startSweep();
      await settle();
      const record = await sweeps.read(sweepId);
      if (!record) throw new Error('The sweep left no record.');
      return record;
    },
  };
}

/** Puts the nth customer's only subscription into the estate, the nth, by default delegated with a role that earns. */
export function putCustomer(
  { azure }: Pick<SweepStage, 'azure'>,
  n: number,
  { role = roles.contributor, state = 'Enabled', indexLags = false } = {},
): void {
  const facts = someFacts(n, { tenantId: customer(n), state });
  const delegations = [aDelegation({ scope: subscription(n), authorizations: [aGrant(role)] })];
  azure.put({ facts, delegations }, { indexLags });
}

/** Takes the nth customer's delegation away. */
export function removeCustomer({ azure }: Pick<SweepStage, 'azure'>, n: number): void {
  azure.remove(subscriptionId(n));
}
