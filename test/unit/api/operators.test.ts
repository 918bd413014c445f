import { describe, expect, it } from 'vitest';
import { foundTenants } from '../../../src/functions/api/contract/found.ts';
import { linkPage } from '../../../src/functions/api/contract/links.ts';
import { problem } from '../../../src/functions/api/contract/problem.ts';
import { accepted, linkOrderAnswer, relinkAnswer } from '../../../src/functions/api/contract/relink.ts';
import { sweep, sweepPage, sweepStarted } from '../../../src/functions/api/contract/sweeps.ts';
import { tenantDetail, tenantHistory } from '../../../src/functions/api/contract/tenants.ts';
import { remedies } from '../../../src/functions/api/contract/told.ts';
import { newSweepRecord } from '../../../src/lib/domain/sweep-record.ts';
import { anApi } from '../../support/api.ts';
import { ids } from '../../support/delegations.ts';
import {
  aCoveredTenant,
  aGap,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

/** The API over one customer with a gap, whose principal is linked. */
function aStage() {
  const stage = anApi();
  stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:00:00.000Z' }));
  const scope = aScopeRecord(1, { verdict: 'role-not-eligible' });
  stage.ledger.hold(aCoveredTenant([scope], { openGaps: [aGap(1)] }));
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    stage.send('POST', path, { as: 'Pal.Operate', headers, ...(body === undefined ? {} : { body }) });
  const tenant = async () => tenantDetail.parse((await stage.get(`/tenants/${ids.customer}`)).json);
  return { ...stage, post, tenant };
}
const customer = `/tenants/${ids.customer}`;

describe('a relink of a tenant', () => {
  it('is asked for once under one key, and says where its outcome will stand', async () => {
    const { post, queues } = aStage();

    const first = await post(`${customer}/relink`, undefined, { 'idempotency-key': 'ticket-1' });
    const second = await post(`${customer}/relink`, {}, { 'idempotency-key': 'ticket-1' });

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(accepted.parse(first.json)).toEqual(accepted.parse(second.json));
    expect(first.headers.get('location')).toBe(`/api/tenants/${ids.customer}`);
    expect(queues.requests()).toHaveLength(1);
  });

  it('run dry says what would be done and what was not checked, and asks for nothing', async () => {
    const { post, queues } = aStage();

    const answer = relinkAnswer.parse((await post(`${customer}/relink`, { dryRun: true })).json);

    expect(answer).toMatchObject({
      kind: 'dry-run',
      links: [{ outcome: 'would-link', currentPartnerId: null }],
    });
    expect(queues.requests()).toEqual([]);
  });

  it('waited for in vain is still accepted', async () => {
    const { post } = aStage();

    const answer = await post(`${customer}/relink`, undefined, { prefer: 'respond-async, wait=5' });

    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, 'wait=5']);
  });

  it('waited for answers with the outcome once its pass has ended', async () => {
    const { post, reconcile, queues, clock } = aStage();
    const headers = { 'idempotency-key': 'ticket-1', prefer: 'wait=5' };
    await post(`${customer}/relink`, undefined, headers);
    const message = queues.take('reconcile', clock())!;
    await reconcile({ ...message, queue: 'reconcile', attempts: 1 });

    const answer = await post(`${customer}/relink`, undefined, headers);

    expect(answer.status).toBe(200);
    expect(relinkAnswer.parse(answer.json)).toMatchObject({ kind: 'done' });
  });

  it('of a tenant that is not ours is refused', async () => {
    const { post, ledger } = aStage();
    const registration = aRegistration({ offboardedAt: '2026-03-09T12:00:00.000Z' });
    ledger.hold(aCoveredTenant([], { registration }));

    expect((await post(`${customer}/relink`, {})).status).toBe(409);
    expect((await post(`/tenants/${ids.otherCustomer}/relink`, {})).status).toBe(404);
  });
});

describe('an order about a link', () => {
  it('is a preview first, and is carried out when its numbers are sent back', async () => {
    const { post, queues, partnerLinks } = aStage();
    await partnerLinks.create(
      { tenantId: ids.managingTenant, objectId: ids.pal, principal: null as never },
      '4681234',
    );

    const shown = linkOrderAnswer.parse((await post('/links/pal-link/unlink', {})).json);
    if (shown.kind !== 'preview') throw new Error('no preview');
    const { currentPartnerId, affected } = shown.preview;
    const answer = await post('/links/pal-link/unlink', {
      why: 'the contract has ended',
      expectedCurrentPartnerId: currentPartnerId,
      confirmAffected: affected.tenants,
    });

    expect(shown.preview).toMatchObject({
      verb: 'unlink',
      currentPartnerId: '4681234',
      partnerIdAfter: null,
    });
    expect(answer.status).toBe(202);
    expect(queues.requests().map(({ request }) => [request.subject, request.cause.kind])).toEqual([
      ['link', 'operator'],
    ]);
  });

  it('under a key that named another order is refused, and the first one stands', async () => {
    const { post, queues, partnerLinks } = aStage();
    const identity = { tenantId: ids.managingTenant, objectId: ids.pal, principal: null as never };
    await partnerLinks.create(identity, '4681234');
    const key = { 'idempotency-key': 'ticket-1' };
    const order = { why: 'the contract has ended', expectedCurrentPartnerId: '4681234', confirmAffected: 1 };

    const first = await post('/links/pal-link/unlink', order, key);
    const same = await post('/links/pal-link/unlink', order, key);
    const other = await post('/links/pal-link/unlink', { ...order, why: 'another reason' }, key);
    const otherVerb = await post('/links/pal-link/restore', order, key);

    expect([first.status, same.status, other.status, otherVerb.status]).toEqual([202, 202, 422, 422]);
    expect(accepted.parse(same.json)).toEqual(accepted.parse(first.json));
    expect(problem.parse(other.json).type).toBe('urn:pal-autopilot:problem:key-reused');
    expect(queues.requests()).toHaveLength(1);
  });

  it('whose numbers are not the present ones changes nothing', async () => {
    const { post, queues } = aStage();

    const answer = await post('/links/pal-link/relink', {
      expectedCurrentPartnerId: '4689999',
      confirmAffected: 1,
    });

    expect(answer.status).toBe(409);
    expect(problem.parse(answer.json).detail).toContain('Nothing was changed');
    expect(queues.requests()).toEqual([]);
  });

  it('about a principal nobody knows, or to a global partner ID, is refused', async () => {
    const { post } = aStage();

    expect((await post('/links/nobody/restore', {})).status).toBe(404);
    expect((await post('/links/pal-link/relink', { partnerId: '4600001' })).status).toBe(400);
  });
});

describe('links and sweeps', () => {
  it('are listed as they were last read', async () => {
    const { get } = aStage();

    expect(linkPage.parse((await get('/links')).json).items).toMatchObject([
      { principal: 'pal-link', partnerId: '4681234', state: 'linked', wanted: '4681234' },
    ]);
  });

  it('of a night are shown, and one is asked for', async () => {
    const { get, post, sweeps, queues } = aStage();
    await sweeps.write(newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'));

    expect(sweepPage.parse((await get('/sweeps')).json).items.map(({ sweepId }) => sweepId)).toEqual([
      'sweep-1',
    ]);
    expect((await get('/sweeps/sweep-1')).status).toBe(200);
    expect((await get('/sweeps/sweep-2')).status).toBe(404);
    const started = await post('/sweeps', undefined);
    expect(started.headers.get('location')).toBe(`/api/sweeps/${sweepStarted.parse(started.json).sweepId}`);
    expect(queues.messages('sweeps')).toHaveLength(1);
  });
});

describe('a sweep that has finished', () => {
  it('tells what it found, what is new, what is at risk and what it took', async () => {
    const { get, sweeps } = aStage();
    const none = { count: 0, first: [] };
    const told = {
      reasons: { 'not-earning': { gone: 2 } },
      news: { found: none, gone: { count: 2, first: [ids.customer] }, earning: none, bad: none },
      daysAtRisk: { certain: 4, possible: 6, neverEarned: 1 },
      calls: { graphQueries: 3, subscriptionPages: 1 },
    };
    await sweeps.write({
      ...newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'),
      ...told,
      status: 'finished',
      finishedAt: '2026-03-10T02:01:30.000Z',
    });

    const answer = sweep.parse((await get('/sweeps/sweep-1')).json);

    expect(answer).toMatchObject({ ...told, durationMs: 90_000, confirmed: null });
  });

  it('shows no duration and no figures while it is under way', async () => {
    const { get, sweeps } = aStage();
    await sweeps.write(newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'));

    const answer = sweep.parse((await get('/sweeps/sweep-1')).json);

    expect(answer).toMatchObject({ durationMs: null, news: null, daysAtRisk: null, reasons: {} });
  });
});

describe('what a sweep leaves to an operator', () => {
  it.each([
    ['a sweep nobody knows', 'sweep-9', 404],
    ['a sweep that holds nothing back', 'sweep-1', 409],
  ])('is refused of %s', async (_, sweepId, status) => {
    const { post, sweeps } = aStage();
    await sweeps.write({ ...newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'), status: 'finished' });

    expect((await post(`/sweeps/${sweepId}/confirm`, undefined)).status).toBe(status);
  });

  it('is confirmed once, however often it is asked for', async () => {
    const { post, sweeps } = aStage();
    const held = { ...newSweepRecord('sweep-1', '2026-03-10T02:00:00.000Z'), heldScopes: 20 };
    await sweeps.write({ ...held, status: 'finished' });

    const answers = [
      await post('/sweeps/sweep-1/confirm', undefined),
      await post('/sweeps/sweep-1/confirm', undefined),
    ];

    expect(answers.map(({ status, json }) => [status, json])).toEqual([
      [200, { tenants: 0 }],
      [200, { tenants: 0 }],
    ]);
    expect((await sweeps.read('sweep-1'))?.confirmed?.by).toBe('0b0b0b0b-0000-4000-8000-0000000000ca');
  });

  it('is a customer it has found: shown, adopted or dismissed', async () => {
    const { get, post, found, ledger } = aStage();
    const seen = { firstSeenAt: '2026-03-10T02:00:00.000Z', lastSeenAt: '2026-03-10T02:00:00.000Z' };
    await found.write(
      { tenantId: ids.otherCustomer, ...seen, subscriptions: 1, offers: [], dismissed: null },
      null,
    );

    const shown = foundTenants.parse((await get('/found-tenants')).json);
    const adopted = await post(`/found-tenants/${ids.otherCustomer}/adopt`, undefined);

    expect(shown.items.map(({ tenantId }) => tenantId)).toEqual([ids.otherCustomer]);
    expect(adopted.json).toEqual({ tenantId: ids.otherCustomer, decided: 'adopted' });
    expect(ledger.held(ids.otherCustomer).registration.offboardedAt).toBeNull();
    expect((await post(`/found-tenants/${ids.otherCustomer}/dismiss`, undefined)).status).toBe(404);
  });
});

describe('what people tell', () => {
  it('of a gap that is meant stands on record, with who said so', async () => {
    const { post, tenant } = aStage();
    const [gap] = (await tenant()).gaps;

    const answer = await post(`${customer}/gaps/${gap?.id ?? ''}/accept`, {
      why: 'migrating',
      until: '2026-04-01T00:00:00Z',
    });

    expect(tenantDetail.parse(answer.json).gaps[0]?.accepted).toMatchObject({
      why: 'migrating',
      until: '2026-04-01T00:00:00.000Z',
      by: '0b0b0b0b-0000-4000-8000-0000000000ca',
    });
  });

  it('of a gap that is not there, or until a time that has passed, is refused', async () => {
    const { post, tenant } = aStage();
    const [gap] = (await tenant()).gaps;
    const until = (at: string) => ({ why: 'migrating', until: at });

    expect((await post(`${customer}/gaps/none/accept`, until('2026-04-01T00:00:00Z'))).status).toBe(404);
    const late = await post(`${customer}/gaps/${gap?.id ?? ''}/accept`, until('2026-03-01T00:00:00Z'));
    expect(late.status).toBe(400);
  });

  it('of a link a pass can read is refused, field by field', async () => {
    const { post } = aStage();
    const input = { attestedBy: 'Kari', attestedAt: '2026-03-10T11:00:00Z', link: '{}' };

    expect((await post(`${customer}/attestations`, input)).status).toBe(400);
    expect((await post(`/tenants/${ids.otherCustomer}/attestations`, input)).status).toBe(404);
  });

  it('of a link no pass can read is shown with its tenant, until it expires', async () => {
    const { post, tenant, ledger } = aStage();
    const facts = { displayName: 'Contoso', accessKinds: ['guest-user'] as const };
    ledger.hold(aTenantRecord({ registration: aRegistration({ facts }) }));
    const link = { partnerId: '4681234', tenantId: ids.customer, objectId: ids.person, state: 'Active' };

    await post(`${customer}/attestations`, {
      attestedBy: 'Kari',
      attestedAt: '2026-03-10T11:00:00Z',
      link: JSON.stringify(link),
    });

    expect((await tenant()).attestations).toEqual([
      {
        objectId: ids.person,
        partnerId: '4681234',
        partnerName: null,
        attestedBy: 'Kari',
        attestedAt: '2026-03-10T11:00:00.000Z',
        expiresAt: '2026-09-06T11:00:00.000Z',
      },
    ]);
  });

  it('of a subscription’s partner of record is put on record', async () => {
    const { post, get, ledger } = aStage();
    const registration = aRegistration({ facts: { displayName: 'Contoso', agreement: 'ea' } });
    ledger.hold(
      aCoveredTenant([aScopeRecord(1, { quotaId: 'EnterpriseAgreement_2014-09-01' })], { registration }),
    );
    const [scope] = ledger.held(ids.customer).scopes;
    const step = {
      step: 'asked',
      subscriptionId: scope?.subscriptionId,
      at: '2026-03-09T11:00:00Z',
      by: 'Kari',
    };

    const answer = await post(`${customer}/partners-of-record`, step);

    expect(answer.status).toBe(200);
    expect(ledger.held(ids.customer).dpor).toHaveLength(1);
    expect(tenantHistory.parse((await get(`${customer}/history`)).json).items).toMatchObject([
      { told: [{ what: 'dpor', by: 'Kari', sentBy: '0b0b0b0b-0000-4000-8000-0000000000ca' }] },
    ]);
  });
});

describe('a remedy', () => {
  it('is proposed for what does not earn', async () => {
    const { get } = aStage();

    const proposed = remedies.parse((await get(`${customer}/remedy`)).json);

    expect(proposed.scopes.map(({ verdict }) => verdict)).toEqual(['role-not-eligible']);
  });

  it('for a scope that is not the tenant’s is refused', async () => {
    const { get } = aStage();

    expect((await get(`${customer}/remedy?scope=/subscriptions/none`)).status).toBe(400);
  });
});
