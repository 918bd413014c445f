/** The watcher through the whole stack: a delegation that comes when nobody looks any more is found without an event. */
import { expect, it, onTestFinished } from 'vitest';
import { observerOf } from '../../local/azure/estate-view.ts';
import { parseEstate } from '../../local/estates/estate.ts';
import {
  aCustomer,
  anEstate,
  delegationTo,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { runStack } from '../support/stack.ts';

it('finds a delegation that came when the waiting was over', async () => {
  const subscriptions = [{ subscriptionId: subscriptionIdOf(1), displayName: 'Prod', delegations: [] }];
  const delegated = (delegations: object[]) => ({
    customers: { [tenantIdOf(1)]: { subscriptions: { [subscriptionIdOf(1)]: { delegations } } } },
  });
  const estate = anEstate([aCustomer(1, { subscriptions })], {
    timeline: [{ afterMs: 6_000, patch: delegated([delegationTo(PRINCIPAL)]) }],
  });
  const { clientId } = observerOf(parseEstate(JSON.stringify(estate), 'estate'));
  const set = { WATCHER_IDENTITY_CLIENT_ID: clientId, WATCH_SCHEDULE: '*/2 * * * * *' };
  const running = await runStack(estate, { set });
  onTestFinished(() => running.stop());

  await expect
    .poll(
      async () => ((await running.stack.report()) as { tenants: { state: string }[] }).tenants[0]?.state,
      {
        timeout: 25_000,
        interval: 500,
      },
    )
    .toBe('earning');
  expect((await running.azure()).calls).toMatchObject({
    'GET /providers/Microsoft.Insights/eventtypes/management/values': expect.any(Number) as number,
  });
});
