import { describe, expect, it } from 'vitest';
import { makeLinkLedger } from '../../src/lib/adapters/tables/link-ledger.ts';
import { makeParkedMessages } from '../../src/lib/adapters/tables/parked-messages.ts';
import { makeSweepLedger } from '../../src/lib/adapters/tables/sweep-ledger.ts';
import { makeTenantLedger } from '../../src/lib/adapters/tables/tenant-ledger.ts';
import { makeTenantList } from '../../src/lib/adapters/tables/tenant-list.ts';
import type {
  LinkLedger,
  ParkedMessages,
  SweepLedger,
  TenantLedger,
  TenantList,
} from '../../src/lib/domain/ports.ts';
import { newSweepRecord, type SweepRecord } from '../../src/lib/domain/sweep-record.ts';
import { makeFakeLinkLedger } from '../fakes/link-ledger.ts';
import { makeFakeOutbox } from '../fakes/outbox.ts';
import { makeFakeParkedMessages } from '../fakes/parked-messages.ts';
import { makeFakeSweepLedger } from '../fakes/sweep-ledger.ts';
import { makeFakeTenantLedger } from '../fakes/tenant-ledger.ts';
import { makeFakeTenantList } from '../fakes/tenant-list.ts';
import { useAzurite } from '../support/azurite.ts';
import { aLinkRecord, aRegistration } from '../support/tenants.ts';

const azurite = useAzurite();

interface Stores {
  readonly ledger: TenantLedger;
  readonly list: TenantList;
  readonly links: LinkLedger;
  readonly sweeps: SweepLedger;
  readonly parked: ParkedMessages;
}

const implementations: { name: string; make: () => Stores }[] = [
  {
    name: 'in memory',
    make: () => {
      const ledger = makeFakeTenantLedger();
      return {
        ledger,
        list: makeFakeTenantList(ledger),
        links: makeFakeLinkLedger(),
        sweeps: makeFakeSweepLedger(),
        parked: makeFakeParkedMessages(),
      };
    },
  },
  {
    name: 'in Table Storage',
    make: () => {
      const outbox = makeFakeOutbox();
      const list = makeTenantList(azurite.table(), (text) => text);
      return {
        ledger: makeTenantLedger(azurite.table(), list, () => 'commit', outbox),
        list,
        links: makeLinkLedger(azurite.table(), outbox),
        sweeps: makeSweepLedger(azurite.table()),
        parked: makeParkedMessages(azurite.table(), azurite.table()),
      };
    },
  },
];

const tenantIds = ['00000000', '0fffffff', '10000000', 'a0000000', 'a0000001', 'ffffffff'].map(
  (beginning) => `${beginning}-0001-4000-8000-000000000001`,
);

describe.each(implementations)('pages $name', ({ make }) => {
  async function aList() {
    const { ledger, list } = make();
    for (const tenantId of [...tenantIds].reverse()) await ledger.register(aRegistration({ tenantId }), null);
    return async (prefix: string, after: string | null, size: number) =>
      (await list.page({ prefix, after, size })).map(({ summary }) => summary.registration.tenantId);
  }

  it('of tenants come in the order of ids, across partitions', async () => {
    const page = await aList();

    expect(await page('', null, 4)).toEqual(tenantIds.slice(0, 4));
    expect(await page('', tenantIds[1]!, 3)).toEqual(tenantIds.slice(2, 5));
    expect(await page('', tenantIds[4]!, 9)).toEqual(tenantIds.slice(5));
    expect(await page('', tenantIds[5]!, 9)).toEqual([]);
  });

  it('of tenants are narrowed by the beginning of the id', async () => {
    const page = await aList();

    expect(await page('a', null, 9)).toEqual(tenantIds.slice(3, 5));
    expect(await page('a0000001', null, 9)).toEqual([tenantIds[4]]);
    expect(await page('a', tenantIds[3]!, 9)).toEqual([tenantIds[4]]);
    expect(await page('b', null, 9)).toEqual([]);
  });

  it('of links come by tenant and object, without their changes', async () => {
    const { links } = make();
    const objects = ['0b', '0c', '0d'].map((end) => `0b0b0b0b-0000-4000-8000-0000000000${end}`);
    for (const objectId of [...objects].reverse()) {
      await links.claim({ record: aLinkRecord(), etag: null }, aLinkRecord({ objectId }));
    }
    const { tenantId } = aLinkRecord();

    const first = await links.page(null, 2);
    const second = await links.page({ tenantId, objectId: objects[1]! }, 2);

    expect(first.map(({ objectId }) => objectId)).toEqual(objects.slice(0, 2));
    expect(second.map(({ objectId }) => objectId)).toEqual(objects.slice(2));
  });

  it('of sweeps come newest first', async () => {
    const { sweeps } = make();
    for (const night of [1, 2, 3]) await sweeps.write(aSweep(`sweep-2026030${night}`));

    const first = await sweeps.recent(null, 2);
    const second = await sweeps.recent('sweep-20260302', 2);

    expect(first.map(({ sweepId }) => sweepId)).toEqual(['sweep-20260303', 'sweep-20260302']);
    expect(second.map(({ sweepId }) => sweepId)).toEqual(['sweep-20260301']);
  });

  it('of parked messages hold each once, with the beginning of its body', async () => {
    const { parked } = make();
    const body = Buffer.alloc(150_000, 'x');
    for (const queue of ['onboarding', 'reconcile', 'sweeps']) {
      await parked.keep({ ...aMessage, queue, body });
    }

    const first = await parked.page(null, 2);
    const second = await parked.page(first[1]!.id, 2);

    expect([...first, ...second].map(({ queue }) => queue)).toEqual(['onboarding', 'reconcile', 'sweeps']);
    expect(first[0]).toMatchObject({ size: 150_000, lineage: ['earlier'], reason: aMessage.reason });
    expect(first[0]!.beginning.length).toBeLessThan(100_000);
  });

  it('of parked messages lead to the message, until it is forgotten or discarded', async () => {
    const { parked } = make();
    await parked.keep(aMessage);
    await parked.keep({ ...aMessage, queue: 'reconcile' });
    const [one, other] = await parked.page(null, 9);

    const read = await parked.read(one!.id);
    await parked.remove(one!.id);
    const discarding = { by: 'operator', why: 'sent by mistake', at: '2026-03-10T12:00:00.000Z' };
    const discarded = await parked.discard(other!.id, discarding);

    expect(Buffer.from(read?.body ?? []).toString()).toBe('body');
    expect(read?.lineage).toEqual(['earlier']);
    expect(discarded).toBe(true);
    expect(await parked.page(null, 9)).toEqual([]);
    expect(await parked.read(one!.id)).toBeNull();
    expect(await parked.discard(other!.id, discarding)).toBe(false);
  });

  it('of a tenant’s changes come newest first', async () => {
    const { ledger } = make();
    await ledger.register(aRegistration(), null);
    const { tenantId } = aRegistration();
    for (const version of [1, 2, 3]) {
      const known = (await ledger.read(tenantId))!;
      const phase = { from: 'covered', to: 'covered' } as const;
      const nothing = { scopes: [], gapsOpened: [], gapsClosed: [], gapsAccepted: [], gapsReopened: [] };
      const change = { version, at: '2026-03-10T12:00:00.000Z', causeId: 'cause', phase, ...nothing };
      const record = { ...known.record, version };
      await ledger.commit(known, { record, change, closedGaps: [], droppedScopes: [] });
    }

    const first = await ledger.history(tenantId, null, 2);
    const second = await ledger.history(tenantId, 2, 2);

    expect(first.map(({ version }) => version)).toEqual([3, 2]);
    expect(second.map(({ version }) => version)).toEqual([1]);
  });
});

const aMessage = {
  queue: 'onboarding',
  messageId: 'message-1',
  reason: 'The message body is not valid JSON in UTF-8.',
  body: Buffer.from('body'),
  attempts: 1,
  enqueuedAt: '2026-03-10T09:00:00.000Z',
  parkedAt: '2026-03-10T11:00:00.000Z',
  lineage: ['earlier'],
};

function aSweep(sweepId: string): SweepRecord {
  return { ...newSweepRecord(sweepId, '2026-03-10T02:00:00.000Z'), status: 'finished' };
}
