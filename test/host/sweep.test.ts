import { expect, it } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  MANAGING_TENANT,
  PRINCIPAL,
  READER,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { linkReads, linkWrites, runStack, type RunningStack } from '../support/stack.ts';

/** Runs one sweep to its end. */
async function sweep(running: RunningStack) {
  await running.stack.startSweep();
  const report = await running.settle();
  return { report, azure: await running.azure() };
}

const removed = (n: number, afterMs: number) => ({
  afterMs,
  patch: {
    customers: [
      { tenantId: tenantIdOf(n), subscriptions: [{ subscriptionId: subscriptionIdOf(n), delegations: [] }] },
    ],
  },
});

it('costs a page of the index, one link read and no write when nothing has changed', async () => {
  const running = await runStack(anEstate(30));
  try {
    const before = await running.settle();
    const callsBefore = (await running.azure()).calls;
    const { report, azure } = await sweep(running);

    const made = Object.entries(azure.calls).map(([call, count]) => [call, count - (callsBefore[call] ?? 0)]);
    expect(Object.fromEntries(made.filter(([, count]) => count !== 0))).toEqual({
      'POST /providers/Microsoft.ResourceGraph/resources': 1,
      'GET /providers/Microsoft.ManagementPartner/partners': 1,
    });
    const told = (r: typeof report) =>
      r.tenants.map(({ tenantId, state, changes }) => [tenantId, state, changes]);
    expect(told(report)).toEqual(told(before));
    expect(
      report.tenants.every(({ lastGood }, at) => (lastGood ?? '') > (before.tenants[at]?.lastGood ?? '')),
    ).toBe(true);
  } finally {
    await running.stop();
  }
});

it('registers customers nobody announced, links for them, and leaves alone what is not delegated to us', async () => {
  const unannounced = [1, 2, 3].map((n) => aCustomer(n, { onboard: false }));
  const foreign = aCustomer(4, {
    onboard: false,
    subscriptions: [
      {
        subscriptionId: subscriptionIdOf(4),
        delegations: [
          { ...delegationTo(PRINCIPAL), managedByTenantId: 'dddddddd-0000-4000-8000-000000000001' },
        ],
      },
    ],
  });
  const own = aCustomer(5, { onboard: false, tenantId: MANAGING_TENANT });
  const reader = aCustomer(6, {
    onboard: false,
    subscriptions: [{ subscriptionId: subscriptionIdOf(6), delegations: [delegationTo(PRINCIPAL, READER)] }],
  });
  const running = await runStack(anEstate([...unannounced, foreign, own, reader]));
  try {
    await running.settle();
    const { report, azure } = await sweep(running);

    const states = Object.fromEntries(
      report.tenants.map(({ tenantId, state, changes }) => [tenantId, [state, changes]]),
    );
    expect(states).toEqual({
      [tenantIdOf(1)]: ['earning', 1],
      [tenantIdOf(2)]: ['earning', 1],
      [tenantIdOf(3)]: ['earning', 1],
      [tenantIdOf(6)]: ['not-earning', 1],
    });
    expect(linkWrites(azure)).toEqual({ PUT: 1 });
    expect(linkReads(azure)).toBeLessThanOrEqual(5);
  } finally {
    await running.stop();
  }
});

it('finds a removal, proves it, and changes nobody else', async () => {
  const running = await runStack(anEstate(5, { timeline: [removed(2, 2_500)] }));
  try {
    await running.settle();
    const { report } = await sweep(running);

    const gone = report.tenants.find(({ tenantId }) => tenantId === tenantIdOf(2));
    const others = report.tenants.filter(({ tenantId }) => tenantId !== tenantIdOf(2));
    expect(gone).toMatchObject({ state: 'not-delegated', reason: 'gone', changes: 2 });
    expect(others.map(({ state, changes }) => [state, changes])).toEqual(others.map(() => ['earning', 1]));
  } finally {
    await running.stop();
  }
});
