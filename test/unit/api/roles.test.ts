import { describe, expect, it } from 'vitest';
import { roleDecided, unknownRoles } from '../../../src/functions/api/contract/roles.ts';
import { problem } from '../../../src/functions/api/contract/problem.ts';
import { anApi, roleBySetting } from '../../support/api.ts';
import { ids, roles } from '../../support/delegations.ts';
import { aCoveredTenant, aRegistration, aScopeRecord } from '../../support/tenants.ts';

const unknown = (n: number, ...roleIds: string[]) => aScopeRecord(n, { verdict: 'role-unknown', roleIds });
const word = { earns: true, source: 'https://partner.example/answers/4711' };

/** The API over two customers, each with a role in no table. */
function aStage() {
  const stage = anApi();
  const other = aRegistration({ tenantId: ids.otherCustomer });
  stage.ledger.hold(aCoveredTenant([unknown(1, roles.unheardOf), unknown(2, roles.unheardOf)]));
  stage.ledger.hold(
    aCoveredTenant([unknown(3, roles.assignmentDelete, roles.unheardOf), aScopeRecord(4)], {
      registration: other,
    }),
  );
  const put = (roleId: string, body: unknown) =>
    stage.send('PUT', `/roles/${roleId}`, { as: 'Pal.Operate', body });
  const listed = async () => unknownRoles.parse((await stage.get('/roles/unknown')).json);
  const [first = ''] = [ids.customer, ids.otherCustomer].toSorted();
  return { ...stage, put, listed, first };
}

describe('roles in no table', () => {
  it('are one item each for the whole estate, those on most scopes first', async () => {
    const { listed, first } = aStage();

    const { items, decisions } = await listed();

    expect(items).toMatchObject([
      { roleId: roles.unheardOf, tenants: 2, scopes: 3, example: { tenantId: first }, standing: 'unknown' },
      { roleId: roles.assignmentDelete, tenants: 1, scopes: 1, standing: 'unknown' },
    ]);
    expect(decisions).toEqual([]);
  });

  it('of a customer that is no longer ours are nobody’s question', async () => {
    const { ledger, listed } = aStage();
    const offboardedAt = '2026-03-09T12:00:00.000Z';
    for (const tenantId of [ids.customer, ids.otherCustomer]) {
      const registration = aRegistration({ tenantId, offboardedAt });
      ledger.hold(aCoveredTenant([unknown(1, roles.unheardOf)], { registration }));
    }

    expect((await listed()).items).toEqual([]);
  });

  it('are decided once, with author and source, and the customers concerned are looked at', async () => {
    const { put, listed, queues } = aStage();

    const answer = roleDecided.parse((await put(roles.unheardOf.toUpperCase(), word)).json);

    expect(answer).toMatchObject({
      decision: { roleId: roles.unheardOf, ...word, at: '2026-03-10T12:00:00.000Z' },
      tenants: 2,
      asked: 2,
    });
    expect(queues.requests().map(({ request, at }) => [request.id, request.cause.kind, at])).toEqual(
      [ids.customer, ids.otherCustomer]
        .toSorted()
        .map((id) => [id, 'role-decision', new Date('2026-03-10T12:00:10.000Z')]),
    );
    const { items, decisions } = await listed();
    expect(items[0]).toMatchObject({ roleId: roles.unheardOf, standing: 'earns' });
    expect(decisions).toEqual([answer.decision]);
  });

  it('are left to the next sweep where that is asked for', async () => {
    const { put, queues } = aStage();

    const answer = await put(roles.unheardOf, { ...word, lookNow: false });

    expect(roleDecided.parse(answer.json)).toMatchObject({ tenants: 2, asked: 0 });
    expect(queues.requests()).toEqual([]);
  });

  it('decided again alike stand as they are, and another word takes their place', async () => {
    const { put, listed, clock, queues } = aStage();
    const first = roleDecided.parse((await put(roles.unheardOf, word)).json);
    clock.set('2026-03-11T12:00:00.000Z');

    const same = roleDecided.parse((await put(roles.unheardOf, word)).json);
    const asked = queues.requests().length;
    await put(roles.unheardOf, { ...word, earns: false });

    expect(same).toEqual(first);
    expect(asked).toBe(2);
    expect((await listed()).decisions).toMatchObject([{ earns: false, at: '2026-03-11T12:00:00.000Z' }]);
  });

  it.each([
    ['Partner Center’s list names', roles.reader, 'Partner Center'],
    ['the settings decide about', roleBySetting, 'ROLE_DECISIONS'],
  ])('that %s are not decided here', async (_, roleId, words) => {
    const { put, decisions } = aStage();

    const answer = await put(roleId, word);

    expect([answer.status, problem.parse(answer.json).detail]).toEqual([409, expect.stringContaining(words)]);
    expect(await decisions.all()).toEqual([]);
  });

  it.each([
    ['without a source', { earns: true }],
    ['with an empty one', { earns: true, source: ' ' }],
    ['with more than is asked for', { ...word, at: '2026-03-10T12:00:00.000Z' }],
  ])('%s are not decided', async (_, body) => {
    const { put } = aStage();

    expect((await put(roles.unheardOf, body)).status).toBe(400);
  });
});
