/** Passes over what the settings exclude, on the stage of fakes. */
import { describe, expect, it } from 'vitest';
import type { AccessKind } from '../../../src/lib/domain/tenant.ts';
import { everything, type WatchRules } from '../../../src/lib/domain/watch.ts';
import { daysAtRisk, RISK_DAYS } from '../../../src/lib/domain/days-at-risk.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { HOUR } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  anAssignment,
  ids,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import { aCoveredTenant, aGap, aRegistration, aScopeRecord, aSelection } from '../../support/tenants.ts';

const bad = aScopeRecord(1, { verdict: 'role-not-eligible', since: '2026-03-05T12:00:00.000Z' });

/** A tenant in trouble that is excluded, or of which something is; `watchRules` may change, as by a new start. */
function aTenantWith(chosen: Parameters<typeof aSelection>[0], accessKinds: AccessKind[]) {
  const watchRules: { -readonly [Key in keyof WatchRules]: WatchRules[Key] } = {
    include: null,
    exclude: aSelection(chosen),
  };
  const stage = aStage({ watchRules });
  const registration = aRegistration({ facts: { accessKinds } });
  stage.ledger.hold(aCoveredTenant([bad], { registration, openGaps: [aGap(1)] }));
  const reader = [aDelegation({ scope: subscription(1), authorizations: [aGrant(roles.reader)] })];
  stage.azure.put({ facts: someFacts(1), delegations: reader });
  stage.inTenant.put(someFacts(1), [anAssignment(subscription(1).id, roles.reader)]);
  return { stage, watchRules };
}

const onRecord = (stage: Stage) => stage.ledger.held(ids.customer);

describe('a pass over a tenant the settings exclude', () => {
  it.each([['lighthouse' as const], ['service-principal' as const]])(
    'reads nothing, ends its gaps and asks for no other look (%s)',
    async (kind) => {
      const { stage } = aTenantWith({ tenants: [ids.customer] }, [kind]);
      let lookUps = 0;
      const find = stage.azure.index.find.bind(stage.azure.index);
      Object.assign(stage.azure.index, { find: (id: string) => ((lookUps += 1), find(id)) });

      expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });
      expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

      expect([lookUps, stage.azure.directReads, stage.inTenant.calls, stage.partnerLinks.calls]).toEqual([
        0,
        [],
        [],
        [],
      ]);
      expect(stage.queues.requests()).toEqual([]);
      expect(onRecord(stage)).toMatchObject({ phase: 'excluded', openGaps: [], failure: null, version: 2 });
      expect(stage.ledger.closedGaps(ids.customer)).toMatchObject([{ ending: { as: 'excluded' } }]);
    },
  );

  it('opens the gap anew when the tenant is watched again', async () => {
    const { stage, watchRules } = aTenantWith({ tenants: [ids.customer] }, ['lighthouse']);
    await stage.reconcileTenant(aRequest());
    stage.clock.pass(HOUR);
    Object.assign(watchRules, everything);

    await stage.reconcileTenant(aRequest({ cause: { kind: 'event', id: 'event-2' } }));

    expect(onRecord(stage)).toMatchObject({
      phase: 'covered',
      scopes: [{ verdict: 'role-not-eligible' }],
      openGaps: [{ openedAt: '2026-03-10T13:00:00.000Z', reason: 'role-not-eligible' }],
    });
    expect(stage.ledger.closedGaps(ids.customer)).toHaveLength(1);
  });
});

describe('the time in which a tenant was excluded', () => {
  const waiting = { verdict: 'delegation-not-ready' as const, since: '2026-03-02T13:00:00.000Z' };

  it.each([
    ['a role that earns nothing', {}, { authorizations: [aGrant(roles.reader)] }],
    ['a delegation that has not been ready since before', waiting, { provisioningState: 'Accepted' }],
  ])('is no time at risk of what is lost after it (%s)', async (_, known, shown) => {
    const { stage, watchRules } = aTenantWith({ tenants: [ids.customer] }, ['lighthouse']);
    const earned = aScopeRecord(1, { lastEarningAt: '2026-03-02T12:00:00.000Z', ...known });
    const before = aCoveredTenant([earned], { registration: aRegistration() });
    stage.ledger.hold({ ...before, lastGood: '2026-03-02T12:00:00.000Z' });
    stage.clock.set('2026-03-03T12:00:00.000Z');
    await stage.reconcileTenant(aRequest());
    stage.clock.set('2026-03-28T12:00:00.000Z');
    Object.assign(watchRules, everything);
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation(shown)] });

    await stage.reconcileTenant(aRequest({ cause: { kind: 'event', id: 'event-2' } }));

    const now = new Date('2026-03-30T11:00:00.000Z');
    const risk = daysAtRisk(summaryOf(onRecord(stage)), { days: RISK_DAYS, now, sweptAt: now.toISOString() });
    expect(risk).toEqual({ certain: 1, possible: 3, neverEarned: 0 });
  });

  it('is none either of what could not be read at once', async () => {
    const { stage, watchRules } = aTenantWith({ tenants: [ids.customer] }, [
      'lighthouse',
      'service-principal',
    ]);
    const own = {
      ...bad,
      coveredBy: ['service-principal' as const],
      lastEarningAt: '2026-03-04T12:00:00.000Z',
    };
    stage.ledger.hold({ ...onRecord(stage), scopes: [own] });
    stage.azure.put({ facts: someFacts(2), delegations: [aDelegation({ scope: subscription(2) })] });
    stage.azure.remove(subscriptionId(1));
    await stage.reconcileTenant(aRequest());
    stage.clock.set('2026-03-28T12:00:00.000Z');
    Object.assign(watchRules, everything);
    stage.inTenant.fail('token', new Failure('denied', 'Entra refused a token (AADSTS700016).'));
    const again = () => stage.reconcileTenant(aRequest({ cause: { kind: 'event', id: 'event-2' } }));
    await expect(again()).rejects.toMatchObject({ kind: 'denied' });
    stage.clock.set('2026-03-29T12:00:00.000Z');

    await again();

    expect(onRecord(stage).openGaps).toMatchObject([{ lastEarningAt: '2026-03-28T12:00:00.000Z' }]);
  });
});

describe('what was lost while its tenant was excluded', () => {
  it.each([
    ['Lighthouse', 'lighthouse' as const],
    ['a guest, beside a delegation nobody announced', 'guest-user' as const],
  ])('is a loss though the tenant was announced days ago (%s)', async (_, kind) => {
    const { stage, watchRules } = aTenantWith({ tenants: [ids.customer] }, [kind]);
    stage.ledger.hold({ ...onRecord(stage), scopes: [aScopeRecord(1)], openGaps: [] });
    await stage.reconcileTenant(aRequest());
    stage.azure.remove(subscriptionId(1));
    stage.clock.pass(HOUR);
    Object.assign(watchRules, everything);

    await stage.reconcileTenant(aRequest({ cause: { kind: 'event', id: 'event-2' } }));

    expect(onRecord(stage)).toMatchObject({
      phase: 'not-delegated',
      scopes: [{ verdict: 'gone' }],
      openGaps: [{ openedAt: '2026-03-10T13:00:00.000Z', reason: 'gone' }],
    });
  });
});

describe('a pass over a tenant of which something is excluded', () => {
  it.each<[string, Parameters<typeof aSelection>[0]]>([
    ['subscription', { subscriptions: [subscriptionId(1)] }],
    ['offer', { offers: ['FABRIKAM managed service'] }],
  ])('reads no excluded %s directly, and looks at the others', async (_, chosen) => {
    const { stage } = aTenantWith(chosen, ['lighthouse']);
    const other = aDelegation({ scope: subscription(2), offer: 'Basic' });
    stage.azure.put({ facts: someFacts(2), delegations: [other] });

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([subscription(2).id]);
    expect(onRecord(stage)).toMatchObject({
      phase: 'covered',
      scopes: [{ scope: subscription(2).id, verdict: 'earning' }],
      openGaps: [],
    });
    expect(stage.ledger.closedGaps(ids.customer)).toMatchObject([{ ending: { as: 'excluded' } }]);
  });

  it('reads no roles of our service principal in an excluded subscription', async () => {
    const { stage } = aTenantWith({ subscriptions: [subscriptionId(1)] }, ['service-principal']);

    await stage.reconcileTenant(aRequest());

    expect(stage.inTenant.calls).toEqual(['subscriptions']);
    expect(onRecord(stage)).toMatchObject({ phase: 'excluded', scopes: [], openGaps: [] });
  });
});
