import type { Delegation } from '../../src/lib/domain/delegation.ts';
import type { IndexedSubscription } from '../../src/lib/domain/indexed-subscription.ts';
import type { Access, Estate, EstateIndex } from '../../src/lib/domain/ports.ts';
import { scopeKey, type Scope } from '../../src/lib/domain/scope.ts';
import type { SubscriptionFacts } from '../../src/lib/domain/subscription.ts';
import { aTrouble, type Trouble } from './storage.ts';

/** A customer's subscription as it really is. */
export interface RealSubscription {
  readonly facts: SubscriptionFacts;
  readonly delegations: readonly Delegation[];
  /** Delegated without our observer: neither index nor list nor read shows it. */
  readonly hidden?: boolean;
}

export interface FakeEstate extends Trouble {
  readonly index: EstateIndex;
  readonly estate: Estate;
  /** Puts a subscription there, or changes it. With `indexLags` the index goes on showing what it showed. */
  put(subscription: RealSubscription, options?: { readonly indexLags?: boolean }): void;
  /** Takes a subscription away. With `indexLags` the index goes on showing it. */
  remove(subscriptionId: string, options?: { readonly indexLags?: boolean }): void;
  /** Reads of a subscription answer this status from now on, though it is there. */
  forbid(subscriptionId: string, status: number): void;
  /** The index no longer shows these subscriptions, though they are there. */
  hide(subscriptionIds: readonly string[]): void;
  /** Scopes read directly, in order: a pass over a large tenant must not read them all. */
  readonly directReads: string[];
}

/** The status a direct read answers where the observer has nothing to see. */
type AfterRemoval = 401 | 403 | 404;

/** Azure's delegations in memory, with an index that may lag behind. Ids in trouble: `find`, `subscriptions`, `tenants`, `tenants <id>`, or a scope. */
export function makeFakeEstate(afterRemoval: AfterRemoval = 403): FakeEstate {
  const real = new Map<string, RealSubscription>();
  const indexed = new Map<string, RealSubscription>();
  const forbidden = new Map<string, number>();
  const directReads: string[] = [];
  const trouble = aTrouble();

  const readable = ({ delegations, hidden }: RealSubscription) => !hidden && delegations.length > 0;
  const access = <T>(subscriptionId: string, read: (found: RealSubscription) => T | null): Access<T> => {
    const found = real.get(subscriptionId);
    const status = forbidden.get(subscriptionId);
    const value = found && readable(found) && status === undefined ? read(found) : null;
    return value === null ? { kind: 'no-access', status: status ?? afterRemoval } : { kind: 'ok', value };
  };
  const within = (scope: Scope, { delegations }: RealSubscription) =>
    delegations.filter(({ scope: on }) => `${scopeKey(on)}/`.startsWith(`${scopeKey(scope)}/`));
  const onSubscription = ({ delegations }: RealSubscription) =>
    delegations.some(({ scope }) => scope.resourceGroup === null);

  return {
    ...trouble,
    index: {
      coming: () => () => undefined,
      async *tenants(onCall) {
        onCall?.('graphQueries');
        trouble.meet('tenants');
        const seen = [...indexed.values()].filter(readable);
        const byTenant = Map.groupBy(seen, ({ facts }) => facts.tenantId);
        for (const tenantId of [...byTenant.keys()].sort()) {
          trouble.meet(`tenants ${tenantId}`);
          yield await Promise.resolve({ tenantId, subscriptions: byTenant.get(tenantId) ?? [] });
        }
      },
      async find(tenantId) {
        trouble.meet('find');
        const found = [...indexed.values()].filter((s) => s.facts.tenantId === tenantId && readable(s));
        return Promise.resolve(
          found.map(({ facts, delegations }): IndexedSubscription => ({ facts, delegations })),
        );
      },
    },
    estate: {
      async delegations(scope) {
        directReads.push(scope.id);
        trouble.meet(scope.id);
        const answer = access(scope.subscriptionId, (found) => {
          // A resource group delegated alone gives no access to its subscription.
          const list = within(scope, found);
          return onSubscription(found) || (scope.resourceGroup !== null && list.length > 0) ? list : null;
        });
        return Promise.resolve(answer);
      },
      async subscription(subscriptionId) {
        trouble.meet(subscriptionId);
        return Promise.resolve(access(subscriptionId, ({ facts }) => facts));
      },
      async subscriptions() {
        trouble.meet('subscriptions');
        const seen = [...real.values()].filter(readable);
        return Promise.resolve(new Map(seen.map(({ facts }) => [facts.subscriptionId, facts])));
      },
    },
    put(subscription, { indexLags = false } = {}) {
      real.set(subscription.facts.subscriptionId, subscription);
      if (!indexLags) indexed.set(subscription.facts.subscriptionId, subscription);
    },
    remove(subscriptionId, { indexLags = false } = {}) {
      real.delete(subscriptionId);
      if (!indexLags) indexed.delete(subscriptionId);
    },
    forbid: (subscriptionId, status) => forbidden.set(subscriptionId, status),
    hide: (subscriptionIds) => subscriptionIds.forEach((id) => indexed.delete(id)),
    directReads,
  };
}
