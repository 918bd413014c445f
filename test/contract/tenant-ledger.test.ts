import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../src/lib/adapters/tables/packing.ts';
import type { Table } from '../../src/lib/adapters/tables/table.ts';
import { makeTenantLedger } from '../../src/lib/adapters/tables/tenant-ledger.ts';
import { makeTenantList } from '../../src/lib/adapters/tables/tenant-list.ts';
import { changeOf } from '../../src/lib/domain/tenant-change.ts';
import { Failure } from '../../src/lib/domain/failure.ts';
import type { Outbox, TenantCommit, TenantLedger, Versioned } from '../../src/lib/domain/ports.ts';
import type { ScopeRecord, TenantChange, TenantRecord } from '../../src/lib/domain/tenant-record.ts';
import { summaryOf } from '../../src/lib/domain/tenant-summary.ts';
import { makeFakeOutbox, type FakeOutbox } from '../fakes/outbox.ts';
import { makeFakeTenantLedger } from '../fakes/tenant-ledger.ts';
import { useAzurite } from '../support/azurite.ts';
import { collect } from '../support/collect.ts';
import { ids, resourceGroup, roles, subscriptionId } from '../support/delegations.ts';
import {
  aDpor,
  aGap,
  anAttestation,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../support/tenants.ts';

const azurite = useAzurite();
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const implementations: { name: string; make: (outbox?: Outbox) => TenantLedger }[] = [
  { name: 'in memory', make: makeFakeTenantLedger },
  {
    name: 'in Table Storage',
    make: (outbox = makeFakeOutbox()) =>
      makeTenantLedger(azurite.table(), makeTenantList(azurite.table(), digest), randomUUID, outbox),
  },
];

function aChange(version: number, changes: Partial<TenantChange> = {}): TenantChange {
  return {
    version,
    at: '2026-03-10T12:00:00.000Z',
    causeId: 'event-1',
    phase: { from: 'unobserved', to: 'covered' },
    scopes: [],
    gapsOpened: [],
    gapsClosed: [],
    gapsAccepted: [],
    gapsReopened: [],
    ...changes,
  };
}

/** A commit of these scopes on top of what was read, one version on. */
function aCommit(
  known: Versioned<TenantRecord>,
  scopes: readonly ScopeRecord[],
  changes: Partial<TenantRecord> = {},
): TenantCommit {
  const version = known.record.version + 1;
  return {
    record: { ...known.record, phase: 'covered', scopes, version, ...changes },
    change: aChange(version),
    closedGaps: [],
    droppedScopes: [],
  };
}

async function stored(ledger: TenantLedger, tenantId = ids.customer): Promise<Versioned<TenantRecord>> {
  const known = await ledger.read(tenantId);
  if (!known) throw new Error(`no record of ${tenantId}`);
  return known;
}

async function registered(ledger: TenantLedger, tenantId = ids.customer): Promise<Versioned<TenantRecord>> {
  await ledger.register(aRegistration({ tenantId }), null);
  return stored(ledger, tenantId);
}

/** Scopes by id, because no order of theirs is promised. */
const inOrder = (record: TenantRecord): TenantRecord => ({
  ...record,
  scopes: record.scopes.toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
  openGaps: record.openGaps.toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
});

const many = (count: number, changes: Partial<ScopeRecord> = {}) =>
  Array.from({ length: count }, (_, index) => aScopeRecord(index + 1, changes));

describe.each(implementations)('the ledger of tenants $name', ({ make }) => {
  it('knows nothing of a tenant that was never registered', async () => {
    expect(await make().read(ids.customer)).toBeNull();
  });

  it('gives back what was registered', async () => {
    const ledger = make();

    await ledger.register(aRegistration(), null);

    expect((await stored(ledger)).record).toEqual(aTenantRecord());
  });

  it('keeps everything else when a registration changes', async () => {
    const ledger = make();
    const before = await registered(ledger);
    await ledger.commit(before, aCommit(before, [aScopeRecord(1)], { openGaps: [aGap(1)] }));

    const registration = aRegistration({ facts: { displayName: 'Contoso Ltd' } });
    await ledger.register(registration, await stored(ledger));

    expect((await stored(ledger)).record).toEqual(
      aTenantRecord({
        registration,
        phase: 'covered',
        scopes: [aScopeRecord(1)],
        openGaps: [aGap(1)],
        version: 1,
      }),
    );
  });

  it('refuses to register a tenant that somebody else has registered', async () => {
    const ledger = make();
    await registered(ledger);

    await expect(ledger.register(aRegistration(), null)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it.each<[string, (ledger: TenantLedger, known: Versioned<TenantRecord>) => Promise<void>]>([
    ['registration', (ledger, known) => ledger.register(aRegistration(), known)],
    ['commit', (ledger, known) => ledger.commit(known, aCommit(known, [aScopeRecord(9)]))],
    ['note', (ledger, known) => ledger.note(known, { ...known.record, lastOutcome: 'unchanged' })],
  ])('refuses a %s under an outdated tag and keeps nothing of it', async (_, write) => {
    const ledger = make();
    const outdated = await registered(ledger);
    await ledger.note(outdated, { ...outdated.record, lastOutcome: 'assessed' });
    const before = await stored(ledger);

    await expect(write(ledger, outdated)).rejects.toMatchObject({ kind: 'conflict' });

    expect(await stored(ledger)).toEqual(before);
  });

  it('lets one of two commits made from one reading win', async () => {
    const ledger = make();
    const known = await registered(ledger);

    const results = await Promise.allSettled([
      ledger.commit(known, aCommit(known, [aScopeRecord(1)])),
      ledger.commit(known, aCommit(known, [aScopeRecord(1)])),
    ]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await stored(ledger)).record.version).toBe(1);
  });

  it('gives back what was committed, whole', async () => {
    const ledger = make();
    const known = await registered(ledger);
    const commit = aCommit(known, [aScopeRecord(1), aScopeRecord(2, { verdict: 'gone' })], {
      openGaps: [aGap(2, { reason: 'gone' })],
      lastGood: '2026-03-10T12:00:00.000Z',
      lastOutcome: 'assessed',
      failure: {
        kind: 'denied',
        message: 'Azure answered 403.',
        at: '2026-03-10T12:00:00.000Z',
        requestId: null,
      },
    });

    await ledger.commit(known, commit);

    expect(inOrder((await stored(ledger)).record)).toEqual(commit.record);
  });

  it('gives back what people told, also after looks, notes and registrations', async () => {
    const ledger = make();
    const known = await registered(ledger);
    const told = { attestations: [anAttestation()], dpor: [aDpor(1), aDpor(2)] };
    await ledger.commit(known, aCommit(known, [], told));

    const looked = await stored(ledger);
    await ledger.commit(looked, aCommit(looked, [aScopeRecord(1)]));
    const noted = await stored(ledger);
    await ledger.note(noted, { ...noted.record, dpor: [], lastOutcome: 'unchanged' });
    await ledger.register(aRegistration(), await stored(ledger));

    const { record } = await stored(ledger);
    expect({ attestations: record.attestations, dpor: record.dpor }).toEqual(told);
    expect(await collect(ledger.all())).toEqual([record]);
  });

  it('gives back a partner of record as it stands after its last step', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [], { dpor: [aDpor(1)] }));
    const before = await stored(ledger);
    const [asked] = aDpor(1).steps;

    const dpor = [aDpor(1, { steps: [asked, { ...asked, at: '2026-03-08T12:00:00.000Z' }] })];
    await ledger.commit(before, aCommit(before, [], { dpor }));

    expect((await stored(ledger)).record.dpor).toEqual(dpor);
  });

  it('no longer shows a gap that was closed', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)], { openGaps: [aGap(1)] }));
    const before = await stored(ledger);

    const closedGaps = [aGap(1, { closedAt: '2026-03-10T12:00:00.000Z' })];
    await ledger.commit(before, { ...aCommit(before, [aScopeRecord(1)], { openGaps: [] }), closedGaps });

    expect((await stored(ledger)).record.openGaps).toEqual([]);
  });

  it('gives back how a gap ended, and on whose word it was accepted', async () => {
    const ledger = make();
    const known = await registered(ledger);
    const acceptance = {
      by: 'ola@fabrikam.example',
      why: 'The customer leaves in May.',
      until: '2026-04-01T00:00:00.000Z',
      ticket: null,
      at: '2026-03-06T12:00:00.000Z',
      reopenedAt: null,
    };
    const scope = aScopeRecord(1, { verdict: 'gone', lastEarningAt: '2026-03-04T12:00:00.000Z' });
    await ledger.commit(known, aCommit(known, [scope], { openGaps: [aGap(1, { acceptance })] }));
    const before = await stored(ledger);
    expect(before.record.openGaps).toEqual([aGap(1, { acceptance })]);

    const ended = aGap(1, {
      acceptance,
      lastBadAt: '2026-03-09T12:00:00.000Z',
      closedAt: '2026-03-10T12:00:00.000Z',
      ending: { as: 'inactive' },
    });
    await ledger.commit(before, {
      ...aCommit(before, [scope], { openGaps: [], closedGaps: [ended] }),
      closedGaps: [ended],
    });
    const after = await stored(ledger);
    await ledger.note(after, { ...after.record, lastOutcome: 'unchanged' });

    expect((await stored(ledger)).record).toMatchObject({
      scopes: [scope],
      openGaps: [],
      closedGaps: [ended],
    });
  });

  it('gives back what has moved and what has arrived, noted without a new version', async () => {
    const ledger = make();
    const known = await registered(ledger);
    const arrival = {
      subscriptionId: subscriptionId(1),
      from: ids.otherCustomer,
      at: '2026-03-10T12:00:00.000Z',
      earned: [{ scope: aScopeRecord(1).scope, lastEarningAt: '2026-03-09T12:00:00.000Z' }],
      gaps: [aGap(1)],
    };
    const departure = {
      subscriptionId: subscriptionId(2),
      to: ids.otherCustomer,
      at: '2026-03-10T12:00:00.000Z',
      handOver: null,
    };

    await ledger.note(known, { ...known.record, arrivals: [arrival], departures: [departure] });

    expect((await stored(ledger)).record).toEqual(
      aTenantRecord({ arrivals: [arrival], departures: [departure] }),
    );
  });

  it('shows a gap that was opened again', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)], { openGaps: [aGap(1)] }));
    const second = await stored(ledger);
    const closedGaps = [aGap(1, { closedAt: '2026-03-10T12:00:00.000Z' })];
    await ledger.commit(second, { ...aCommit(second, [aScopeRecord(1)], { openGaps: [] }), closedGaps });
    const third = await stored(ledger);

    const again = aGap(1, { openedAt: '2026-03-11T12:00:00.000Z' });
    await ledger.commit(third, aCommit(third, [aScopeRecord(1)], { openGaps: [again] }));

    expect((await stored(ledger)).record.openGaps).toEqual([again]);
  });

  it('forgets a scope that was dropped, until it is seen again', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1), aScopeRecord(2)]));
    const before = await stored(ledger);

    const droppedScopes = [aScopeRecord(2).scope];
    await ledger.commit(before, { ...aCommit(before, [aScopeRecord(1)]), droppedScopes });
    const after = await stored(ledger);
    await ledger.commit(after, aCommit(after, [aScopeRecord(1), aScopeRecord(2)]));

    expect(after.record.scopes).toEqual([aScopeRecord(1)]);
    expect(inOrder((await stored(ledger)).record).scopes).toEqual([aScopeRecord(1), aScopeRecord(2)]);
  });

  it('notes what is beside the state, without a version and without its scopes', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)]));
    const before = await stored(ledger);

    await ledger.note(before, {
      ...before.record,
      scopes: [],
      lastGood: '2026-03-10T13:00:00.000Z',
      lastOutcome: 'unchanged',
    });

    expect((await stored(ledger)).record).toEqual({
      ...before.record,
      lastGood: '2026-03-10T13:00:00.000Z',
      lastOutcome: 'unchanged',
    });
  });

  it('lists every tenant once, with its scopes', async () => {
    const ledger = make();
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)]));
    await registered(ledger, ids.otherCustomer);

    const all = await collect(ledger.all());

    expect(all.map(({ registration, scopes }) => [registration.tenantId, scopes.length]).sort()).toEqual([
      [ids.customer, 1],
      [ids.otherCustomer, 0],
    ]);
  });

  it.each([98, 99, 100, 101, 250])('takes a commit of %d scopes', async (count) => {
    const ledger = make();
    const known = await registered(ledger);
    const commit = aCommit(known, many(count));

    await ledger.commit(known, commit);

    expect(inOrder((await stored(ledger)).record)).toEqual(commit.record);
  });

  it('takes the first look at 5,000 scopes with the longest of names; history names the first and counts the rest', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    const known = await registered(ledger);
    const scopes = Array.from({ length: 5_000 }, (_, n) => {
      const scope = resourceGroup(n % 20, `${String(n).padStart(4, '0')}-${'Å'.repeat(85)}`).id;
      return aScopeRecord(n % 20, { scope, verdict: n < 1_000 ? 'role-not-eligible' : 'earning' });
    });
    const openGaps = scopes.slice(0, 1_000).map(({ scope }) => aGap(1, { scope }));
    const commit = aCommit(known, scopes, { openGaps });
    const at = new Date('2026-03-10T12:00:00.000Z');
    const change = changeOf(known.record, commit.record, { opened: openGaps }, { at, causeId: 'event-1' });

    await ledger.commit(known, { ...commit, change });

    const { record, unannounced } = await stored(ledger);
    expect([record.scopes.length, record.openGaps.length, unannounced]).toEqual([5_000, 1_000, []]);
    const [entry] = await ledger.history(ids.customer, null, 1);
    expect(entry?.scopes).toEqual(change.scopes.slice(0, 300));
    expect(entry?.gapsOpened).toEqual(change.gapsOpened.slice(0, 300));
    expect(entry?.leftOut).toEqual({ scopes: 4_700, gapsOpened: 700 });
    expect(outbox.announced).toMatchObject([{ scopes: { total: 5_000 }, gapsOpened: { total: 1_000 } }]);
  }, 120_000);

  it.each([
    'with spaces and (brackets)',
    'with_underscores.and.dots-and-dashes',
    'Größe-日本-Ångström',
    'percent%2Fslash%23',
    "o'brien",
    '~tilde~',
    'x'.repeat(90),
    'Å'.repeat(90),
    '日'.repeat(90),
    '𠮷'.repeat(45),
  ])('keeps a resource group named %s', async (name) => {
    const ledger = make();
    const known = await registered(ledger);
    const scope = resourceGroup(1, name).id;
    const commit = aCommit(known, [aScopeRecord(1, { scope })], { openGaps: [aGap(1, { scope })] });

    await ledger.commit(known, commit);

    expect((await stored(ledger)).record).toEqual(commit.record);
  });

  it('tells resource groups apart whose long names differ in their last letter only', async () => {
    const ledger = make();
    const known = await registered(ledger);
    const names = ['Å', 'Ä', '𠮷', '𠮟'].map((last) => `${'Å'.repeat(86)}${last}`);
    const commit = aCommit(
      known,
      names.map((name) => aScopeRecord(1, { scope: resourceGroup(1, name).id })),
    );

    await ledger.commit(known, commit);

    expect((await stored(ledger)).record.scopes).toHaveLength(4);
  });

  it('keeps a registration of 2,000 subscriptions', async () => {
    const ledger = make();
    const subscriptionIds = many(2_000).map(({ subscriptionId }) => subscriptionId);

    await ledger.register(aRegistration({ facts: { subscriptionIds } }), null);

    expect((await stored(ledger)).record.registration.facts.subscriptionIds).toEqual(subscriptionIds);
  });
});

/** A table that breaks off at the nth transaction, as a worker does that dies in the middle of a commit. */
function breakingOffAt(table: Table, nth: number): Table {
  let transactions = 0;
  return {
    ...table,
    async transact(actions) {
      transactions += 1;
      if (transactions >= nth) throw new Failure('unavailable', 'The worker has died.');
      return table.transact(actions);
    },
  };
}

const quiet = { project: () => Promise.resolve() };

describe('a large commit that broke off in the middle', () => {
  async function brokenOff() {
    const table = azurite.table();
    const ledger = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, many(250)));
    const before = await stored(ledger);
    const dying = makeTenantLedger(breakingOffAt(table, 3), quiet, randomUUID, makeFakeOutbox());
    const lost = aCommit(before, many(250, { verdict: 'gone' }));
    await expect(dying.commit(before, lost)).rejects.toMatchObject({ kind: 'unavailable' });
    return { ledger, before, lost };
  }

  it('is invisible', async () => {
    const { ledger, before } = await brokenOff();

    expect((await stored(ledger)).record).toEqual(before.record);
  });

  it('is invisible in the list of all tenants', async () => {
    const { ledger, before } = await brokenOff();

    expect(await collect(ledger.all())).toEqual([before.record]);
  });

  it('may be made again, whole', async () => {
    const { ledger, lost } = await brokenOff();

    await ledger.commit(await stored(ledger), lost);

    expect(inOrder((await stored(ledger)).record)).toEqual(lost.record);
  });

  it('leaves nothing behind in the next commit, which found something else', async () => {
    const { ledger } = await brokenOff();
    const known = await stored(ledger);
    const found = many(250).with(0, aScopeRecord(1, { verdict: 'role-not-eligible' }));

    await ledger.commit(known, aCommit(known, found));

    expect(inOrder((await stored(ledger)).record).scopes).toEqual(found);
  });
});

describe('two large commits made from one reading', () => {
  it('stop the first in the middle where the other takes over, and leave the whole of the other', async () => {
    const table = azurite.table();
    const other = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(other);
    await other.commit(known, aCommit(known, many(450)));
    const before = await stored(other);
    const lost = many(450, { verdict: 'gone' });
    let transactions = 0;
    const slow: Table = {
      ...table,
      async transact(actions) {
        transactions += 1;
        if (transactions === 3) await other.commit(await stored(other), aCommit(before, lost));
        return table.transact(actions);
      },
    };
    const first = makeTenantLedger(slow, quiet, randomUUID, makeFakeOutbox());
    const found = aCommit(before, many(450, { verdict: 'role-not-eligible' }));

    await expect(first.commit(before, found)).rejects.toMatchObject({ kind: 'conflict' });

    expect(inOrder((await stored(other)).record).scopes).toEqual(lost);
  });

  it('leave the whole of the one that came first and nothing of the other', async () => {
    const ledger = makeTenantLedger(azurite.table(), quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    const first = aCommit(known, many(250));
    const second = aCommit(known, many(250, { verdict: 'role-not-eligible' }));

    await ledger.commit(known, first);
    await expect(ledger.commit(known, second)).rejects.toMatchObject({ kind: 'conflict' });

    expect(inOrder((await stored(ledger)).record)).toEqual(first.record);
  });
});

describe('the history of a tenant', () => {
  it('is one row for each commit, the newest first', async () => {
    const table = azurite.table();
    const ledger = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)]));
    const second = await stored(ledger);
    await ledger.commit(second, aCommit(second, [aScopeRecord(1), aScopeRecord(2)]));

    const rows = await collect(table.list(`PartitionKey eq '${ids.customer}' and RowKey lt 'current'`));

    expect(rows.map((row) => unpack('change', row))).toEqual([aChange(2), aChange(1)]);
  });

  it('has no row for a note, nor for a commit that was refused', async () => {
    const table = azurite.table();
    const ledger = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    await ledger.note(known, { ...known.record, lastOutcome: 'unchanged' });
    await expect(ledger.commit(known, aCommit(known, [aScopeRecord(1)]))).rejects.toThrow();

    const rows = await collect(table.list(`PartitionKey eq '${ids.customer}'`));

    expect(rows.map(({ rowKey }) => rowKey)).toEqual(['current']);
  });

  it('stays out of what a pass reads', async () => {
    const table = azurite.table();
    const ledger = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)]));

    const rows = await collect(table.list(`PartitionKey eq '${ids.customer}' and RowKey ge 'current'`));

    expect(rows.map(({ rowKey }) => rowKey?.split('~')[0])).toEqual(['current', 'scope']);
  });

  it('written before people could tell or ask for anything reads as nothing told or asked for', async () => {
    const table = azurite.table();
    const {
      attestations: _none,
      dpor: _nor,
      asked: _asked,
      scopes: _,
      openGaps: _gaps,
      closedGaps: _closed,
      version,
      ...head
    } = aTenantRecord();
    await table.put({
      partitionKey: ids.customer,
      rowKey: 'current',
      format: 1,
      version,
      ...pack('head', head),
    });

    const known = await stored(makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox()));

    expect(known.record).toEqual(aTenantRecord());
  });

  it('written before gaps kept their observations reads as seen once', async () => {
    const table = azurite.table();
    const ledger = makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox());
    const known = await registered(ledger);
    await ledger.commit(known, aCommit(known, [aScopeRecord(1)], { openGaps: [aGap(1)] }));
    const { firstBadAt: _first, lastBadAt: _last, ending: _ending, acceptance: _accepted, ...gap } = aGap(1);
    const { lastEarningAt: _earned, endsAt: _end, ...scope } = aScopeRecord(1);
    for await (const { rowKey = '' } of table.list(`PartitionKey eq '${ids.customer}'`)) {
      const row = { partitionKey: ids.customer, rowKey, format: 1 };
      if (rowKey.startsWith('gap~')) await table.put({ ...row, ...pack('value', gap) });
      if (rowKey.startsWith('scope~')) await table.put({ ...row, ...pack('value', scope) });
    }

    expect((await stored(ledger)).record).toMatchObject({ scopes: [aScopeRecord(1)], openGaps: [aGap(1)] });
  });

  it('of another format is refused, not guessed at', async () => {
    const table = azurite.table();
    await table.put({ partitionKey: ids.customer, rowKey: 'current', format: 2, version: 1 });

    await expect(
      makeTenantLedger(table, quiet, randomUUID, makeFakeOutbox()).read(ids.customer),
    ).rejects.toMatchObject({
      kind: 'unexpected',
    });
  });
});

describe('the list of tenants', () => {
  const covered = (version: number, count: number) =>
    aTenantRecord({ phase: 'covered', version, scopes: many(count), lastOutcome: 'assessed' });
  const rowOf = (table: Table) => table.get(ids.customer.charAt(0), ids.customer);

  it('shows a registered tenant before anybody has looked', async () => {
    const table = azurite.table();

    await makeTenantList(table, (text) => text).project(aTenantRecord());

    expect(await rowOf(table)).toMatchObject({ version: 0, phase: 'unobserved', displayName: 'Contoso' });
  });

  it('shows what was committed', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    await list.project(aTenantRecord());

    await list.project({ ...covered(1, 2), openGaps: [aGap(1)] });

    const row = await rowOf(table);
    expect(row).toMatchObject({ version: 1, phase: 'covered' });
    expect(unpack('summary', row ?? {})).toMatchObject({
      openGaps: 1,
      lastOutcome: 'assessed',
      verdicts: { earning: 2 },
    });
  });

  it('shows whose attestations count, and reads a row from before them as without', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    await list.project(aTenantRecord({ attestations: [anAttestation()], dpor: [aDpor()] }));
    const { attestations: _none, ...earlier } = summaryOf(aTenantRecord());
    await table.put({
      partitionKey: 'd',
      rowKey: 'dddddddd-0000-4000-8000-000000000001',
      ...pack('summary', earlier),
      digest: '',
    });

    const listed = await collect(list.all());

    expect(listed.map(({ summary }) => summary.attestations)).toEqual([
      [{ partnerId: '4681234', expiresAt: '2026-09-05T12:00:00.000Z' }],
      [],
    ]);
    expect(listed[0]?.summary).not.toHaveProperty('dpor');
  });

  it('reads a row that was written before days at risk were kept', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    await list.project({ ...covered(1, 1), openGaps: [aGap(1)] });
    const [listed] = await collect(list.all());
    const { acceptedGaps: _gaps, acceptedUntil: _until, atRisk: _risk, ...summary } = listed?.summary ?? {};
    const row = await rowOf(table);
    await table.put({
      partitionKey: ids.customer.charAt(0),
      rowKey: ids.customer,
      ...row,
      ...pack('summary', summary),
    });

    expect(await collect(list.all())).toMatchObject([
      { summary: { version: 1, openGaps: 1, acceptedGaps: 0, acceptedUntil: null, atRisk: [] } },
    ]);
  });

  it('finds the tenants with roles in no table, and reads a row from before them as without', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    const unknown = { verdict: 'role-unknown', roleIds: [roles.unheardOf] } as const;
    const registration = aRegistration({ tenantId: ids.otherCustomer });
    await list.project(aTenantRecord({ registration, phase: 'covered', scopes: many(3) }));
    await list.project(aTenantRecord({ phase: 'covered', scopes: many(2, unknown), version: 1 }));

    expect(await collect(list.withUnknownRoles())).toEqual([
      { tenantId: ids.customer, displayName: 'Contoso', unknownRoles: { [roles.unheardOf]: 2 } },
    ]);

    const { unknownRoles: _roles, ...earlier } = summaryOf(aTenantRecord({ scopes: many(2, unknown) }));
    const row = { partitionKey: ids.customer.charAt(0), rowKey: ids.customer, digest: '' };
    await table.put({ ...row, ...pack('summary', earlier) });
    expect(await collect(list.withUnknownRoles())).toEqual([]);
    expect((await collect(list.all())).map(({ summary }) => summary.unknownRoles)).toEqual([{}, {}]);
  });

  it('no longer finds a tenant whose roles were decided', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    const unknown = { verdict: 'role-unknown', roleIds: [roles.unheardOf] } as const;
    await list.project(aTenantRecord({ phase: 'covered', scopes: many(1, unknown), version: 1 }));

    await list.project(covered(2, 1));

    expect(await collect(list.withUnknownRoles())).toEqual([]);
  });

  it('never goes back to an earlier version', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    await list.project(covered(3, 3));

    await list.project(covered(2, 2));

    expect(await rowOf(table)).toMatchObject({ version: 3 });
  });

  it('never goes back when a late registration is projected after a commit', async () => {
    const table = azurite.table();
    const list = makeTenantList(table, (text) => text);
    await list.project(covered(1, 1));

    await list.project(aTenantRecord());

    expect(await rowOf(table)).toMatchObject({ version: 1, phase: 'covered' });
  });

  it('leaves the row to whoever wrote it in between', async () => {
    const table = azurite.table();
    await makeTenantList(table, (text) => text).project(covered(1, 1));
    const slow: Table = {
      ...table,
      async get(partitionKey, rowKey) {
        const read = await table.get(partitionKey, rowKey);
        await makeTenantList(table, (text) => text).project(covered(3, 3));
        return read;
      },
    };

    await makeTenantList(slow, (text) => text).project(covered(2, 2));

    expect(await rowOf(table)).toMatchObject({ version: 3 });
  });
});

describe.each(implementations)('what people are told of a tenant $name', ({ make }) => {
  const unavailable = new Failure('unavailable', 'The queue notices could not be written.');
  const told = (outbox: FakeOutbox) => outbox.announced.map(({ id }) => id);

  it('is announced with each commit, and not again', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    const known = await registered(ledger);

    await ledger.commit(known, aCommit(known, [aScopeRecord(1)]));
    const after = await stored(ledger);
    await ledger.note(after, after.record);

    expect(told(outbox)).toEqual([`tenant~${ids.customer}~1`]);
    expect(after.unannounced).toEqual([]);
  });

  it('is announced by the next write where the announcement broke off', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    const known = await registered(ledger);
    outbox.fail('announce', unavailable);

    await expect(ledger.commit(known, aCommit(known, [aScopeRecord(1)]))).rejects.toBe(unavailable);
    const left = await stored(ledger);
    await ledger.note(left, left.record);

    expect(left.record.version).toBe(1);
    expect(left.unannounced?.map(({ id }) => id)).toEqual([`tenant~${ids.customer}~1`]);
    expect(told(outbox)).toEqual([`tenant~${ids.customer}~1`]);
    expect((await stored(ledger)).unannounced).toEqual([]);
  });

  it('is announced together with the next commit where the announcement broke off', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    const known = await registered(ledger);
    outbox.fail('announce', unavailable);
    await expect(ledger.commit(known, aCommit(known, [aScopeRecord(1)]))).rejects.toBe(unavailable);

    const left = await stored(ledger);
    await ledger.commit(left, aCommit(left, [aScopeRecord(1), aScopeRecord(2)]));

    expect(told(outbox)).toEqual([`tenant~${ids.customer}~1`, `tenant~${ids.customer}~2`]);
  });

  it('tells nothing of a commit that was refused', async () => {
    const outbox = makeFakeOutbox();
    const ledger = make(outbox);
    const known = await registered(ledger);
    await ledger.note(known, known.record);

    await expect(ledger.commit(known, aCommit(known, [aScopeRecord(1)]))).rejects.toMatchObject({
      kind: 'conflict',
    });

    expect(told(outbox)).toEqual([]);
    expect((await stored(ledger)).unannounced).toEqual([]);
  });
});
