/** What became of delegations to the managing tenant while the estate changed. */
import type { EstateView, PlacedDelegation } from './estate-view.ts';

/** One delegation to us that was made, changed or removed. */
export interface DelegationEvent {
  readonly action: 'register' | 'unregister';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly scope: string;
}

/** What one change of the estate did to the delegations to the managing tenant. */
export function delegationEvents(before: EstateView, after: EstateView, at: number): DelegationEvent[] {
  const [was, is] = [oursIn(before), oursIn(after)];
  const made = [...is].filter(([id, one]) => was.get(id)?.text !== one.text);
  const gone = [...was].filter(([id]) => !is.has(id));
  return [
    ...made.map(([, { event }]) => ({ ...event, action: 'register' as const, at })),
    ...gone.map(([, { event }]) => ({ ...event, action: 'unregister' as const, at })),
  ];
}

function oursIn(view: EstateView) {
  const ours = (one: PlacedDelegation) => one.managedByTenantId === view.estate.managingTenant.tenantId;
  return new Map(
    view.subscriptions.flatMap(({ customer, subscription, delegations }) =>
      delegations.filter(ours).map((one) => [
        one.assignmentId,
        {
          text: JSON.stringify(one.delegation),
          event: {
            tenantId: customer.tenantId,
            subscriptionId: subscription.subscriptionId,
            scope: one.scope,
          },
        },
      ]),
    ),
  );
}
