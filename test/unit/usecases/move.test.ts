import { describe, expect, it } from 'vitest';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { dporStatus } from '../../../src/lib/domain/dpor.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { DAY, HOUR } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  ids,
  resourceGroup,
  roles,
  someFacts,
  subscription,
} from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import {
  aDpor,
  aCoveredTenant,
  aGap,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const OLD = ids.customer;
const NEW = ids.otherCustomer;
const NOON = '2026-03-10T12:00:00.000Z';
const lost = aScopeRecord(1, { verdict: 'role-not-eligible', roleIds: [roles.reader] });

/** Subscription 1 had a gap in the old tenant, and belongs to the new one now; the old one keeps subscription 2. */
function aStageWithAMove(role = roles.reader, changes: Partial<TenantRecord> = {}): Stage {
  const stage = aStage({ at: NOON });
  const before = aCoveredTenant([lost, aScopeRecord(2)], { openGaps: [aGap(1)], ...changes });
  stage.ledger.hold(before);
  const authorizations = [aGrant(role)];
  stage.azure.put({
    facts: someFacts(1, { tenantId: NEW }),
    delegations: [aDelegation({ scope: subscription(1), authorizations })],
  });
  stage.azure.put({ facts: someFacts(2), delegations: [aDelegation({ scope: subscription(2) })] });
  return stage;
}

function announceNew(stage: Stage) {
  const registration = aRegistration({ tenantId: NEW, announcedAt: '2026-03-10T11:00:00.000Z' });
  stage.ledger.hold(aTenantRecord({ registration }));
}

async function look(stage: Stage, tenantId: string) {
  stage.clock.pass(HOUR);
  await stage.reconcileTenant(aRequest({ id: tenantId }));
}

const orders: [string, readonly string[]][] = [
  ['the old tenant is looked at first', [OLD, NEW]],
  ['the new tenant is looked at first', [NEW, OLD, NEW]],
  ['both are looked at again and again', [NEW, NEW, OLD, OLD, NEW, NEW, OLD]],
];

describe.each(orders)('a subscription that moved to another tenant of ours, where %s', (_, order) => {
  it('takes its gap along, from its first day on', async () => {
    const stage = aStageWithAMove();
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    const [before, after] = [stage.ledger.held(OLD), stage.ledger.held(NEW)];
    expect(before.scopes.map(({ scope }) => scope)).toEqual([subscription(2).id]);
    expect(before.openGaps).toEqual([]);
    expect(before.closedGaps).toMatchObject([{ ending: { as: 'moved', to: NEW } }]);
    expect(after.scopes).toMatchObject([{ scope: subscription(1).id, verdict: 'role-not-eligible' }]);
    expect(after.openGaps).toMatchObject([
      {
        scope: subscription(1).id,
        firstBadAt: '2026-03-05T12:00:00.000Z',
        lastEarningAt: '2026-03-04T12:00:00.000Z',
        closedAt: null,
      },
    ]);
    expect([before, after].map((record) => summaryOf(record).openMoves)).toEqual([0, 0]);
    expect(summaryOf(before).atRisk).toEqual([]);
  });

  it('tells in both histories where the other half is', async () => {
    const stage = aStageWithAMove();
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    const movesOf = (tenantId: string) => stage.ledger.changes(tenantId).flatMap(({ moves }) => moves ?? []);
    const { subscriptionId } = subscription(1);
    expect(movesOf(OLD)).toEqual([{ subscriptionId, to: NEW }]);
    expect(movesOf(NEW)).toEqual([{ subscriptionId, from: OLD }]);
  });

  it('leaves no partner of record behind, and tells so once', async () => {
    const stage = aStageWithAMove(roles.reader, { dpor: [aDpor(1), aDpor(2)] });
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    const { dpor } = stage.ledger.held(OLD);
    expect(dpor.map((one) => dporStatus(one))).toEqual(['void', 'confirmed']);
    expect(dpor[0]?.steps.at(-1)).toMatchObject({ step: 'void', reason: 'subscription-moved' });
    expect(stage.ledger.held(NEW).dpor).toEqual([]);
    expect(stage.ledger.changes(OLD).flatMap(({ told }) => told ?? [])).toMatchObject([
      { what: 'dpor', subscriptionId: subscription(1).subscriptionId, from: 'confirmed', to: 'void' },
    ]);
  });

  it('ends its gap there when it earns there', async () => {
    const stage = aStageWithAMove(roles.contributor);
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    expect(stage.ledger.held(NEW)).toMatchObject({
      scopes: [{ verdict: 'earning' }],
      openGaps: [],
      closedGaps: [{ firstBadAt: '2026-03-05T12:00:00.000Z', ending: { as: 'repaired' } }],
    });
  });

  it('has moved too where only a resource group of it is delegated there', async () => {
    const stage = aStageWithAMove();
    announceNew(stage);
    const web = resourceGroup(1, 'Web');
    stage.azure.put({
      facts: someFacts(1, { tenantId: NEW }),
      delegations: [aDelegation({ scope: web })],
    });

    for (const tenantId of order) await look(stage, tenantId);

    const [before, after] = [stage.ledger.held(OLD), stage.ledger.held(NEW)];
    expect(before.scopes.map(({ scope }) => scope)).toEqual([subscription(2).id]);
    expect(before).toMatchObject({ failure: null, openGaps: [], departures: [{ to: NEW, handOver: null }] });
    expect(after.scopes).toMatchObject([{ scope: web.id, verdict: 'earning' }]);
  });

  it('has earned before, where it is lost by the move', async () => {
    const stage = aStageWithAMove(roles.reader, { scopes: [aScopeRecord(1), aScopeRecord(2)], openGaps: [] });
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    expect(stage.ledger.held(NEW).openGaps).toMatchObject([{ lastEarningAt: '2026-03-09T12:00:00.000Z' }]);
  });

  it('has the agreement of its new tenant, which nobody has told', async () => {
    const registration = aRegistration({ facts: { agreement: 'ea' } });
    const stage = aStageWithAMove(roles.contributor, { registration });
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    expect(stage.ledger.held(NEW).scopes).toMatchObject([{ countsFor: 'pec' }]);
    expect(stage.ledger.held(OLD).scopes).toMatchObject([{ countsFor: 'recognition' }]);
  });
});

describe('a subscription that left its tenant while that was excluded', () => {
  it('was lost in its new tenant when it was first seen bad there, and not before', async () => {
    const scopes = [aScopeRecord(1), aScopeRecord(2)];
    const stage = aStageWithAMove(roles.reader, { phase: 'excluded', scopes, openGaps: [] });
    announceNew(stage);

    for (const tenantId of [NEW, OLD, NEW]) await look(stage, tenantId);

    expect(stage.ledger.held(NEW).openGaps).toMatchObject([
      { firstBadAt: '2026-03-10T13:00:00.000Z', lastEarningAt: '2026-03-10T13:00:00.000Z' },
    ]);
  });
});

describe('a subscription that moved to a tenant nobody has announced', () => {
  it('leaves its gap counted where it was, until that tenant is on record', async () => {
    const stage = aStageWithAMove();
    await look(stage, OLD);
    const waiting = summaryOf(stage.ledger.held(OLD));
    expect(waiting).toMatchObject({ openMoves: 1, openGaps: 0, atRisk: [{ scopes: 1 }] });
    announceNew(stage);

    await look(stage, OLD);
    await look(stage, NEW);

    expect(summaryOf(stage.ledger.held(OLD))).toMatchObject({ openMoves: 0, atRisk: [] });
    expect(stage.ledger.held(NEW).openGaps).toMatchObject([{ firstBadAt: '2026-03-05T12:00:00.000Z' }]);
  });

  it('and came back before that has its gap again, from its first day on', async () => {
    const stage = aStageWithAMove();
    await look(stage, OLD);
    const authorizations = [aGrant(roles.reader)];
    stage.azure.put({
      facts: someFacts(1),
      delegations: [aDelegation({ scope: subscription(1), authorizations })],
    });
    stage.clock.pass(DAY);

    await look(stage, OLD);

    const back = stage.ledger.held(OLD);
    expect(back.openGaps).toMatchObject([
      {
        scope: subscription(1).id,
        firstBadAt: '2026-03-05T12:00:00.000Z',
        lastEarningAt: '2026-03-04T12:00:00.000Z',
      },
    ]);
    expect(back).toMatchObject({ departures: [], arrivals: [] });
    expect(stage.ledger.changes(OLD).map(({ moves }) => moves)).toEqual([
      [{ subscriptionId: subscription(1).subscriptionId, to: NEW }],
      [{ subscriptionId: subscription(1).subscriptionId, from: NEW }],
    ]);
  });

  it('is looked at again soon, because a sweep may register that tenant any moment', async () => {
    const stage = aStageWithAMove();

    await look(stage, OLD);

    expect(stage.queues.requests()).toContainEqual({
      request: expect.objectContaining({ subject: 'tenant', id: OLD }) as unknown,
      at: new Date('2026-03-10T13:01:00.000Z'),
    });
  });
});

it('a subscription that moved is no longer expected in its old tenant, until it comes back', async () => {
  const facts = { subscriptionIds: [subscription(1).subscriptionId, subscription(2).subscriptionId] };
  const stage = aStageWithAMove(roles.contributor, { registration: aRegistration({ facts }) });
  announceNew(stage);
  await look(stage, OLD);
  await look(stage, OLD);
  expect(stage.ledger.held(OLD).scopes.map(({ verdict }) => verdict)).toEqual(['earning']);

  stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ scope: subscription(1) })] });
  stage.clock.pass(DAY);
  await look(stage, OLD);

  expect(stage.ledger.held(OLD)).toMatchObject({
    departures: [],
    scopes: [{ scope: subscription(1).id, verdict: 'earning' }, { scope: subscription(2).id }],
  });
});

it('a subscription that moved is expected again in its old tenant when it is told anew that it is there', async () => {
  const facts = { subscriptionIds: [subscription(1).subscriptionId, subscription(2).subscriptionId] };
  const factTimes = { subscriptionIds: '2026-03-10T12:30:00.000Z' };
  const registration = aRegistration({ facts, factTimes });
  const stage = aStageWithAMove(roles.contributor, { registration });
  announceNew(stage);
  await look(stage, OLD);
  stage.azure.remove(subscription(1).subscriptionId);
  await look(stage, OLD);
  expect(stage.ledger.held(OLD).scopes.map(({ verdict }) => verdict)).toEqual(['earning']);

  const anew = { ...registration, factTimes: { subscriptionIds: '2026-03-10T14:30:00.000Z' } };
  stage.ledger.hold({ ...stage.ledger.held(OLD), registration: anew });
  await look(stage, OLD);

  expect(stage.ledger.held(OLD).scopes).toMatchObject([
    { scope: subscription(1).id, verdict: 'not-visible' },
    { scope: subscription(2).id, verdict: 'earning' },
  ]);
});

it('a subscription that moved to a tenant which delegates nothing to us is gone', async () => {
  const stage = aStageWithAMove();
  stage.azure.put({ facts: someFacts(1, { tenantId: NEW, managedByTenantIds: [] }), delegations: [] });

  await look(stage, OLD);

  expect(stage.ledger.held(OLD)).toMatchObject({
    departures: [],
    scopes: [{ verdict: 'gone' }, { verdict: 'earning' }],
  });
});
