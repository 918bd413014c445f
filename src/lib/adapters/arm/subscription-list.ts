import { Failure } from '../../domain/failure.ts';
import type { SubscriptionFacts } from '../../domain/subscription.ts';
import type { ArmClient } from './arm-client.ts';
import { factsOf, subscriptionPage } from './delegation-shapes.ts';
import { readPages } from './pages.ts';

/** Every subscription a caller sees, by id, from all pages. Throws `denied` for a caller that may not list them. */
export async function listSubscriptions(
  arm: ArmClient,
  what: string,
): Promise<ReadonlyMap<string, SubscriptionFacts>> {
  const call = { path: '/subscriptions?api-version=2022-12-01', what };
  const read = await readPages(arm, call, subscriptionPage);
  if (read.kind === 'no-access') throw new Failure('denied', `Azure answered ${read.status} when ${what}.`);
  return new Map(read.value.map((found) => [found.subscriptionId.toLowerCase(), factsOf(found)]));
}
