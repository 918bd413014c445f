/** Estates as property tests draw them: subscriptions delegated wholly, in part or not at all, in every kind of trouble. */
import fc from 'fast-check';
import type { Delegation } from '../../src/lib/domain/delegation.ts';
import type { FakeEstate } from '../fakes/estate.ts';
import { aDelegation, aGrant, ids, resourceGroup, roles, someFacts, subscription } from './delegations.ts';

const grants = fc.constantFrom(
  [aGrant(roles.contributor)],
  [aGrant(roles.reader)],
  [aGrant(roles.reader), aGrant(roles.assignmentDelete)],
  [aGrant(roles.contributor, ids.palApplication)],
  [],
);

/** What may stand on a subscription and on two of its resource groups, whose names sort differently in table and text. */
export const delegationsOf = (n: number): fc.Arbitrary<Delegation[]> =>
  fc
    .record({
      on: fc.subarray([subscription(n), resourceGroup(n, 'web_a'), resourceGroup(n, 'Web1')]),
      authorizations: grants,
      eligibleAuthorizations: grants,
      provisioningState: fc.constantFrom('Succeeded', 'Succeeded', 'Accepted'),
    })
    .map(({ on, ...rest }) => on.map((scope) => aDelegation({ ...rest, scope })));

/** A subscription of a tenant; without delegations the observer sees nothing of it. */
export interface AnySubscription {
  readonly n: number;
  readonly tenantId: string;
  readonly delegations: readonly Delegation[];
  readonly state: string;
}

/** Subscriptions of these numbers in these tenants, each tenant's drawn on its own. */
export function anyEstate(tenants: ReadonlyMap<string, readonly number[]>): fc.Arbitrary<AnySubscription[]> {
  const drawn = [...tenants].flatMap(([tenantId, numbers]) =>
    numbers.map((n) =>
      fc.record({
        n: fc.constant(n),
        tenantId: fc.constant(tenantId),
        delegations: delegationsOf(n),
        state: fc.constantFrom('Enabled', 'Enabled', 'Enabled', 'Disabled'),
      }),
    ),
  );
  return fc.tuple(...drawn);
}

/** Makes it so; of the subscriptions named in `late` the index goes on showing what it showed. */
export function show(
  azure: Pick<FakeEstate, 'put' | 'remove'>,
  estate: readonly AnySubscription[],
  late: readonly number[] = [],
): void {
  for (const { n, tenantId, delegations, state } of estate) {
    const facts = someFacts(n, { tenantId, state });
    const options = { indexLags: late.includes(n) };
    if (delegations.length === 0) azure.remove(facts.subscriptionId, options);
    else azure.put({ facts, delegations }, options);
  }
}
