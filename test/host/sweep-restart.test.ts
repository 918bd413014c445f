/**
 * A sweep of 2,000 tenants whose host is killed by `kill -9` in the middle comes to the same end as one that nobody
 * disturbed. Both go out from the ledger an earlier sweep would have left; since then there are new customers, better roles
 * and worse ones, all along the way.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { expect, it, onTestFinished } from 'vitest';
import { lighthouseEstate, PRINCIPAL, subscriptionId, tenantId } from '../../bench/estates.ts';
import { coveredTenant, listTenants } from '../../bench/seed.ts';
import { makeTable } from '../../src/lib/adapters/tables/table.ts';
import { makeTenantList } from '../../src/lib/adapters/tables/tenant-list.ts';
import { makeTenantLedger } from '../../src/lib/adapters/tables/tenant-ledger.ts';
import { newTenantRecord } from '../../src/lib/domain/tenant-record.ts';
import { collect } from '../support/collect.ts';
import { READER } from '../support/estate.ts';
import { linkWrites, runStack, temporaryDirectory, type RunningStack } from '../support/stack.ts';

const TENANTS = 2_000;
const numbers = Array.from({ length: TENANTS }, (_, n) => n);

/** What is new with customer number n; with most, nothing. */
const isNew = (n: number) => n % 40 === 0;
const isBetter = (n: number) => n % 40 === 7;
const isWorse = (n: number) => n % 100 === 13;
/** One in five of the new ones has a role that earns nothing. */
const isReader = (n: number) => n % 200 === 0 || isWorse(n);

const asReader = [{ authorizations: [{ principalId: PRINCIPAL, roleDefinitionId: READER }] }];
const asDelegated = lighthouseEstate(TENANTS, { announced: 0, linked: false });
const estate = {
  ...asDelegated,
  customers: asDelegated.customers.map((customer, n) =>
    isReader(n)
      ? { ...customer, subscriptions: [{ subscriptionId: subscriptionId(n), delegations: asReader }] }
      : customer,
  ),
};

/** Nothing is left open because a machine is slow. */
const set = { SWEEP_FINISH_LIMIT_MS: '100000' };

/** New customers in the order in which a sweep comes to them. */
const newcomers = numbers.filter(isNew).map(tenantId).sort();

interface ConnectionString {
  readonly kind: 'connection-string';
  readonly connectionString: string;
}

function ledgerIn(storage: ConnectionString) {
  const list = { project: () => Promise.resolve() };
  return makeTenantLedger(makeTable('Ledger', storage), list, randomUUID, {
    announce: () => Promise.resolve(),
  });
}

/**
 * Puts everybody who is not new on the list, as an earlier sweep would have left them, and on record whom the sweep will
 * have to write: of those with whom nothing is new it reads the list alone.
 */
async function seed(storage: ConnectionString): Promise<void> {
  const at = new Date();
  const known = numbers.filter((n) => !isNew(n));
  const record = (n: number) => coveredTenant(n, at, isBetter(n) ? READER : undefined);
  await listTenants(storage.connectionString, known.map(record));
  const ledger = ledgerIn(storage);
  for (const changed of known.filter((n) => isBetter(n) || isWorse(n)).map(record)) {
    await ledger.commit(
      { record: newTenantRecord(changed.registration), etag: null },
      { record: changed, change: null, closedGaps: [], droppedScopes: [] },
    );
  }
}

const storageOf = ({ stack }: RunningStack): ConnectionString => ({
  kind: 'connection-string',
  connectionString: stack.addresses['tables'] ?? '',
});

/** To how many of the new customers the sweep has come. */
async function met(running: RunningStack): Promise<number> {
  const ledger = ledgerIn(storageOf(running));
  const limit = pLimit(16);
  const found = await Promise.all(newcomers.map((id) => limit(() => ledger.read(id))));
  return found.filter((record) => record !== null).length;
}

/** Resolves when the sweep has come to a third of the new customers. */
async function inTheMiddle(running: RunningStack): Promise<void> {
  const ledger = ledgerIn(storageOf(running));
  const third = newcomers[Math.floor(newcomers.length / 3)] ?? '';
  while (!(await ledger.read(third))) await sleep(10);
}

/** Everything on record at the end of a sweep, but for times, the sweep’s id, and what each look came to. */
async function endOf(running: RunningStack) {
  const { sweep, tenants, links, parked } = await running.settle();
  const list = await collect(makeTenantList(makeTable('Tenants', storageOf(running)), String).all());
  const told = await collect(makeTable('Changes', storageOf(running)).list(`kind ne 'sweep'`, ['RowKey']));
  return {
    tenants: tenants.map(({ lastGood: _lastGood, lastOutcome: _lastOutcome, ...tenant }) => tenant),
    // Of every tenant, also those with whom nothing was new.
    list: list.map(({ digest, summary: { registration, phase, version, verdicts, openGaps } }) => ({
      ...{ tenantId: registration.tenantId, digest, phase, version, verdicts, openGaps },
    })),
    links: links.map(({ lastOutcome: _lastOutcome, ...link }) => link),
    parked,
    told: told.map(({ rowKey }) => rowKey).sort(),
    writes: linkWrites(await running.azure()),
    sweep: sweep && {
      ...{ status: sweep.status, partial: sweep.partial, heldScopes: sweep.heldScopes },
      ...{ states: sweep.states, reasons: sweep.reasons, daysAtRisk: sweep.daysAtRisk },
      ...{ openFollowUps: sweep.openFollowUps, news: sweep.news },
    },
    walks: sweep?.walks,
  };
}

/** The stack with the ledger an earlier sweep would have left, and a sweep that has just been asked for. */
async function sweepingStack(dataDir?: string): Promise<RunningStack> {
  const running = await runStack(estate, { set, ...(dataDir === undefined ? {} : { dataDir }) });
  await seed(storageOf(running));
  await running.stack.startSweep();
  return running;
}

it('comes to the same end as an undisturbed sweep when the host is killed in the middle of it', async () => {
  const dataDir = temporaryDirectory();
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const first = await sweepingStack(dataDir);
  await inTheMiddle(first);
  process.kill(first.pids.get('host') ?? 0, 'SIGKILL');
  expect(await first.stack.broken).toContain('host');
  const metByThen = await met(first);
  await first.stop();
  const second = await runStack(estate, { set, dataDir });
  const { walks, ...end } = await endOf(second);
  await second.stop();

  const undisturbed = await sweepingStack();
  const { walks: itsWalks, ...itsEnd } = await endOf(undisturbed);
  await undisturbed.stop();

  expect(metByThen).toBeGreaterThan(newcomers.length / 4);
  expect(metByThen).toBeLessThan(newcomers.length * 0.9);
  expect([walks, itsWalks]).toEqual([2, 1]);
  expect(end).toEqual(itsEnd);
  expect(itsEnd).toMatchObject({
    parked: [],
    writes: { PUT: 1 },
    sweep: {
      ...{ status: 'finished', partial: false, heldScopes: 0, openFollowUps: 0 },
      states: { earning: TENANTS - 30, 'not-earning': 30 },
    },
  });
  expect([itsEnd.list.length, itsEnd.tenants.length]).toEqual([TENANTS, 120]);
}, 120_000);
