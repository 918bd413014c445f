import { mayEarn } from '../domain/coverage.ts';
import pLimit from 'p-limit';
import { Failure } from '../domain/failure.ts';
import { expectedSubscriptions } from '../domain/move.ts';
import type { LinkIdentity } from '../domain/link.ts';
import type { Access, TenantEstate } from '../domain/ports.ts';
import type { Reading } from '../domain/reading.ts';
import { rolesHeld, type ListedRole, type RoleAssignment } from '../domain/role-assignment.ts';
import type { RoleTable } from '../domain/role-table.ts';
import { subscriptionScope, type Scope } from '../domain/scope.ts';
import type { SubscriptionFacts } from '../domain/subscription.ts';
import type { TenantRecord } from '../domain/tenant-record.ts';
import { isOwnAccessWatched, type WatchRules } from '../domain/watch.ts';
import { makeReadSchedules } from './read-schedules.ts';

export interface ObserveInTenantDeps {
  readonly tenantEstate: TenantEstate;
  /** How many direct reads one pass has under way at once. */
  readonly concurrentReads: number;
  readonly watchRules: WatchRules;
  readonly roles: RoleTable;
  readonly managingTenantId: string;
}

/** Adds to a list of roles how they came about and when they end. */
type WithEnds = (scope: Scope, listed: readonly ListedRole[]) => Promise<readonly RoleAssignment[]>;

/**
 * Looks at one customer's tenant as our service principal there: the list of subscriptions it sees, then its roles in
 * each, and, where those earn, their ends. `record` is what that way of access has covered so far, and `now` what ends are
 * held against. Trouble with one subscription becomes an `unreadable` reading; throws `Failure` only when the
 * subscriptions cannot be listed.
 */
export async function observeInTenant(
  deps: ObserveInTenantDeps,
  identity: LinkIdentity,
  record: TenantRecord,
  now: Date,
): Promise<Reading[]> {
  const readSchedules = makeReadSchedules(deps.tenantEstate, identity);
  const withEnds = ({ state }: SubscriptionFacts): WithEnds => {
    return async (scope, roles) =>
      rolesHeld(roles, mayEarn(state, roles, deps.roles) ? await readSchedules(scope) : [], now);
  };
  const listed = await deps.tenantEstate.subscriptions(identity);
  // What is delegated to the customer, who may be a partner too, shows in the same list.
  const own = [...listed.values()].filter(({ tenantId }) => tenantId === identity.tenantId);
  const isWatched = (id: string) => isOwnAccessWatched(deps.watchRules, id);
  const seen = new Set(own.map(({ subscriptionId }) => subscriptionId));
  // What has gone may turn out to have moved: Azure knows of the new tenant up to an hour late.
  const covered = record.scopes.filter(
    ({ verdict, subscriptionId }) => verdict !== 'not-visible' && isWatched(subscriptionId),
  );
  const lost = new Set(covered.map((scope) => scope.subscriptionId).filter((id) => !seen.has(id)));
  const expected = expectedSubscriptions(record).filter(
    (id) => !seen.has(id) && !lost.has(id) && isWatched(id),
  );

  const limit = pLimit(deps.concurrentReads);
  const readable = (scope: Scope, read: () => Promise<Reading>) =>
    limit(async (): Promise<Reading> => {
      try {
        return await read();
      } catch (error) {
        if (error instanceof Failure) return { kind: 'unreadable', scope, failure: error };
        throw error;
      }
    });
  const readings = await Promise.all([
    ...own.map((facts): Promise<Reading> | Reading => {
      const scope = subscriptionScope(facts.subscriptionId);
      if (!isWatched(facts.subscriptionId)) return { kind: 'excluded', scope };
      return readable(scope, () => readRoles(deps.tenantEstate, identity, facts, withEnds(facts)));
    }),
    ...[...lost].map((id) => {
      const scope = subscriptionScope(id);
      return readable(scope, () => proveLost(deps, identity, scope));
    }),
  ]);
  return [
    ...readings,
    ...expected.map((id) => ({ kind: 'not-visible' as const, scope: subscriptionScope(id) })),
  ];
}

async function readRoles(
  estate: TenantEstate,
  identity: LinkIdentity,
  facts: SubscriptionFacts,
  withEnds: WithEnds,
): Promise<Reading> {
  const scope = subscriptionScope(facts.subscriptionId);
  const whole = await estate.roleAssignments(identity, scope);
  const assignments =
    whole.kind === 'ok'
      ? await withEnds(scope, whole.value)
      : await rolesByGroup(estate, identity, scope, withEnds);
  return { kind: 'role-assignments', scope, facts, assignments };
}

/**
 * A role on a resource group alone does not permit to read the subscription's assignments, only the group's. Each
 * group's list holds what was assigned above it too, so together they tell what the subscription's would.
 */
async function rolesByGroup(
  estate: TenantEstate,
  identity: LinkIdentity,
  scope: Scope,
  withEnds: WithEnds,
): Promise<readonly RoleAssignment[]> {
  const groups = permitted(await estate.resourceGroups(identity, scope.subscriptionId), scope);
  const lists: (readonly RoleAssignment[])[] = [];
  // One after the other: they are few, and all draw on the subscription's one quota.
  for (const group of groups) {
    lists.push(await withEnds(group, permitted(await estate.roleAssignments(identity, group), group)));
  }
  if (lists.length === 0) throw notPermitted(scope);
  return lists.flat();
}

/**
 * 401, 403 and 404 prove nothing by themselves; the list that lacks the subscription, read to its end, does. Where Azure
 * names another customer's tenant as the subscription's, both together prove that it has moved there.
 */
async function proveLost(
  { tenantEstate, managingTenantId }: ObserveInTenantDeps,
  identity: LinkIdentity,
  scope: Scope,
): Promise<Reading> {
  const read = await tenantEstate.roleAssignments(identity, scope);
  if (read.kind === 'no-access') {
    const { ownerTenantId: to } = read;
    const moved = to !== undefined && to !== identity.tenantId && to !== managingTenantId;
    return moved ? { kind: 'moved', scope, to } : { kind: 'gone', scope };
  }
  throw new Failure(
    'unavailable',
    `Azure lists no subscription ${scope.id}, yet its role assignments are read.`,
  );
}

function permitted<T>(access: Access<readonly T[]>, scope: Scope): readonly T[] {
  if (access.kind === 'ok') return access.value;
  throw notPermitted(scope, access.status);
}

function notPermitted(scope: Scope, status = 403): Failure {
  return new Failure(
    'denied',
    `Azure answered ${status} when our own role assignments at ${scope.id} were read; a role that may read them, such as Reader, is missing beside the others.`,
  );
}
