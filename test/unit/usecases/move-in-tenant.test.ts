/** A subscription that leaves a tenant in which our application has a service principal. */
import { describe, expect, it } from 'vitest';
import type { RoleAssignment } from '../../../src/lib/domain/role-assignment.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import type { AccessKind, Facts } from '../../../src/lib/domain/tenant.ts';
import { HOUR } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  anAssignment,
  ids,
  roles,
  someFacts,
  subscription,
} from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import { aCoveredTenant, aGap, aRegistration, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const OLD = ids.customer;
const NEW = ids.otherCustomer;
const NOON = '2026-03-10T12:00:00.000Z';
const { id: moved, subscriptionId: movedId } = subscription(1);

const ownScope = (n: number, changes: Parameters<typeof aScopeRecord>[1] = {}) =>
  aScopeRecord(n, { coveredBy: ['service-principal'], offers: [], ...changes });
const lost = ownScope(1, { verdict: 'role-not-eligible', roleIds: [roles.reader] });

function registered(tenantId: string, accessKind: AccessKind, facts: Facts = {}) {
  return aRegistration({
    tenantId,
    announcedAt: '2026-03-01T12:00:00.000Z',
    facts: { accessKinds: [accessKind], ...facts },
  });
}

/** Subscription 1 had a gap in the old tenant; subscription 2 stays there. */
function aStageBefore(changes: Partial<TenantRecord> = {}): Stage {
  const stage = aStage({ at: NOON });
  stage.ledger.hold(
    aCoveredTenant([lost, ownScope(2)], {
      registration: registered(OLD, 'service-principal'),
      openGaps: [aGap(1)],
      ...changes,
    }),
  );
  for (const n of [1, 2]) stage.inTenant.put(someFacts(n), [anAssignment(subscription(n).id)]);
  return stage;
}

function announceNew(stage: Stage, accessKind: AccessKind = 'service-principal') {
  stage.ledger.hold(aTenantRecord({ registration: registered(NEW, accessKind) }));
}

const reader = [anAssignment(moved, roles.reader)];

function aStageWithAMove(held: readonly RoleAssignment[] = reader, changes: Partial<TenantRecord> = {}) {
  const stage = aStageBefore(changes);
  stage.inTenant.move(movedId, NEW, held);
  return stage;
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

describe.each(orders)('a subscription that moved to another such tenant, where %s', (_, order) => {
  it('takes its gap along, from its first day on, and is told in both histories', async () => {
    const stage = aStageWithAMove();
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    const [before, after] = [stage.ledger.held(OLD), stage.ledger.held(NEW)];
    expect(before.scopes.map(({ scope }) => scope)).toEqual([subscription(2).id]);
    expect(before).toMatchObject({ openGaps: [], closedGaps: [{ ending: { as: 'moved', to: NEW } }] });
    expect(after.scopes).toMatchObject([{ scope: moved, verdict: 'role-not-eligible' }]);
    expect(after.openGaps).toMatchObject([
      { firstBadAt: '2026-03-05T12:00:00.000Z', lastEarningAt: '2026-03-04T12:00:00.000Z', closedAt: null },
    ]);
    expect([before, after].map((record) => summaryOf(record).openMoves)).toEqual([0, 0]);
    const movesOf = (tenantId: string) => stage.ledger.changes(tenantId).flatMap(({ moves }) => moves ?? []);
    expect(movesOf(OLD)).toEqual([{ subscriptionId: movedId, to: NEW }]);
    expect(movesOf(NEW)).toEqual([{ subscriptionId: movedId, from: OLD }]);
  });

  it('has the agreement of its new tenant, which nobody has told', async () => {
    const registration = registered(OLD, 'service-principal', { agreement: 'ea' });
    const stage = aStageWithAMove([anAssignment(moved)], { registration });
    announceNew(stage);

    for (const tenantId of order) await look(stage, tenantId);

    expect(stage.ledger.held(NEW).scopes).toMatchObject([{ agreement: 'unknown', countsFor: 'pec' }]);
    expect(stage.ledger.held(OLD).scopes).toMatchObject([{ agreement: 'ea', countsFor: 'recognition' }]);
  });
});

it('a subscription that moved to a tenant we reach by Lighthouse goes on there', async () => {
  const stage = aStageWithAMove();
  announceNew(stage, 'lighthouse');
  stage.azure.put({
    facts: someFacts(1, { tenantId: NEW }),
    delegations: [aDelegation({ scope: subscription(1), authorizations: [aGrant(roles.reader)] })],
  });

  for (const tenantId of [OLD, NEW]) await look(stage, tenantId);

  expect(stage.ledger.held(NEW)).toMatchObject({
    scopes: [{ scope: moved, coveredBy: ['lighthouse'] }],
    openGaps: [{ firstBadAt: '2026-03-05T12:00:00.000Z' }],
  });
});

it('a subscription that moved to a tenant nobody has announced is counted where it was, until one does', async () => {
  const stage = aStageWithAMove();
  await look(stage, OLD);
  expect(summaryOf(stage.ledger.held(OLD))).toMatchObject({
    openMoves: 1,
    openGaps: 0,
    atRisk: [{ scopes: 1 }],
  });
  announceNew(stage);

  await look(stage, OLD);
  await look(stage, NEW);

  expect(summaryOf(stage.ledger.held(OLD))).toMatchObject({ openMoves: 0, atRisk: [] });
  expect(stage.ledger.held(NEW).openGaps).toMatchObject([{ firstBadAt: '2026-03-05T12:00:00.000Z' }]);
});

it('a subscription that had gone, because Azure named its new tenant late, has moved in the end', async () => {
  const stage = aStageBefore();
  stage.inTenant.remove(movedId);
  await look(stage, OLD);
  expect(stage.ledger.held(OLD).openGaps).toMatchObject([{ reason: 'gone' }]);
  stage.inTenant.put(someFacts(1), []);
  stage.inTenant.move(movedId, NEW, reader);
  announceNew(stage);

  for (const tenantId of [OLD, NEW]) await look(stage, tenantId);

  expect(stage.ledger.held(OLD)).toMatchObject({
    scopes: [{ scope: subscription(2).id }],
    openGaps: [],
    closedGaps: [{ ending: { as: 'moved', to: NEW } }],
  });
  expect(stage.ledger.held(NEW).openGaps).toMatchObject([{ firstBadAt: '2026-03-05T12:00:00.000Z' }]);
});

describe('a subscription that neither list nor read shows', () => {
  it.each([
    ['where Azure names no tenant', 401, undefined],
    ['where Azure names the tenant it was in', 401, OLD],
    ['where Azure names our own tenant', 401, ids.managingTenant],
    ['where it is forbidden', 403, undefined],
    ['where it is not found', 404, undefined],
  ])('is gone and not moved %s', async (_, status, ownerTenantId) => {
    const stage = aStageBefore();
    stage.inTenant.remove(movedId);
    const others = { ...stage.inTenant };
    stage.inTenant.roleAssignments = (identity, scope) =>
      scope.subscriptionId === movedId
        ? Promise.resolve({ kind: 'no-access', status, ...(ownerTenantId ? { ownerTenantId } : {}) })
        : others.roleAssignments(identity, scope);

    await look(stage, OLD);

    expect(stage.ledger.held(OLD)).toMatchObject({
      departures: [],
      scopes: [{ scope: moved, verdict: 'gone' }, { scope: subscription(2).id }],
      openGaps: [{ reason: 'gone' }],
    });
  });

  it('has not moved while the list shows it, whatever a read answers', async () => {
    const stage = aStageBefore();
    const others = { ...stage.inTenant };
    stage.inTenant.roleAssignments = (identity, scope) =>
      scope.subscriptionId === movedId
        ? Promise.resolve({ kind: 'no-access', status: 401, ownerTenantId: NEW })
        : others.roleAssignments(identity, scope);

    await expect(look(stage, OLD)).rejects.toMatchObject({ kind: 'denied' });

    expect(stage.ledger.held(OLD)).toMatchObject({
      departures: [],
      scopes: [lost, { scope: subscription(2).id }],
      openGaps: [aGap(1)],
    });
  });
});
