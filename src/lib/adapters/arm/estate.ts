import type { Estate } from '../../domain/ports.ts';
import type { SubscriptionFacts } from '../../domain/subscription.ts';
import type { ArmClient } from './arm-client.ts';
import { noAnswer } from './arm-errors.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';
import { assignmentPage, delegationOf, factsOf, subscription } from './delegation-shapes.ts';
import { NO_ACCESS, readPages } from './pages.ts';
import { listSubscriptions } from './subscription-list.ts';

export interface EstateDeps {
  readonly arm: ArmClient;
  readonly gate: BucketGate;
  /** Whose calls these are: the observer's object id, or a name where it is not known. */
  readonly observer: string;
  readonly managingTenantId: string;
}

/** Direct reads by the observer. Each subscription has a quota bucket of its own, the listing uses the tenant's. */
export function makeEstate(deps: EstateDeps): Estate {
  const inSubscription = <T>(subscriptionId: string, call: () => Promise<T>) =>
    deps.gate.run(bucketOf(deps.observer, subscriptionId, 'reads'), call);

  // Whoever asks while a listing is under way joins the next one, so that it began after the question.
  let running: Promise<unknown> | null = null;
  let waiting: Promise<ReadonlyMap<string, SubscriptionFacts>> | null = null;
  const listAll = async () => {
    const bucket = bucketOf(deps.observer, deps.managingTenantId, 'reads');
    const gated: ArmClient = (call) => deps.gate.run(bucket, () => deps.arm(call));
    return listSubscriptions(gated, 'the subscriptions were listed');
  };

  return {
    delegations: (scope) =>
      inSubscription(scope.subscriptionId, async () => {
        const what = `the delegations of ${scope.id} were read`;
        const path =
          `${scope.id}/providers/Microsoft.ManagedServices/registrationAssignments` +
          '?$expandRegistrationDefinition=true&api-version=2022-10-01';
        const read = await readPages(deps.arm, { path, what, understands: NO_ACCESS }, assignmentPage);
        if (read.kind === 'no-access') return read;
        return { kind: 'ok', value: read.value.map(delegationOf).filter((found) => found !== null) };
      }),

    subscription: (subscriptionId) =>
      inSubscription(subscriptionId, async () => {
        const what = `the subscription ${subscriptionId} was read`;
        const path = `/subscriptions/${subscriptionId}?api-version=2022-12-01`;
        const response = await deps.arm({ method: 'GET', path, what, understands: NO_ACCESS });
        if (response.status >= 400) return { kind: 'no-access', status: response.status };
        const parsed = subscription.safeParse(response.body);
        if (!parsed.success) throw noAnswer(parsed.error, what);
        return { kind: 'ok', value: factsOf(parsed.data) };
      }),

    subscriptions() {
      waiting ??= (async () => {
        await running?.catch(() => undefined);
        const listing = listAll();
        running = listing;
        waiting = null;
        return listing;
      })();
      return waiting;
    },
  };
}
