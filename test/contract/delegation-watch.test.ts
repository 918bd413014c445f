/** What the watcher stands on: its table, in memory and in Table Storage, and the log as the simulator shows it. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeArmClient } from '../../src/lib/adapters/arm/arm-client.ts';
import { makeDelegationLog } from '../../src/lib/adapters/arm/delegation-log.ts';
import { makeDelegationWatch } from '../../src/lib/adapters/tables/delegation-watch.ts';
import type { DelegationLogEntry } from '../../src/lib/domain/delegation-log.ts';
import { makeFakeDelegationWatch } from '../fakes/delegation-watch.ts';
import {
  aCustomer,
  aDelegation,
  anEstate,
  startTestAzure,
  subscriptionId,
  tenantId,
} from '../support/azure.ts';
import { useAzurite } from '../support/azurite.ts';

const azurite = useAzurite();
const entry: DelegationLogEntry = {
  action: 'unregister',
  at: '2026-03-10T11:50:00.000Z',
  correlationId: 'correlation-1',
  tenantId: tenantId(1),
  scope: `/subscriptions/${subscriptionId(1)}/resourceGroups/Web`,
};
const key = entry.scope.toLowerCase();

describe.each([
  ['in memory', makeFakeDelegationWatch],
  ['in Table Storage', () => makeDelegationWatch(azurite.table())],
])('the watch of delegations %s', (_where, make) => {
  it('keeps its place', async () => {
    const watch = make();

    expect(await watch.place()).toBeNull();
    await watch.moveTo('2026-03-10T12:00:00.000Z');

    expect(await watch.place()).toBe('2026-03-10T12:00:00.000Z');
  });

  it('owes a look for what it notes until that was asked for', async () => {
    const watch = make();

    expect([await watch.note(entry), await watch.note(entry)]).toEqual([true, true]);
    await watch.asked(entry);

    expect(await watch.note(entry)).toBe(false);
  });

  it('tells the removals of a tenant, until a scope is delegated again', async () => {
    const watch = make();
    await watch.note(entry);
    const removed = await watch.removals(tenantId(1));

    await watch.note({ ...entry, action: 'register', at: '2026-03-10T11:55:00.000Z' });
    const late = await watch.note(entry);

    expect(removed).toEqual(new Map([[key, entry.at]]));
    expect(late).toBe(false);
    expect(await watch.removals(tenantId(1))).toEqual(new Map());
    expect(await watch.removals(tenantId(2))).toEqual(new Map());
  });
});

describe('the activity log on the simulator', () => {
  it('shows one entry for each delegation that was made and removed, behind an empty first page', async () => {
    const began = new Date();
    const patch = (delegations: object[]) => ({
      customers: { [tenantId(1)]: { subscriptions: { [subscriptionId(1)]: { delegations } } } },
    });
    const azure = await startTestAzure(
      anEstate({
        customers: [aCustomer(1)],
        timeline: [
          { afterMs: 0, patch: patch([aDelegation()]) },
          { afterMs: 30, patch: patch([]) },
        ],
      }),
    );
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(azure.caFile, 'utf8')]);
    const clock = () => new Date();
    const armAs = makeArmClient({
      endpoint: azure.url,
      timeoutMs: 5_000,
      clock,
      newId: randomUUID,
      onThrottled: () => undefined,
    });
    const getToken = async () => ({
      token: await azure.observerToken(),
      expiresOnTimestamp: Date.now() + 600_000,
    });
    const log = makeDelegationLog({ arm: armAs({ getToken }) });
    azure.startTimeline();
    await sleep(300);

    const entries = await log.entries(began, new Date(Date.now() + 1_000));
    const none = await log.entries(new Date(0), new Date(1));

    expect(entries).toMatchObject([
      { action: 'register', tenantId: tenantId(1), scope: `/subscriptions/${subscriptionId(1)}` },
      { action: 'unregister', tenantId: tenantId(1), scope: `/subscriptions/${subscriptionId(1)}` },
    ]);
    expect(none).toEqual([]);
  });
});
