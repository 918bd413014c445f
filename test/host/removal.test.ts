import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  PRINCIPAL,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { runStack } from '../support/stack.ts';

const look = (id: string) => ({
  specversion: '1.0',
  type: 'pal.tenant.changed.v1',
  source: 'crm',
  id,
  data: { tenantId: tenantIdOf(1) },
});

it.each(['401', '403', '404'])(
  'believes a removal only when it is proven, where a direct read answers %s',
  async (afterRemoval) => {
    const running = await runStack(
      anEstate([aCustomer(1)], {
        indexLagMs: 2_500,
        rules: { afterRemoval },
        timeline: [
          {
            afterMs: 1_500,
            patch: {
              customers: [
                {
                  tenantId: tenantIdOf(1),
                  subscriptions: [{ subscriptionId: subscriptionIdOf(1), delegations: [] }],
                },
              ],
            },
          },
        ],
      }),
      // Without further looks of its own accord, so that each look here has its own event.
      { set: { SECOND_LOOKS_FOR_MS: '0' } },
    );
    try {
      const before = await running.settle();
      await running.send(look('while-the-index-still-shows-it'));
      const unproven = await running.settle();
      await sleep(2_700);
      await running.send(look('after-the-index-caught-up'));
      const proven = await running.settle();

      expect(before.tenants).toMatchObject([{ state: 'earning', changes: 1 }]);
      expect(unproven.tenants).toMatchObject([{ state: 'earning', changes: 1, failure: { kind: 'denied' } }]);
      expect(proven.tenants).toMatchObject([
        { state: 'not-delegated', reason: 'gone', changes: 2, failure: null, scopes: [{ verdict: 'gone' }] },
      ]);
    } finally {
      await running.stop();
    }
  },
);

it('keeps the state through reads that merely fail, and heals when the delegation comes back', async () => {
  const running = await runStack(
    anEstate([aCustomer(1)], {
      faults: [{ method: 'GET', path: 'registrationAssignments', skip: 1, times: 4, status: 500 }],
      timeline: [
        { afterMs: 100, patch: { customers: [{ tenantId: tenantIdOf(1), displayName: 'Customer 1' }] } },
      ],
    }),
  );
  try {
    const before = await running.settle();
    await running.send(look('while-reads-fail'));
    const failing = await running.settle();
    await running.send(look('when-reads-work'));
    const healed = await running.settle();

    expect(before.tenants).toMatchObject([{ state: 'earning', changes: 1, failure: null }]);
    expect(failing.tenants).toMatchObject([
      { state: 'earning', changes: 1, failure: { kind: 'unavailable' } },
    ]);
    expect(failing.parked).toMatchObject([{ queue: 'reconcile' }]);
    expect(healed.tenants).toMatchObject([{ state: 'earning', changes: 1, failure: null }]);
  } finally {
    await running.stop();
  }
});

it.each([
  [
    'shrinks to one of its resource groups',
    [{ ...delegationTo(PRINCIPAL), resourceGroup: 'rg-web' }],
    ['gone', 'earning'],
  ],
  ['grows from a resource group to the subscription', [delegationTo(PRINCIPAL)], ['earning']],
])('tells what became of a delegation that %s', async (what, after, verdicts) => {
  const before = what.startsWith('shrinks')
    ? [delegationTo(PRINCIPAL)]
    : [{ ...delegationTo(PRINCIPAL), resourceGroup: 'rg-web' }];
  const subscriptions = (delegations: readonly object[]) => [
    { subscriptionId: subscriptionIdOf(1), delegations },
  ];
  const running = await runStack(
    anEstate([aCustomer(1, { subscriptions: subscriptions(before) })], {
      timeline: [
        {
          afterMs: 1_500,
          patch: { customers: [{ tenantId: tenantIdOf(1), subscriptions: subscriptions(after) }] },
        },
      ],
    }),
  );
  try {
    await running.settle();
    await running.send(look('after-the-change'));
    const report = await running.settle();

    expect(report.tenants[0]?.scopes.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(report.tenants[0]?.failure).toBeNull();
  } finally {
    await running.stop();
  }
});

it('shows a delegation that comes late', async () => {
  const late = aCustomer(1, { subscriptions: [{ subscriptionId: subscriptionIdOf(1), delegations: [] }] });
  const running = await runStack(
    anEstate([late], {
      timeline: [
        {
          afterMs: 800,
          patch: {
            customers: [
              {
                tenantId: tenantIdOf(1),
                subscriptions: [
                  { subscriptionId: subscriptionIdOf(1), delegations: [delegationTo(PRINCIPAL)] },
                ],
              },
            ],
          },
        },
      ],
    }),
  );
  try {
    const report = await running.settle();

    expect(report.tenants).toMatchObject([{ state: 'earning', changes: 1 }]);
  } finally {
    await running.stop();
  }
});
