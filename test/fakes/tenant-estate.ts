import type { LinkIdentity } from '../../src/lib/domain/link.ts';
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
  /** A subscription belongs to another tenant from now on, where we hold these roles in it. */
  move(subscriptionId: string, tenantId: string, roles: readonly RoleAssignment[]): void;
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
  /** Tenants of subscriptions that have moved. */
  const owners = new Map<string, string>();
  const trouble = aTrouble();
  const calls: string[] = [];
  const isElsewhere = (subscriptionId: string, { tenantId }: LinkIdentity) =>
    (owners.get(subscriptionId) ?? tenantId) !== tenantId;
  const refused = (subscriptionId: string, identity: LinkIdentity) => {
    const ownerTenantId = owners.get(subscriptionId) ?? '';
    return isElsewhere(subscriptionId, identity)
      ? ({ kind: 'no-access', status: 401, ownerTenantId } as const)
      : ({ kind: 'no-access', status: 403 } as const);
  };
  const opensWhole = ({ scope }: NamedRole) => !scopeOf(scope)?.resourceGroup;
  const seen = (id: string, identity: LinkIdentity) => {
    const found = isElsewhere(id, identity) ? null : real.get(id);
    return found && found.roles.length > 0 ? found : null;
  };

  /** The roles that apply at a scope; null where none of them opens it. */
  const applyingAt = (scope: Scope, identity: LinkIdentity) => {
    const roles = seen(scope.subscriptionId, identity)?.roles ?? [];
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
    async subscriptions(identity) {
      calls.push('subscriptions');
      trouble.meet('subscriptions');
      const listed = [...real.values()].filter(
        ({ facts: { subscriptionId } }) =>
          seen(subscriptionId, identity) !== null && !unlisted.has(subscriptionId),
      );
      return Promise.resolve(new Map(listed.map(({ facts }) => [facts.subscriptionId, facts])));
    },
    async roleAssignments(identity, scope) {
      calls.push(scope.id);
      trouble.meet(scope.id);
      const applying = applyingAt(scope, identity);
      const listed = applying?.map(({ name, scope: at, roleId, conditional }): ListedRole => ({
        name,
        scope: at,
        roleId,
        conditional,
      }));
      return Promise.resolve(
        listed ? { kind: 'ok', value: listed } : refused(scope.subscriptionId, identity),
      );
    },
    async roleSchedules(identity, scope) {
      calls.push(`schedules of ${scope.id}`);
      trouble.meet(`schedules of ${scope.id}`);
      const schedules = applyingAt(scope, identity)?.map(
        ({ name, scope: at, roleId, activated, endsAt }): RoleSchedule => ({
          assignment: name,
          scope: at,
          roleId,
          activated,
          endsAt,
        }),
      );
      if (!schedules) return Promise.resolve(refused(scope.subscriptionId, identity));
      return Promise.resolve(fake.licensed ? { kind: 'ok', value: schedules } : { kind: 'unlicensed' });
    },
    async resourceGroups(identity, subscriptionId) {
      calls.push(`groups of ${subscriptionId}`);
      const roles = seen(subscriptionId, identity)?.roles ?? [];
      const names = new Set(roles.flatMap(({ scope }) => scopeOf(scope)?.resourceGroup ?? []));
      const groups = [...names].map((name) => resourceGroupScope(subscriptionId, name));
      return Promise.resolve(
        roles.length > 0 ? { kind: 'ok', value: groups } : refused(subscriptionId, identity),
      );
    },
    put(facts, roles) {
      const named = roles.map((role, at) => ({ ...role, name: `role-${at}` }));
      real.set(facts.subscriptionId, { facts, roles: named });
    },
    remove: (subscriptionId) => real.delete(subscriptionId),
    move(subscriptionId, tenantId, roles) {
      const facts = real.get(subscriptionId)?.facts;
      owners.set(subscriptionId, tenantId);
      if (facts) fake.put({ ...facts, tenantId }, roles);
    },
    unlist: (subscriptionId) => unlisted.add(subscriptionId),
  };
  return fake;
}
