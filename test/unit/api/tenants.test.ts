import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import {
  importResult,
  tenantDetail,
  tenantHistory,
  tenantPage,
} from '../../../src/functions/api/contract/tenants.ts';
import { problem } from '../../../src/functions/api/contract/problem.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { newSweepRecord } from '../../../src/lib/domain/sweep-record.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { anApi } from '../../support/api.ts';
import { ids } from '../../support/delegations.ts';
import {
  aCoveredTenant,
  aGap,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
} from '../../support/tenants.ts';

const tenantId = (n: number) => `${n.toString(16).padStart(8, '0')}-0001-4000-8000-000000000001`;

/** An earning tenant, known by a number that spreads over all partitions. */
function anEarning(n: number, displayName: string, changes: Partial<TenantRecord> = {}): TenantRecord {
  const facts = { displayName, tags: { region: n % 2 === 0 ? 'north' : 'south' } };
  return aCoveredTenant([aScopeRecord(1)], {
    registration: aRegistration({ tenantId: tenantId(n), facts }),
    ...changes,
  });
}

/** The API over an estate whose principal is linked. */
function anEstate(...tenants: TenantRecord[]) {
  const stage = anApi();
  stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:00:00.000Z' }));
  for (const tenant of tenants) stage.ledger.hold(tenant);
  const list = async (query = '') => tenantPage.parse((await stage.get(`/tenants${query}`)).json);
  return { ...stage, list };
}

const NUMBERS = [0x10000000, 0x20000000, 0x20000001, 0xa0000000, 0xf0000000];
const estate = () => anEstate(...NUMBERS.map((n) => anEarning(n, `Customer ${n.toString(16)}`)));

describe('the list of tenants', () => {
  it('comes in the order of ids, each as it stands now', async () => {
    const { list } = estate();

    const { items, continuation } = await list();

    expect(items.map((item) => item.tenantId)).toEqual(NUMBERS.map(tenantId));
    expect(items[0]).toMatchObject({
      state: 'earning',
      stale: false,
      principal: 'pal-link',
      verdicts: { earning: 1 },
    });
    expect(continuation).toBeNull();
  });

  it.each(['', '&tag=region', '&state=earning', '&q=customer'])(
    'read page by page shows each tenant once (%s)',
    async (filter) => {
      const { list } = estate();
      const seen: string[] = [];
      let next: string | null = '';

      while (next !== null) {
        const page = await list(`?top=2${filter}${next === '' ? '' : `&continuation=${next}`}`);
        seen.push(...page.items.map((item) => item.tenantId));
        next = page.continuation;
      }

      expect(seen).toEqual(NUMBERS.map(tenantId));
    },
  );

  it.each<[string, number[]]>([
    ['q=20000000', [0x20000000]],
    ['q=CUSTOMER 2', [0x20000000, 0x20000001]],
    ['q=customer a0', [0xa0000000]],
    ['q=f', [0xf0000000]],
    ['tag=region=south', [0x20000001]],
    ['tag=region', NUMBERS],
    ['tag=country', []],
    ['state=not-earning', []],
    ['principal=pal-link', NUMBERS],
    ['principal=other', []],
    ['reason=stale', []],
  ])('narrowed by %s shows those that fit', async (filter, expected) => {
    const { list } = estate();

    const { items } = await list(`?${filter}`);

    expect(items.map((item) => item.tenantId)).toEqual(expected.map(tenantId));
  });

  it('shows open gaps, and what may have been lost in the last 30 days', async () => {
    const scope = aScopeRecord(1, { verdict: 'role-not-eligible' });
    const { list, get, send } = anEstate(aCoveredTenant([scope], { openGaps: [aGap(1)] }));
    // Earned on the 4th, seen bad from the 5th to the 9th, at noon; now it is the 10th.
    const figures = {
      openGaps: 1,
      acceptedGaps: 0,
      daysAtRisk: { certain: 3, possible: 7, neverEarned: 0 },
    };

    expect((await list()).items).toMatchObject([figures]);
    expect(tenantDetail.parse((await get(`/tenants/${ids.customer}`)).json)).toMatchObject(figures);
    const csv = await send('GET', '/tenants', { as: 'Pal.Read', headers: { accept: 'text/csv' } });
    const [names = '', values = ''] = csv.text.split('\r\n');
    const cells = Object.fromEntries(names.split(',').map((name, at) => [name, values.split(',')[at]]));
    expect(cells).toMatchObject({
      openGaps: '1',
      daysAtRiskCertain: '3',
      daysAtRiskPossible: '7',
      daysNeverEarned: '0',
    });
  });

  it('tells how many there are as the last sweep counted them, and when', async () => {
    const { list, sweeps } = estate();
    const counted = {
      states: { earning: 4, 'not-earning': 1 },
      reasons: { 'not-earning': { gone: 1 } },
      daysAtRisk: { certain: 3, possible: 7, neverEarned: 0 },
    };
    expect((await list()).totals).toBeNull();
    await sweeps.write({
      ...newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'),
      ...{ status: 'finished', finishedAt: '2026-03-10T02:05:00.000Z', ...counted },
    });

    expect((await list()).totals).toEqual({ ...counted, countedAt: '2026-03-10T02:05:00.000Z' });
  });

  it('as CSV holds every tenant, and nothing a spreadsheet would run', async () => {
    const { send } = anEstate(
      anEarning(1, '=HYPERLINK("http://evil.example")'),
      anEarning(2, '@SUM(1)'),
      anEarning(3, 'Fjæra, “AS”'),
    );

    const answer = await send('GET', '/tenants?bom=true', {
      as: 'Pal.Read',
      headers: { accept: 'text/csv' },
    });

    const lines = answer.text
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^tenantId,displayName,state,/);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(lines[2]).toContain(`,'@SUM(1),`);
    expect(lines[3]).toContain('"Fjæra, “AS”",earning');
  });

  it('as CSV comes in pages to whoever asks for them', async () => {
    const { send } = anEstate(...[1, 2, 3].map((n) => anEarning(n, `Customer ${n}`)));
    const page = async (query: string) => {
      const headers = { accept: 'text/csv' };
      const answer = await send('GET', `/tenants?${query}`, { as: 'Pal.Read', headers });
      const rows = answer.text.trimEnd().split('\r\n').slice(1);
      return {
        ids: rows.map((row) => row.split(',')[0]),
        continuation: answer.headers.get('x-ms-continuation'),
      };
    };

    const first = await page('top=2');

    expect(first).toEqual({ ids: [tenantId(1), tenantId(2)], continuation: tenantId(2) });
    expect(await page(`top=2&continuation=${tenantId(2)}`)).toEqual({
      ids: [tenantId(3)],
      continuation: null,
    });
    expect(await page('state=earning&top=1')).toMatchObject({ ids: [tenantId(1)] });
  });

  it('as CSV is whole or refused: a list that cannot be read to its end gives no file', async () => {
    const { send, ledger } = anEstate(anEarning(1, 'Contoso'));
    ledger.fail('all', new Failure('unavailable', 'The table does not answer.'));

    const answer = await send('GET', '/tenants', { as: 'Pal.Read', headers: { accept: 'text/csv' } });

    expect(answer.status).toBe(503);
    expect(problem.parse(answer.json).type).toBe('urn:pal-autopilot:problem:unavailable');
  });
});

describe('a name with a line break', () => {
  it.each(['\r', '\n', '\r\n'])('stays one cell of the CSV (%j)', async (lineBreak) => {
    const { send } = anEstate(anEarning(1, `Contoso${lineBreak}=2+2`));

    const answer = await send('GET', '/tenants', { as: 'Pal.Read', headers: { accept: 'text/csv' } });

    const rows = parse(answer.text, { columns: true, record_delimiter: ['\r\n', '\r', '\n'] });
    expect(rows).toMatchObject([{ displayName: `Contoso${lineBreak}=2+2`, state: 'earning' }]);
  });
});

describe('one tenant', () => {
  it('is shown with its scopes, links and what to do', async () => {
    const bad = aScopeRecord(1, { verdict: 'role-not-eligible' });
    const { get } = anEstate(anEarning(1, 'Contoso', { scopes: [bad] }));

    const shown = tenantDetail.parse((await get(`/tenants/${tenantId(1)}`)).json);

    expect(shown).toMatchObject({ state: 'not-earning', reason: 'role-not-eligible' });
    expect(shown.links).toMatchObject([{ access: 'lighthouse', state: 'linked' }]);
    expect(shown.instructions.join()).toContain('Support Request Contributor');
  });

  it('is shown with the time until which a scope earns', async () => {
    const endsAt = '2026-06-30T22:00:00.000Z';
    const scopes = [aScopeRecord(1, { endsAt }), aScopeRecord(2)];
    const { get } = anEstate(anEarning(1, 'Contoso', { scopes }));

    const shown = tenantDetail.parse((await get(`/tenants/${tenantId(1)}`)).json);

    expect(shown.scopes.map((scope) => scope.endsAt)).toEqual([endsAt, null]);
  });

  it('that is not on record has no history; one to which nothing has happened has an empty one', async () => {
    const { get } = anEstate(anEarning(1, 'Contoso'));

    expect((await get(`/tenants/${tenantId(2)}/history`)).status).toBe(404);
    expect((await get(`/tenants/${tenantId(1)}/history`)).json).toEqual({ items: [], continuation: null });
  });

  it('that is not on record is not found; what is no id is no request', async () => {
    const { get } = anEstate();

    expect((await get(`/tenants/${tenantId(9)}`)).status).toBe(404);
    expect((await get('/tenants/nine')).status).toBe(400);
  });

  it('has its changes told newest first, a page at a time', async () => {
    const END = { scope: aScopeRecord(1).scope, from: null, to: '2026-06-30T22:00:00.000Z' };
    const MOVE = { subscriptionId: 'b0000000-0000-4000-8000-000000000001', to: tenantId(2) };
    const AGREED = { subscriptionId: MOVE.subscriptionId, from: 'ea', to: 'azure-plan' } as const;
    const { get, ledger } = anEstate();
    const before = anEarning(1, 'Contoso', { version: 0 });
    ledger.hold(before);
    for (const version of [1, 2, 3]) {
      const known = (await ledger.read(tenantId(1)))!;
      const phase = { from: 'covered', to: 'covered' } as const;
      const nothing = { scopes: [], gapsOpened: [], gapsClosed: [], gapsAccepted: [], gapsReopened: [] };
      const change = {
        version,
        at: '2026-03-10T12:00:00.000Z',
        causeId: `cause-${version}`,
        phase,
        ...nothing,
      };
      const record = { ...known.record, version };
      const rare =
        version === 3
          ? { endings: [END], moves: [MOVE], agreementChanges: [AGREED], reverified: [END.scope] }
          : {};
      await ledger.commit(known, {
        record,
        change: { ...change, ...rare },
        closedGaps: [],
        droppedScopes: [],
      });
    }

    const first = tenantHistory.parse((await get(`/tenants/${tenantId(1)}/history?top=2`)).json);
    const second = tenantHistory.parse(
      (await get(`/tenants/${tenantId(1)}/history?top=2&continuation=${first.continuation ?? ''}`)).json,
    );

    expect(
      first.items.map(({ version, endings, moves, agreementChanges, reverified }) => [
        version,
        endings,
        moves,
        agreementChanges,
        reverified,
      ]),
    ).toEqual([
      [3, [END], [MOVE], [AGREED], [END.scope]],
      [2, [], [], [], []],
    ]);
    expect(second.items.map(({ version }) => version)).toEqual([1]);
    expect(second.continuation).toBeNull();
  });
});

describe('an operator', () => {
  it('registers a tenant and has it looked at', async () => {
    const { send, ledger, queues } = anApi();

    const answer = await send('POST', '/tenants', {
      as: 'Pal.Operate',
      body: { tenantId: tenantId(1).toUpperCase(), displayName: 'Contoso', agreement: 'ea' },
    });

    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/tenants/${tenantId(1)}`);
    expect(ledger.held(tenantId(1)).registration.facts).toMatchObject({
      displayName: 'Contoso',
      agreement: 'ea',
    });
    expect(queues.requests().map(({ request }) => [request.id, request.cause.kind])).toEqual([
      [tenantId(1), 'operator'],
    ]);
  });

  it('may read only what a reader’s role lets them', async () => {
    const { send } = anApi();

    expect((await send('POST', '/tenants', { as: 'Pal.Read', body: { tenantId: tenantId(1) } })).status).toBe(
      403,
    );
  });

  it('cannot register our own tenant, or with a principal nobody knows', async () => {
    const { send } = anApi();

    const own = await send('POST', '/tenants', { as: 'Pal.Operate', body: { tenantId: ids.managingTenant } });
    const strange = await send('POST', '/tenants', {
      as: 'Pal.Operate',
      body: { tenantId: tenantId(1), principal: 'nobody' },
    });

    expect(problem.parse(own.json).errors).toMatchObject([{ at: 'tenantId' }]);
    expect(problem.parse(strange.json).errors).toMatchObject([{ at: 'principal' }]);
  });

  it.each(['', ' '])('is not changed to a blank name (“%s”)', async (displayName) => {
    const { send, ledger } = anEstate(anEarning(1, 'Contoso'));

    const answer = await send('PATCH', `/tenants/${tenantId(1)}`, {
      as: 'Pal.Operate',
      body: { displayName },
    });

    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json).errors).toMatchObject([{ in: 'body', at: 'displayName' }]);
    expect(ledger.held(tenantId(1)).registration.facts.displayName).toBe('Contoso');
  });

  it('takes no more agreements than its record has room for, and can be offboarded all the same', async () => {
    const { send, ledger } = anEstate(anEarning(1, 'Contoso'));
    const thousand = (from: number) =>
      Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [tenantId(from + n), 'ea']));
    const change = (subscriptionAgreements: object) =>
      send('PATCH', `/tenants/${tenantId(1)}`, { as: 'Pal.Operate', body: { subscriptionAgreements } });

    const answers = [
      await change(thousand(1_000)),
      await change(thousand(2_000)),
      await change(thousand(3_000)),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(problem.parse(answers.at(-1)?.json).detail).toContain('room');
    const { agreements } = ledger.held(tenantId(1)).registration;
    expect(Object.keys(agreements?.subscriptions ?? {})).toHaveLength(2_000);
    expect((await send('DELETE', `/tenants/${tenantId(1)}`)).status).toBe(200);
  });

  it('changes what is known, decides what was withheld, and leaves the rest', async () => {
    const withheld = {
      what: 'accessKinds',
      value: '["csp-aobo"]',
      source: 'crm',
      at: '2026-03-09T12:00:00.000Z',
    } as const;
    const registration = aRegistration({ tenantId: tenantId(1), withheld: [withheld] });
    const { send, ledger } = anEstate(aCoveredTenant([], { registration }));

    const answer = await send('PATCH', `/tenants/${tenantId(1)}`, {
      as: 'Pal.Operate',
      body: { accessKinds: ['lighthouse', 'csp-aobo'] },
    });

    expect(answer.status).toBe(200);
    expect(ledger.held(tenantId(1)).registration).toMatchObject({
      facts: { displayName: 'Contoso', accessKinds: ['lighthouse', 'csp-aobo'] },
      withheld: [],
    });
  });

  it('offboards a tenant, which stays on record', async () => {
    const { send, ledger } = anEstate(anEarning(1, 'Contoso'));

    const answer = await send('DELETE', `/tenants/${tenantId(1)}`);

    expect(tenantDetail.parse(answer.json).state).toBe('offboarded');
    expect(ledger.held(tenantId(1)).registration.offboardedAt).toBe('2026-03-10T12:00:00.000Z');
  });

  it('is told where there is nothing to change', async () => {
    const { send } = anApi();

    expect((await send('DELETE', `/tenants/${tenantId(1)}`)).status).toBe(404);
    expect((await send('PATCH', `/tenants/${tenantId(1)}`, { as: 'Pal.Operate', body: {} })).status).toBe(
      404,
    );
  });
});

describe('a sheet of tenants', () => {
  const sheet = [
    'tenantId,displayName,accessKinds,tags',
    `${tenantId(1)},Contoso,lighthouse csp-aobo,region=north;tier=1`,
    'not-a-guid,Fabrikam,,',
    `${tenantId(2)},"Fjæra, AS",,`,
    `${tenantId(3)},Tailspin,magic,`,
    `${tenantId(2)},again,,`,
    `${tenantId(4)},too,many,cells,here`,
  ].join('\n');
  const send = async (text: string, query = '') => {
    const stage = anApi();
    const answer = await stage.send('POST', `/tenants/import${query}`, {
      as: 'Pal.Operate',
      bytes: Buffer.from(text),
      headers: { 'content-type': 'text/csv' },
    });
    return { ...stage, answer };
  };

  it('has its good lines imported and each bad one told', async () => {
    const { answer, ledger, queues } = await send(sheet);

    const result = importResult.parse(answer.json);
    expect(result).toMatchObject({ dryRun: false, lines: 6, imported: 2 });
    expect(result.refused.map(({ line }) => line)).toEqual([3, 5, 6, 7]);
    expect(ledger.held(tenantId(1)).registration.facts).toMatchObject({
      accessKinds: ['lighthouse', 'csp-aobo'],
      tags: { region: 'north', tier: '1' },
    });
    expect(ledger.held(tenantId(2)).registration.facts.displayName).toBe('Fjæra, AS');
    expect(queues.requests()).toHaveLength(2);
  });

  it('tried dry says the same and writes nothing', async () => {
    const { answer, ledger, queues } = await send(sheet, '?dryRun=true');

    expect(importResult.parse(answer.json)).toMatchObject({ dryRun: true, imported: 2 });
    expect(() => ledger.held(tenantId(1))).toThrow();
    expect(queues.requests()).toEqual([]);
  });

  it('has its good lines imported where another has a quote in a wrong place', async () => {
    const { answer, ledger } = await send(
      [
        'tenantId,displayName',
        `${tenantId(1)},Con"toso`,
        `${tenantId(2)},"Fjæra, AS"`,
        `${tenantId(3)},"Acme" Inc`,
        `${tenantId(4)}, Tailspin `,
      ].join('\n'),
    );

    const result = importResult.parse(answer.json);
    expect(result.refused.map(({ line }) => line)).toEqual([2, 4]);
    expect(result.refused[0]?.problems.join()).toContain('a quote stands in a wrong place');
    expect(ledger.held(tenantId(2)).registration.facts.displayName).toBe('Fjæra, AS');
    expect(ledger.held(tenantId(4)).registration.facts.displayName).toBe('Tailspin');
  });

  it('has the lines told that a quote nobody closed has run together', async () => {
    const { answer, ledger } = await send(
      [
        'tenantId,displayName',
        `${tenantId(1)},"Contoso`,
        `${tenantId(2)},Fabrikam`,
        `${tenantId(3)},"Fjæra, AS"`,
        `${tenantId(4)},Tailspin`,
      ].join('\n'),
    );

    const result = importResult.parse(answer.json);
    expect(result).toMatchObject({ imported: 1, refused: [{ line: 4 }] });
    expect(result.refused[0]?.problems.join()).toContain('lines 2 to 4');
    expect(ledger.held(tenantId(4)).registration.facts.displayName).toBe('Tailspin');
  });

  it.each(['', '?dryRun=true'])('has the line told that onboards a tenant again (%s)', async (query) => {
    const stage = anApi();
    const offboardedAt = '2026-03-01T09:00:00.000Z';
    stage.ledger.hold(
      anEarning(1, 'Contoso', {
        registration: aRegistration({ tenantId: tenantId(1), offboardedAt }),
      }),
    );

    const answer = await stage.send('POST', `/tenants/import${query}`, {
      as: 'Pal.Operate',
      bytes: Buffer.from(`tenantId\n${tenantId(1)}\n${tenantId(2)}\n`),
      headers: { 'content-type': 'text/csv' },
    });

    expect(importResult.parse(answer.json)).toMatchObject({
      ...{ imported: 2, refused: [] },
      onboardedAgain: [{ line: 2, tenantId: tenantId(1), offboardedAt }],
    });
  });

  it('in another encoding is refused, and told how to save it', async () => {
    const answer = await anApi().send('POST', '/tenants/import', {
      as: 'Pal.Operate',
      bytes: Buffer.from(`tenantId,displayName\n${tenantId(1)},Fjæra\n`, 'latin1'),
      headers: { 'content-type': 'text/csv' },
    });

    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json).detail).toContain('CSV UTF-8');
  });

  it.each([
    ['without a header', `${tenantId(1)},Contoso`],
    ['with a column nobody knows', 'tenantId,colour\n'],
    ['with a column twice', 'tenantId,tenantId\n'],
    ['with quotes that do not close', 'tenantId,displayName\n"x'],
    ['that is empty', ' '],
  ])('%s is refused whole', async (_, text) => {
    const { answer } = await send(text);

    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json).detail).toContain('sheet');
  });

  it('of too many lines is refused whole', async () => {
    const { answer } = await send(`tenantId\n${'x\n'.repeat(5_001)}`);

    expect(answer.status).toBe(413);
  });
});
