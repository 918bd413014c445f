import type { TenantEstate } from '../../src/lib/domain/ports.ts';
import type { RoleAssignment } from '../../src/lib/domain/role-assignment.ts';
import { resourceGroupScope, scopeKey, scopeOf } from '../../src/lib/domain/scope.ts';
import type { SubscriptionFacts } from '../../src/lib/domain/subscription.ts';
import { aTrouble, type Trouble } from './storage.ts';

export interface FakeTenantEstate extends TenantEstate, Trouble {
  /** The object our application is in every tenant; changes when it is removed and consented to anew. */
  objectId: string;
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
 * Ids in trouble: `token`, `subscriptions`, or a scope.
 */
export function makeFakeTenantEstate(objectId: string): FakeTenantEstate {
  const real = new Map<string, { facts: SubscriptionFacts; roles: readonly RoleAssignment[] }>();
  const unlisted = new Set<string>();
  const trouble = aTrouble();
  const calls: string[] = [];
  const forbidden = { kind: 'no-access', status: 403 } as const;
  const opensWhole = ({ scope }: RoleAssignment) => !scopeOf(scope)?.resourceGroup;
  const seen = (id: string) => {
    const found = real.get(id);
    return found && found.roles.length > 0 ? found : null;
  };

  const fake: FakeTenantEstate = {
    ...trouble,
    objectId,
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
      const roles = seen(scope.subscriptionId)?.roles ?? [];
      const applying = roles.filter(
        (role) => opensWhole(role) || `${scopeKey({ id: role.scope })}/`.startsWith(`${scopeKey(scope)}/`),
      );
      const opened = scope.resourceGroup === null ? roles.some(opensWhole) : applying.length > 0;
      return Promise.resolve(opened ? { kind: 'ok', value: applying } : forbidden);
    },
    async resourceGroups(_identity, subscriptionId) {
      calls.push(`groups of ${subscriptionId}`);
      const roles = seen(subscriptionId)?.roles ?? [];
      const names = new Set(roles.flatMap(({ scope }) => scopeOf(scope)?.resourceGroup ?? []));
      const groups = [...names].map((name) => resourceGroupScope(subscriptionId, name));
      return Promise.resolve(roles.length > 0 ? { kind: 'ok', value: groups } : forbidden);
    },
    put(facts, roles) {
      real.set(facts.subscriptionId, { facts, roles });
    },
    remove: (subscriptionId) => real.delete(subscriptionId),
    unlist: (subscriptionId) => unlisted.add(subscriptionId),
  };
  return fake;
}
