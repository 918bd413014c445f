import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { makeSweepLedger } from '../../src/lib/adapters/tables/sweep-ledger.ts';
import { makeTable } from '../../src/lib/adapters/tables/table.ts';
import { aCustomer, anEstate, delegationTo, PRINCIPAL, READER, subscriptionIdOf } from '../support/estate.ts';
import { linkWrites, runStack, temporaryDirectory, type RunningStack } from '../support/stack.ts';

const CUSTOMERS = 200;

/** Customers nobody has announced, every fifth of them with a role that earns nothing. */
const estate = anEstate(
  Array.from({ length: CUSTOMERS }, (_, n) =>
    aCustomer(n, {
      onboard: false,
      ...(n % 5 === 0
        ? {
            subscriptions: [
              { subscriptionId: subscriptionIdOf(n), delegations: [delegationTo(PRINCIPAL, READER)] },
            ],
          }
        : {}),
    }),
  ),
);

/** Resolves when the sweep has registered some customers and not all of them; fails where it was too quick. */
async function inTheMiddle({ stack }: RunningStack): Promise<void> {
  for (;;) {
    const found = ((await stack.report())['tenants'] as readonly unknown[]).length;
    if (found > CUSTOMERS * 0.9) throw new Error('The sweep was over before the host could be killed.');
    if (found >= CUSTOMERS / 10) return;
    await sleep(10);
  }
}

function lastSweep({ stack }: RunningStack) {
  const connectionString = stack.addresses['tables'] ?? '';
  return makeSweepLedger(makeTable('Sweeps', { kind: 'connection-string', connectionString })).lastFinished();
}

it('comes to the same end as an undisturbed sweep when the host is killed in the middle of it', async () => {
  const dataDir = temporaryDirectory();
  const first = await runStack(estate, { dataDir });
  await first.stack.startSweep();
  await inTheMiddle(first);
  process.kill(first.pids.get('host') ?? 0, 'SIGKILL');
  expect(await first.stack.broken).toContain('host');
  await first.stop();

  const second = await runStack(estate, { dataDir });
  const report = await second.settle();
  const azure = await second.azure();
  const record = await lastSweep(second);
  await second.stop();
  rmSync(dataDir, { recursive: true });

  const states = Map.groupBy(report.tenants, ({ state, changes }) => `${state} ${changes}`);
  expect(Object.fromEntries([...states].map(([state, { length }]) => [state, length]))).toEqual({
    'earning 1': CUSTOMERS * 0.8,
    'not-earning 1': CUSTOMERS * 0.2,
  });
  expect(linkWrites(azure)).toEqual({ PUT: 1 });
  expect(report.parked).toEqual([]);
  expect(record).toMatchObject({
    status: 'finished',
    walks: 2,
    partial: false,
    openFollowUps: 0,
    states: { earning: CUSTOMERS * 0.8, 'not-earning': CUSTOMERS * 0.2 },
    reasons: { 'not-earning': { 'role-not-eligible': CUSTOMERS * 0.2 } },
  });
});
