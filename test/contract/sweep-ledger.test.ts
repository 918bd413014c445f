import { describe, expect, it } from 'vitest';
import { makeFoundTenants } from '../../src/lib/adapters/tables/found-tenants.ts';
import { makeFollowUps, makeSweepLedger } from '../../src/lib/adapters/tables/sweep-ledger.ts';
import { makeSweepLists } from '../../src/lib/adapters/tables/sweep-lists.ts';
import type { FoundTenant } from '../../src/lib/domain/found-tenant.ts';
import { newSweepRecord, type SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import { makeFakeFoundTenants } from '../fakes/found-tenants.ts';
import { makeFakeFollowUps, makeFakeSweepLedger, makeFakeSweepLists } from '../fakes/sweep-ledger.ts';
import { useAzurite } from '../support/azurite.ts';
import { collect } from '../support/collect.ts';
import { ids } from '../support/delegations.ts';

const azurite = useAzurite();

const stores = {
  'in memory': () => ({
    sweeps: makeFakeSweepLedger(),
    lists: makeFakeSweepLists(),
    followUps: makeFakeFollowUps(),
    found: makeFakeFoundTenants(),
  }),
  'in Table Storage': () => {
    const table = azurite.table();
    return {
      sweeps: makeSweepLedger(table),
      lists: makeSweepLists(table),
      followUps: makeFollowUps(azurite.table()),
      found: makeFoundTenants(azurite.table()),
    };
  },
};
const kinds = Object.entries(stores);

const at = (time: string) => new Date(`2026-03-10T${time}:00.000Z`);
const finished = (sweepId: string, time: string): SweepRecord => ({
  ...newSweepRecord(sweepId, at(time).toISOString()),
  status: 'finished',
  finishedAt: at('05:00').toISOString(),
  states: { earning: 3 },
  news: null,
});

describe.each(kinds)('sweeps %s', (_, make) => {
  it('share one lease, which its owner may take again', async () => {
    const { sweeps } = make();

    expect(await sweeps.lease('sweep-1', at('02:30'), at('02:00'))).toBe(true);
    expect(await sweeps.lease('sweep-2', at('02:40'), at('02:10'))).toBe(false);
    expect(await sweeps.lease('sweep-1', at('02:50'), at('02:20'))).toBe(true);
    expect(await sweeps.lease('sweep-2', at('03:20'), at('02:50'))).toBe(true);
  });

  it('write a record with the lease, or nothing', async () => {
    const { sweeps } = make();
    const first = newSweepRecord('sweep-1', at('02:00').toISOString());
    const second = newSweepRecord('sweep-2', at('02:10').toISOString());

    expect(await sweeps.lease('sweep-1', at('02:30'), at('02:00'), first)).toBe(true);
    expect(await sweeps.lease('sweep-2', at('02:40'), at('02:10'), second)).toBe(false);
    expect(await sweeps.lease('sweep-1', at('02:30'), at('02:01'), { ...first, walks: 2 })).toBe(true);

    expect(await sweeps.read('sweep-1')).toEqual({ ...first, walks: 2 });
    expect(await sweeps.read('sweep-2')).toBeNull();
  });

  it('give the lease back when they have finished, but not another’s', async () => {
    const { sweeps } = make();
    await sweeps.lease('sweep-1', at('02:30'), at('02:00'));

    await sweeps.write(finished('sweep-2', '02:00'));
    const before = await sweeps.lease('sweep-2', at('02:30'), at('02:00'));
    await sweeps.write(finished('sweep-1', '02:00'));

    expect([before, await sweeps.lease('sweep-2', at('02:30'), at('02:00'))]).toEqual([false, true]);
  });

  it('are unknown until they are written, and then read as they were', async () => {
    const { sweeps } = make();
    const record = { ...newSweepRecord('sweep-1', at('02:00').toISOString()), walks: 2 };

    expect(await sweeps.read('sweep-1')).toBeNull();
    await sweeps.write(record);

    expect(await sweeps.read('sweep-1')).toEqual(record);
    expect(await sweeps.lastFinished()).toBeNull();
  });

  it('keep a confirmation, and what else was written meanwhile', async () => {
    const { sweeps } = make();
    const record = newSweepRecord('sweep-1', at('02:00').toISOString());
    await sweeps.write({ ...record, status: 'following-up' });
    const confirmation = { by: 'kari', at: at('03:00').toISOString(), tenants: 12 };

    await Promise.all([sweeps.confirm('sweep-1', confirmation), sweeps.write(finished('sweep-1', '02:00'))]);
    await sweeps.confirm('sweep-1', { ...confirmation, by: 'ola' });
    await sweeps.confirm('sweep-2', confirmation);

    expect(await sweeps.read('sweep-1')).toEqual({
      ...finished('sweep-1', '02:00'),
      confirmed: confirmation,
    });
    expect(await sweeps.read('sweep-2')).toBeNull();
  });

  it('have one that finished last, also when an earlier one is written again', async () => {
    const { sweeps } = make();
    await sweeps.write(finished('sweep-1', '02:00'));
    await sweeps.write(finished('sweep-2', '03:00'));
    await sweeps.write({ ...finished('sweep-1', '02:00'), openFollowUps: 7 });
    await sweeps.write({ ...finished('sweep-3', '04:00'), status: 'following-up' });

    expect(await sweeps.lastFinished()).toEqual(finished('sweep-2', '03:00'));
    expect(await sweeps.read('sweep-1')).toMatchObject({ openFollowUps: 7 });
  });
});

describe.each(kinds)('follow-ups %s', (_, make) => {
  it('are open until they are done, for each sweep by itself', async () => {
    const { followUps } = make();
    await followUps.add('sweep-1', ids.customer);
    await followUps.add('sweep-1', ids.customer);
    await followUps.add('sweep-1', `${ids.managingTenant}/${ids.pal}`);
    await followUps.add('sweep-2', ids.customer);

    const before = await followUps.open('sweep-1', 10);
    await followUps.done('sweep-1', `${ids.managingTenant}/${ids.pal}`);
    await followUps.done('sweep-1', ids.otherCustomer);

    expect([before, await followUps.open('sweep-1', 10)]).toEqual([2, 1]);
    expect(await followUps.open('sweep-2', 10)).toBe(1);
  });

  it('are counted no further than asked', async () => {
    const { followUps } = make();
    await Promise.all(['a', 'b', 'c'].map((id) => followUps.add('sweep-1', id)));

    expect(await followUps.open('sweep-1', 2)).toBe(2);
  });
});

describe.each(kinds)('lists of a sweep %s', (_, make) => {
  const tenantsAt = (count: number, state: string) =>
    Array.from({ length: count }, (__, n) => ({
      tenantId: `cccccccc-0000-4000-8000-${String(n).padStart(12, '0')}`,
      state,
    }));

  it('are empty until they are written', async () => {
    const { lists } = make();

    expect(await collect(lists.read('held', 'sweep-1'))).toEqual([]);
    await lists.write('held', 'sweep-1', []);
    expect(await collect(lists.read('held', 'sweep-1'))).toEqual([]);
  });

  it('come back whole and in order, however long', async () => {
    const { lists } = make();
    const states = tenantsAt(13_000, 'awaiting-delegation');

    await lists.write('states', 'sweep-1', states);

    expect(await collect(lists.read('states', 'sweep-1'))).toEqual(states);
  });

  it('are written in place of what was there, also of a longer one', async () => {
    const { lists } = make();
    await lists.write('states', 'sweep-1', tenantsAt(13_000, 'earning'));

    await lists.write('states', 'sweep-1', tenantsAt(2, 'unlinked'));

    expect(await collect(lists.read('states', 'sweep-1'))).toEqual(tenantsAt(2, 'unlinked'));
  });

  it('are dropped one by one', async () => {
    const { lists } = make();
    await lists.write('held', 'sweep-1', [{ tenantId: ids.customer, worsening: 2 }]);
    await lists.write('held', 'sweep-2', [{ tenantId: ids.otherCustomer, worsening: 1 }]);
    await lists.write('states', 'sweep-1', tenantsAt(1, 'earning'));

    await lists.drop('held', 'sweep-1');

    expect(await collect(lists.read('held', 'sweep-1'))).toEqual([]);
    expect(await collect(lists.read('held', 'sweep-2'))).toEqual([
      { tenantId: ids.otherCustomer, worsening: 1 },
    ]);
    expect(await collect(lists.read('states', 'sweep-1'))).toHaveLength(1);
  });
});

describe.each(kinds)('found customers %s', (_, make) => {
  const aFound = (tenantId = ids.customer): FoundTenant => ({
    tenantId,
    firstSeenAt: at('02:00').toISOString(),
    lastSeenAt: at('02:00').toISOString(),
    subscriptions: 2,
    offers: ['Fabrikam managed service'],
    dismissed: null,
  });

  it('are listed in the order of tenant ids, as they were written', async () => {
    const { found } = make();
    await found.write(aFound(ids.otherCustomer), null);
    await found.write(aFound(), null);

    expect(await collect(found.all())).toEqual([aFound(), aFound(ids.otherCustomer)]);
    expect((await found.read(ids.customer))?.record).toEqual(aFound());
    expect(await found.read(ids.palInTenant)).toBeNull();
  });

  it('are written only over what was read', async () => {
    const { found } = make();
    await found.write(aFound(), null);
    const known = await found.read(ids.customer);
    await found.write(
      { ...aFound(), dismissed: { by: 'kari', at: at('08:00').toISOString() } },
      known?.etag ?? null,
    );

    await expect(found.write(aFound(), known?.etag ?? null)).rejects.toMatchObject({ kind: 'conflict' });
    await expect(found.write(aFound(), null)).rejects.toMatchObject({ kind: 'conflict' });
    expect((await found.read(ids.customer))?.record.dismissed).toMatchObject({ by: 'kari' });
  });

  it('are removed, once or twice', async () => {
    const { found } = make();
    await found.write(aFound(), null);

    await found.remove(ids.customer);
    await found.remove(ids.customer);

    expect(await collect(found.all())).toEqual([]);
  });
});
