import type { TenantEstate } from '../../src/lib/domain/ports.ts';
import type { ListedRole, RoleAssignment, RoleSchedule } from '../../src/lib/domain/role-assignment.ts';
import { resourceGroupScope, scopeKey, scopeOf, type Scope } from '../../src/lib/domain/scope.ts';
import type { SubscriptionFacts } from '../../src/lib/domain/subscription.ts';
import { aTrouble, type Trouble } from './storage.ts';

type NamedRole = RoleAssignment & Pick<ListedRole, 'name'>;

export interface FakeTenantEstate extends TenantEstate, Trouble {
  /** The object our application is in every tenant; changes when it is removed and consented to anew. */
  objectId: string;
  /** Whether the tenant has the licence it takes to ask for schedules. */
  licensed: boolean;
  /** Puts a subscription there with the roles we hold in it; without roles it is not seen. */
  put(facts: SubscriptionFacts, roles: readonly RoleAssignment[]): void;
  remove(subscriptionId: string): void;
  /** The list of subscriptions lags: it does not show this one. */
  unlist(subscriptionId: string): void;
  /** Everything that was asked, in order. */
  readonly calls: string[];
}

/**
 * A customer's tenant in memory, as our service principal sees it: a role inside a resource group opens that group alone.
 * Ids in trouble: `token`, `subscriptions`, a scope, or `schedules of <scope>`.
 */
export function makeFakeTenantEstate(objectId: string): FakeTenantEstate {
  const real = new Map<string, { facts: SubscriptionFacts; roles: readonly NamedRole[] }>();
  const unlisted = new Set<string>();
  const trouble = aTrouble();
  const calls: string[] = [];
  const forbidden = { kind: 'no-access', status: 403 } as const;
  const opensWhole = ({ scope }: NamedRole) => !scopeOf(scope)?.resourceGroup;
  const seen = (id: string) => {
    const found = real.get(id);
    return found && found.roles.length > 0 ? found : null;
  };

  /** The roles that apply at a scope; null where none of them opens it. */
  const applyingAt = (scope: Scope) => {
    const roles = seen(scope.subscriptionId)?.roles ?? [];
    const applying = roles.filter(
      (role) => opensWhole(role) || `${scopeKey({ id: role.scope })}/`.startsWith(`${scopeKey(scope)}/`),
    );
    const opened = scope.resourceGroup === null ? roles.some(opensWhole) : applying.length > 0;
    return opened ? applying : null;
  };

  const fake: FakeTenantEstate = {
    ...trouble,
    objectId,
    licensed: true,
    calls,
    async objectIdOf() {
      trouble.meet('token');
      return Promise.resolve(fake.objectId);
    },
    async subscriptions() {
      calls.push('subscriptions');
      trouble.meet('subscriptions');
      const listed = [...real.values()].filter(
        ({ facts, roles }) => roles.length > 0 && !unlisted.has(facts.subscriptionId),
      );
      return Promise.resolve(new Map(listed.map(({ facts }) => [facts.subscriptionId, facts])));
    },
    async roleAssignments(_identity, scope) {
      calls.push(scope.id);
      trouble.meet(scope.id);
      const applying = applyingAt(scope);
      const listed = applying?.map(({ name, scope: at, roleId, conditional }): ListedRole => ({
        name,
        scope: at,
        roleId,
        conditional,
      }));
      return Promise.resolve(listed ? { kind: 'ok', value: listed } : forbidden);
    },
    async roleSchedules(_identity, scope) {
      calls.push(`schedules of ${scope.id}`);
      trouble.meet(`schedules of ${scope.id}`);
      const schedules = applyingAt(scope)?.map(
        ({ name, scope: at, roleId, activated, endsAt }): RoleSchedule => ({
          assignment: name,
          scope: at,
          roleId,
          activated,
          endsAt,
        }),
      );
      if (!schedules) return Promise.resolve(forbidden);
      return Promise.resolve(fake.licensed ? { kind: 'ok', value: schedules } : { kind: 'unlicensed' });
    },
    async resourceGroups(_identity, subscriptionId) {
      calls.push(`groups of ${subscriptionId}`);
      const roles = seen(subscriptionId)?.roles ?? [];
      const names = new Set(roles.flatMap(({ scope }) => scopeOf(scope)?.resourceGroup ?? []));
      const groups = [...names].map((name) => resourceGroupScope(subscriptionId, name));
      return Promise.resolve(roles.length > 0 ? { kind: 'ok', value: groups } : forbidden);
    },
    put(facts, roles) {
      const named = roles.map((role, at) => ({ ...role, name: `role-${at}` }));
      real.set(facts.subscriptionId, { facts, roles: named });
    },
    remove: (subscriptionId) => real.delete(subscriptionId),
    unlist: (subscriptionId) => unlisted.add(subscriptionId),
  };
  return fake;
}
