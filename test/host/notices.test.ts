import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  aCustomer,
  anEstate,
  delegationTo,
  PRINCIPAL,
  READER,
  subscriptionIdOf,
  tenantIdOf,
} from '../support/estate.ts';
import { SECRET, startReceiver, type Receiver } from '../support/receiver.ts';
import { runStack, settleEstate, type StackReport } from '../support/stack.ts';

/** A customer whose delegation gives the principal a role that earns nothing. */
function aReader(n: number, overrides: object = {}) {
  const delegations = [delegationTo(PRINCIPAL, READER)];
  return aCustomer(n, {
    subscriptions: [{ subscriptionId: subscriptionIdOf(n), displayName: `Subscription ${n}`, delegations }],
    ...overrides,
  });
}

async function aReceiver(statuses: readonly number[] = []): Promise<Receiver> {
  const receiver = await startReceiver(statuses);
  onTestFinished(() => receiver.stop());
  return receiver;
}

function routesTo(...receivers: readonly Receiver[]): { NOTICE_ROUTES: string } {
  const routes = receivers.map(({ url }, n) => ({
    name: `crm-${n}`,
    sink: 'webhook',
    url,
    secret: SECRET,
    min: 'immediate',
  }));
  return { NOTICE_ROUTES: JSON.stringify(routes) };
}

const gapOf = (n: number) => ({ type: 'pal.tenant.changed.v1', id: `tenant~${tenantIdOf(n)}~1` });

describe('with three receivers: one sound, one in trouble, one dead', () => {
  let sound: Receiver;
  let shaky: Receiver;
  let report: StackReport;

  beforeAll(async () => {
    const dead = await startReceiver();
    [sound, shaky] = [await startReceiver(), await startReceiver([500, 0, 500])];
    await dead.stop();
    const event = { tenantId: tenantIdOf(1), displayName: 'Customer 1' };
    const customers = [aReader(1, { onboard: false }), aCustomer(2)];
    const events = [event, event, event, event, event, 'not json'];
    const set = { ...routesTo(sound, shaky, dead), PUBLIC_URL: 'https://pal.fabrikam.example' };
    ({ report } = await settleEstate(anEstate(customers, { events }), { set }));
  }, 90_000);

  afterAll(async () => {
    await Promise.all([sound.stop(), shaky.stop()]);
  });

  it('tells of a link made, of a gap and of a parked message, once and signed, however often an event comes', () => {
    const events = sound.events();

    expect(sound.received.every(({ signed }) => signed)).toBe(true);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'pal.link.changed.v1',
      'pal.message.parked.v1',
      'pal.tenant.changed.v1',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        ...gapOf(1),
        data: expect.objectContaining({
          displayName: 'Customer 1',
          state: { from: 'unobserved', to: 'not-earning' },
          reason: 'role-not-eligible',
          page: `https://pal.fabrikam.example/api/dashboard#/tenants/${tenantIdOf(1)}`,
        }) as unknown,
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'pal.link.changed.v1',
        data: expect.objectContaining({ state: { from: 'unknown', to: 'linked' } }) as unknown,
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'pal.message.parked.v1',
        data: expect.objectContaining({
          queue: 'onboarding',
          reason: 'The message body is not valid JSON in UTF-8.',
        }) as unknown,
      }),
    );
  });

  it('tries the one in trouble again under the same id, and tells it the same, once', () => {
    const refused = shaky.received.filter(({ status }) => status !== 202).map(({ id }) => id);
    const accepted = shaky.received.filter(({ status }) => status === 202).map(({ id }) => id);

    expect(refused).toHaveLength(3);
    expect(accepted).toEqual(expect.arrayContaining([...new Set(refused)]));
    expect(
      shaky
        .events()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(
      sound
        .events()
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('parks what the dead one never took, tells nobody of that, and holds up no pass', () => {
    const notices = report.parked.filter(({ queue }) => queue === 'notices');

    expect(report.tenants.map(({ state }) => state).sort()).toEqual(['earning', 'not-earning']);
    expect(notices.length).toBeGreaterThan(0);
    expect(notices.every(({ reason }) => reason.startsWith('Route crm-2:'))).toBe(true);
    expect(report.parked).toHaveLength(notices.length + 1);
  });
});

it('tells of the first sweep by its summary alone', async () => {
  const receiver = await aReceiver();
  const running = await runStack(
    anEstate([aReader(1, { onboard: false }), aCustomer(2, { onboard: false })]),
    {
      set: routesTo(receiver),
    },
  );
  onTestFinished(() => running.stop());

  await running.settle();
  await running.stack.startSweep();
  const { tenants } = await running.settle();

  expect(tenants.map(({ state }) => state).sort()).toEqual(['earning', 'not-earning']);
  expect(receiver.events().map(({ type }) => type)).toEqual(['pal.sweep.finished.v1']);
  expect(receiver.events()).toMatchObject([
    { data: { baseline: true, states: { earning: 1, 'not-earning': 1 } } },
  ]);
});

it('keeps what is not urgent for the day’s digest', async () => {
  const receiver = await aReceiver();
  const [route] = JSON.parse(routesTo(receiver).NOTICE_ROUTES) as object[];
  const running = await runStack(anEstate([aCustomer(1)]), {
    set: { NOTICE_ROUTES: JSON.stringify([{ ...route, min: 'all' }]) },
  });
  onTestFinished(() => running.stop());
  await running.settle();
  const atOnce = receiver.events().map(({ type }) => type);

  // The digest leaves the windows alone that may not have been gone through yet.
  await sleep(2_000);
  for (let day = 1; day <= 2; day++) {
    await fetch(`http://127.0.0.1:${running.stack.httpPort}/admin/functions/send-digest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    await running.settle();
  }

  expect(atOnce).toEqual(['pal.link.changed.v1']);
  expect(receiver.events().slice(1)).toMatchObject([{ type: 'pal.tenant.changed.v1', id: gapOf(1).id }]);
  expect(receiver.events()[1]?.data).toMatchObject({ state: { from: 'unobserved', to: 'earning' } });
});
