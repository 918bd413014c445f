import { describe, expect, it } from 'vitest';
import { makeLinkLedger } from '../../src/lib/adapters/tables/link-ledger.ts';
import { pack, unpack } from '../../src/lib/adapters/tables/packing.ts';
import type { LinkChange, LinkRecord } from '../../src/lib/domain/link.ts';
import type { LinkLedger, Outbox, Versioned } from '../../src/lib/domain/ports.ts';
import { Failure } from '../../src/lib/domain/failure.ts';
import { makeFakeLinkLedger } from '../fakes/link-ledger.ts';
import { makeFakeOutbox } from '../fakes/outbox.ts';
import { useAzurite } from '../support/azurite.ts';
import { collect } from '../support/collect.ts';
import { ids } from '../support/delegations.ts';
import { aLinkRecord, anObservedLink } from '../support/tenants.ts';

const azurite = useAzurite();

const implementations: { name: string; make: (outbox?: Outbox) => LinkLedger }[] = [
  { name: 'in memory', make: makeFakeLinkLedger },
  { name: 'in Table Storage', make: (outbox) => makeLinkLedger(azurite.table(), outbox ?? makeFakeOutbox()) },
];

const leased = aLinkRecord({ lease: { owner: 'message-1', until: '2026-03-10T12:03:00.000Z' } });
const linked = aLinkRecord({
  observed: anObservedLink(),
  readAt: '2026-03-10T12:00:01.000Z',
  lastOutcome: 'linked',
  version: 1,
  looks: 1,
});

function aChange(version: number): LinkChange {
  return {
    version,
    at: '2026-03-10T12:00:01.000Z',
    causeId: 'event-1',
    from: 'unknown',
    to: 'linked',
    partnerId: '4681234',
  };
}

const stored = (ledger: LinkLedger) => ledger.read(ids.managingTenant, ids.pal);

async function claimed(ledger: LinkLedger, record = leased): Promise<Versioned<LinkRecord>> {
  return ledger.claim((await stored(ledger)) ?? { record, etag: null }, record);
}

describe.each(implementations)('the ledger of links $name', ({ make }) => {
  it('knows nothing of a link nobody has looked at', async () => {
    expect(await stored(make())).toBeNull();
  });

  it('gives back the row that was claimed, under the tag the next write needs', async () => {
    const ledger = make();

    const claim = await ledger.claim({ record: aLinkRecord(), etag: null }, leased);

    expect(claim.record).toEqual(leased);
    expect(await stored(ledger)).toMatchObject(claim);
  });

  it('lets one of two workers claim a link that has no row yet', async () => {
    const ledger = make();

    const claims = await Promise.allSettled([
      ledger.claim({ record: aLinkRecord(), etag: null }, leased),
      ledger.claim({ record: aLinkRecord(), etag: null }, leased),
    ]);

    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses a claim under an outdated tag', async () => {
    const ledger = make();
    const first = await claimed(ledger);
    await ledger.write(first, linked, null);

    await expect(ledger.claim(first, leased)).rejects.toMatchObject({ kind: 'conflict' });

    expect((await stored(ledger))?.record).toEqual(linked);
  });

  it('writes what a pass came to', async () => {
    const ledger = make();
    const claim = await claimed(ledger);

    await ledger.write(claim, linked, aChange(1));

    expect((await stored(ledger))?.record).toEqual(linked);
  });

  it('refuses a write of a worker that has lost its claim', async () => {
    const ledger = make();
    const first = await claimed(ledger);
    const other = aLinkRecord({ lease: { owner: 'message-2', until: '2026-03-10T12:05:00.000Z' } });
    await claimed(ledger, other);

    await expect(ledger.write(first, linked, aChange(1))).rejects.toMatchObject({ kind: 'conflict' });

    expect((await stored(ledger))?.record).toEqual(other);
  });

  it('keeps an order with what was wanted before it', async () => {
    const ledger = make();
    const ordered = aLinkRecord({
      desired: { kind: 'held', by: 'ada', why: 'moving partners', until: null },
      order: {
        verb: 'unlink',
        by: 'ada',
        why: 'moving partners',
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'order-1',
        expectedCurrentPartnerId: '4681234',
        before: { kind: 'wanted', partnerId: '4681234' },
      },
    });

    await claimed(ledger, ordered);

    expect((await stored(ledger))?.record).toEqual(ordered);
  });

  it('lists links, and nothing but links', async () => {
    const ledger = make();
    await ledger.write(await claimed(ledger), linked, aChange(1));
    const second = aLinkRecord({ objectId: ids.secondPal, principal: 'pal-bergen' });
    await ledger.claim({ record: second, etag: null }, second);

    const all = await collect(ledger.all());

    expect(all.map(({ objectId }) => objectId).sort()).toEqual([ids.pal, ids.secondPal]);
  });
});

describe.each(implementations)('what people are told of a link $name', ({ make }) => {
  const unavailable = new Failure('unavailable', 'The queue notices could not be written.');
  const id = (version: number) => `link~${ids.managingTenant}~${ids.pal}~${version}`;

  it('is announced with each change, and not again', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);

    await ledger.write(await claimed(ledger), linked, aChange(1));
    await ledger.write(await claimed(ledger), linked, null);

    expect(outbox.announced.map((announcement) => announcement.id)).toEqual([id(1)]);
    expect((await stored(ledger))?.unannounced).toEqual([]);
  });

  it('is announced by the next write where the announcement broke off', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    outbox.fail('announce', unavailable);
    await expect(ledger.write(await claimed(ledger), linked, aChange(1))).rejects.toBe(unavailable);

    await ledger.write(await claimed(ledger), linked, null);

    expect(outbox.announced.map((announcement) => announcement.id)).toEqual([id(1)]);
    expect((await stored(ledger))?.unannounced).toEqual([]);
  });
});

describe('a row written before there were orders', () => {
  it('reads as one without any', async () => {
    const table = azurite.table();
    const { order: _order, asked: _asked, ...old } = linked;
    await table.create({
      partitionKey: ids.managingTenant,
      rowKey: ids.pal,
      format: 1,
      kind: 'link',
      ...pack('link', old),
    });

    expect((await stored(makeLinkLedger(table, makeFakeOutbox())))?.record).toEqual(linked);
  });
});

describe('the history of a link', () => {
  it('is one row for each change, the newest first', async () => {
    const table = azurite.table();
    const ledger = makeLinkLedger(table, makeFakeOutbox());
    await ledger.write(await claimed(ledger), linked, aChange(1));
    await ledger.write(await claimed(ledger), { ...linked, version: 2 }, aChange(2));
    await ledger.write(await claimed(ledger), linked, null);

    const rows = await collect(table.list(`RowKey ge '${ids.pal}~change~'`));

    expect(rows.map((row) => unpack('change', row))).toEqual([aChange(2), aChange(1)]);
  });

  it('has no row for a write that was refused', async () => {
    const table = azurite.table();
    const ledger = makeLinkLedger(table, makeFakeOutbox());
    const first = await claimed(ledger);
    await claimed(ledger);

    await expect(ledger.write(first, linked, aChange(1))).rejects.toMatchObject({ kind: 'conflict' });

    expect(await collect(table.list(`RowKey ge '${ids.pal}~change~'`))).toEqual([]);
  });
});
