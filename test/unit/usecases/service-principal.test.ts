/** A pass over a tenant in which our application has a service principal. */
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { linkRequestId } from '../../../src/lib/domain/request.ts';
import { standingOf } from '../../../src/lib/domain/tenant-state.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import type { Facts } from '../../../src/lib/domain/tenant.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { DAY, MINUTE } from '../../support/clock.ts';
import {
  aDelegation,
  anAssignment,
  aPrincipal,
  aSecondPrincipal,
  ids,
  resourceGroup,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aLinkRequest, aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import {
  aCoveredTenant,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';
const whole = subscription(1).id;
const web = resourceGroup(1, 'Web');
const pinned = { principal: 'pal-link', applicationId: ids.palApplication, objectId: ids.palInTenant };

function announced(facts: Facts = {}) {
  return aRegistration({
    announcedAt: '2026-03-10T11:59:55.000Z',
    facts: { accessKinds: ['service-principal'], ...facts },
  });
}

/** A new tenant whose first subscription gives us Contributor, unless told otherwise. */
function aTenant(facts: Facts = {}, assignments = [anAssignment()], options = {}): Stage {
  const stage = aStage(options);
  stage.ledger.hold(aTenantRecord({ registration: announced(facts) }));
  stage.inTenant.put(someFacts(1, { managedByTenantIds: [] }), assignments);
  return stage;
}

/** The tenant as a good pass has left it. */
function aKnownTenant(assignments = [anAssignment()]): Stage {
  const stage = aTenant({}, assignments);
  stage.ledger.hold(
    aCoveredTenant([aScopeRecord(1, { coveredBy: ['service-principal'] })], {
      registration: announced(),
      pinned,
    }),
  );
  stage.partnerLinks.set(ownLink(), ids.palInTenant);
  return stage;
}

const ownLink = () => anObservedLink({ tenantId: ids.customer, objectId: ids.palInTenant });
const verdicts = (stage: Stage) =>
  stage.ledger.held(ids.customer).scopes.map(({ scope, verdict }) => [scope, verdict]);
const denied = () => new Failure('denied', 'Entra refused a token (AADSTS700016).');
const unavailable = () => new Failure('unavailable', 'Azure answered 500.');

describe('a pass over a tenant with our service principal', () => {
  it('links that identity in the tenant, tells its coverage, and pins it', async () => {
    const stage = aTenant();

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.links.held(ids.customer, ids.palInTenant)).toMatchObject({
      principal: 'pal-link',
      observed: ownLink(),
      lastOutcome: 'linked',
      lease: null,
    });
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'covered', pinned, failure: null });
    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
    expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234', 'GET']);
    expect(stage.inTenant.calls).toEqual(['subscriptions', whole, `schedules of ${whole}`]);
  });

  it('asks for no link at home', async () => {
    const stage = aTenant();

    await stage.reconcileTenant(aRequest());

    expect(stage.queues.requests()).toEqual([]);
    expect(await stage.links.read(ids.managingTenant, ids.pal)).toBeNull();
    expect(stage.azure.directReads).toEqual([]);
  });

  it('made again writes nothing and changes nothing', async () => {
    const stage = aTenant();
    await stage.reconcileTenant(aRequest());
    stage.clock.pass(MINUTE);

    expect(await stage.reconcileTenant(aRequest({ hop: 1 }))).toEqual({ kind: 'unchanged' });

    expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234', 'GET', 'GET']);
    expect(stage.ledger.changes(ids.customer)).toHaveLength(1);
    expect(stage.links.changes()).toHaveLength(1);
  });

  it('looks at the link only as far as the mode allows', async () => {
    const stage = aTenant({}, [anAssignment()], { linkRules: { mode: 'observe' } });

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(stage.links.held(ids.customer, ids.palInTenant).lastOutcome).toBe('would-link');
  });

  it('ignores what others have delegated to the customer', async () => {
    const stage = aTenant();
    stage.inTenant.put(someFacts(2, { tenantId: ids.otherCustomer }), [anAssignment()]);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
  });

  it('leaves the link of a tenant that was offboarded', async () => {
    const stage = aKnownTenant();
    const registration = { ...announced(), offboardedAt: NOON };
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), registration });

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.partnerLinks.calls).toEqual([]);
    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toEqual(ownLink());
  });
});

describe('the object our application is in a tenant', () => {
  it('that differs from the pinned one is refused in words, and nothing is sent', async () => {
    const stage = aKnownTenant();
    stage.inTenant.objectId = ids.stranger;

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(`is object ${ids.stranger}, but it was ${ids.palInTenant}`) as string,
    });

    expect([stage.partnerLinks.calls, stage.inTenant.calls]).toEqual([[], []]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      pinned,
      phase: 'covered',
      failure: { kind: 'denied' },
      version: 1,
    });
    expect(await stage.links.read(ids.customer, ids.stranger)).toBeNull();
  });

  it('is what an event says it is now, whatever was pinned', async () => {
    const stage = aKnownTenant();
    stage.inTenant.objectId = ids.stranger;
    const registration = announced({ servicePrincipalObjectId: ids.stranger });
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), registration });

    await stage.reconcileTenant(aRequest());

    expect(stage.partnerLinks.linkOf(ids.stranger)?.partnerId).toBe('4681234');
    expect(stage.ledger.held(ids.customer).pinned).toEqual({ ...pinned, objectId: ids.stranger });
  });

  it('that differs from what an event says is refused from the first', async () => {
    const stage = aTenant({ servicePrincipalObjectId: ids.stranger });

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({
      message: expect.stringContaining(`the onboarding event names ${ids.stranger}`) as string,
    });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'unobserved', pinned: null });
    expect([stage.partnerLinks.calls, stage.inTenant.calls]).toEqual([[], []]);
  });

  it('is pinned for one principal, not for another', async () => {
    const stage = aTenant({ principal: 'pal-bergen' }, [anAssignment()], {
      principals: [aPrincipal(), aSecondPrincipal()],
    });
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), pinned: { ...pinned, objectId: ids.stranger } });

    await stage.reconcileTenant(aRequest());

    const { name, applicationId } = aSecondPrincipal();
    expect(stage.ledger.held(ids.customer).pinned).toEqual({ ...pinned, principal: name, applicationId });
    expect(stage.partnerLinks.linkOf(ids.palInTenant)?.partnerId).toBe('4685678');
  });

  it('stays pinned when the settings give the principal another name', async () => {
    const stage = aTenant({}, [anAssignment()], { principals: [aPrincipal({ name: 'pal-renamed' })] });
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), pinned });
    stage.inTenant.objectId = ids.stranger;

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({
      message: expect.stringContaining(`is object ${ids.stranger}, but it was ${ids.palInTenant}`) as string,
    });

    expect(stage.partnerLinks.calls).toEqual([]);
  });

  it('that an earlier version pinned by the name alone stays, and is pinned by the application then', async () => {
    const stage = aKnownTenant();
    const byName = { principal: 'pal-link', objectId: ids.palInTenant };
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), pinned: byName });
    stage.inTenant.objectId = ids.stranger;

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });
    stage.inTenant.objectId = ids.palInTenant;
    await stage.reconcileTenant(aRequest({ hop: 1 }));

    expect(stage.ledger.held(ids.customer).pinned).toEqual(pinned);
  });

  it('is not pinned by a token that could not be put to use', async () => {
    const stage = aTenant();
    stage.partnerLinks.fail('read', unavailable());
    stage.inTenant.fail('subscriptions', unavailable());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ pinned: null, phase: 'unobserved' });
  });
});

describe('an object whose link another pass is at', () => {
  it('is not pinned while Azure has shown nothing of it', async () => {
    const stage = aTenant();
    const lease = { owner: 'another pass', until: '2026-03-10T12:03:00.000Z' };
    stage.links.hold(aLinkRecord({ tenantId: ids.customer, objectId: ids.palInTenant, lease }));
    stage.inTenant.fail('subscriptions', denied());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(stage.ledger.held(ids.customer).pinned).toBeNull();
  });
});

describe('a tenant that gives no token', () => {
  it('stays what it was; a new one is looked at again soon', async () => {
    const stage = aTenant();
    stage.inTenant.fail('token', denied());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'unobserved',
      failure: { kind: 'denied', message: 'Entra refused a token (AADSTS700016).' },
      lastOutcome: 'failed',
    });
    expect(stage.queues.requests()).toMatchObject([{ request: { subject: 'tenant', hop: 1 } }]);
  });

  it('does not keep the coverage by Lighthouse from being told', async () => {
    const stage = aTenant({ accessKinds: ['lighthouse', 'service-principal'] });
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation()] });
    stage.inTenant.fail('token', denied());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
    expect(stage.queues.requests()).toMatchObject([
      { request: { subject: 'link', id: `${ids.managingTenant}/${ids.pal}` } },
      { request: { subject: 'tenant' } },
    ]);
  });
});

describe('a second way of access that is refused night after night', () => {
  const both = { accessKinds: ['lighthouse', 'service-principal'] } satisfies Facts;

  /** A tenant that is covered by Lighthouse and was announced with our service principal, too. */
  function aTenantInBothWays(scopes = [aScopeRecord(1)]) {
    const stage = aTenant(both);
    stage.inTenant.remove(subscriptionId(1));
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation()] });
    stage.ledger.hold(aCoveredTenant(scopes, { registration: announced(both), lastGood: NOON }));
    return stage;
  }

  async function threeNights(stage: Stage, failure: Failure) {
    for (let night = 1; night <= 3; night += 1) {
      stage.clock.pass(DAY);
      stage.inTenant.fail('token', failure);
      await expect(stage.reconcileTenant(aRequest({ hop: night }))).rejects.toBe(failure);
    }
    const record = stage.ledger.held(ids.customer);
    const standing = standingOf(summaryOf(record), {
      links: {
        lighthouse: { state: 'linked', readAt: stage.clock().toISOString(), failure: null },
        'service-principal': { state: 'unknown', readAt: null, failure: null },
      },
      wantedPartnerId: '4681234',
      sweptAt: null,
      now: stage.clock(),
      staleAfterMs: 2 * DAY,
      watchRules: everything,
    });
    return { record, standing };
  }

  it('stands beside the state as a failure, and does not make it stale', async () => {
    const stage = aTenantInBothWays();

    const { record, standing } = await threeNights(stage, denied());

    expect(record).toMatchObject({
      lastGood: stage.clock().toISOString(),
      failure: { kind: 'denied' },
      version: 1,
    });
    expect(standing).toMatchObject({ state: 'earning', stale: false, failure: { kind: 'denied' } });
  });

  it.each([
    ['it fails instead', [aScopeRecord(1)], unavailable()],
    [
      'it covers a scope',
      [aScopeRecord(1), aScopeRecord(2, { coveredBy: ['service-principal'], offers: [] })],
      denied(),
    ],
  ])('makes it stale where %s', async (_, scopes, failure) => {
    const { record, standing } = await threeNights(aTenantInBothWays(scopes), failure);

    expect(record.lastGood).toBe(NOON);
    expect(standing).toMatchObject({ state: 'not-earning', reason: 'stale', stale: true });
  });

  it('is all there is of a tenant with no other: it has never been observed', async () => {
    const { record, standing } = await threeNights(aTenant(), denied());

    expect(record).toMatchObject({ phase: 'unobserved', lastGood: null });
    expect(standing).toMatchObject({ state: 'unobserved', lastGood: null });
  });
});

describe('a link in a tenant that fails', () => {
  it('does not hide the coverage, and is tried again', async () => {
    const stage = aTenant();
    stage.partnerLinks.fail('read', unavailable());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
    expect(stage.links.held(ids.customer, ids.palInTenant)).toMatchObject({
      failure: { kind: 'unavailable' },
      observed: null,
    });
    expect(stage.ledger.held(ids.customer)).toMatchObject({ failure: { kind: 'unavailable' }, pinned });
  });

  it('is left to another pass that is looking at it', async () => {
    const stage = aTenant();
    const lease = { owner: 'somebody', until: '2026-03-10T12:01:00.000Z' };
    stage.links.hold(aLinkRecord({ tenantId: ids.customer, objectId: ids.palInTenant, lease }));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.partnerLinks.calls).toEqual([]);
    expect(stage.links.held(ids.customer, ids.palInTenant).lease).toEqual(lease);
  });

  it('can be asked for by itself once it is on record', async () => {
    const stage = aKnownTenant();
    await stage.reconcileTenant(aRequest());
    stage.partnerLinks.set(null, ids.palInTenant);

    const id = linkRequestId({ tenantId: ids.customer, objectId: ids.palInTenant });

    expect(await stage.reconcileLink(aLinkRequest({ id }))).toEqual({ kind: 'linked' });
    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toEqual(ownLink());
  });
});

describe('coverage in a tenant', () => {
  it('held on resource groups alone is read group by group', async () => {
    const stage = aTenant({}, [anAssignment(web.id), anAssignment(`${whole}/resourceGroups/Data/x/y`)]);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([
      [resourceGroup(1, 'Data').id, 'earning'],
      [web.id, 'earning'],
    ]);
  });

  it('that our roles do not permit to read is told as missing Reader', async () => {
    const stage = aTenant();
    stage.inTenant.roleAssignments = () => Promise.resolve({ kind: 'no-access', status: 403 });

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('such as Reader, is missing') as string,
    });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'unobserved', scopes: [], pinned });
  });

  it('stands where one subscription cannot be read', async () => {
    const stage = aKnownTenant([anAssignment(whole, roles.reader)]);
    stage.inTenant.fail(whole, unavailable());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({ version: 1, openGaps: [] });
  });

  it('stands where the subscriptions cannot be listed', async () => {
    const stage = aKnownTenant();
    stage.inTenant.remove(subscriptionId(1));
    stage.inTenant.fail('subscriptions', denied());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
  });

  it('is gone when neither the list nor a direct read shows the subscription', async () => {
    const stage = aKnownTenant();
    stage.inTenant.remove(subscriptionId(1));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(verdicts(stage)).toEqual([[whole, 'gone']]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'not-delegated',
      openGaps: [{ reason: 'gone' }],
    });
    expect(stage.inTenant.calls).toEqual(['subscriptions', whole]);
  });

  it('is not gone because a list lags', async () => {
    const stage = aKnownTenant();
    stage.inTenant.unlist(subscriptionId(1));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(verdicts(stage)).toEqual([[whole, 'earning']]);
  });

  it('of an expected subscription that does not show is told', async () => {
    const stage = aTenant({ subscriptionIds: [subscriptionId(1), subscriptionId(2)] });

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([
      [whole, 'earning'],
      [subscription(2).id, 'not-visible'],
    ]);
  });
});

describe('the ends of roles in a tenant', () => {
  const JUNE = '2026-06-30T22:00:00.000Z';
  const until = (endsAt: string | null, scope = whole) =>
    anAssignment(scope, roles.contributor, false, { endsAt });
  const justInTime = (scope = whole) => anAssignment(scope, roles.contributor, false, { activated: true });
  const scheduleReads = (stage: Stage) =>
    stage.inTenant.calls.filter((call) => call.startsWith('schedules')).map((call) => call.slice(13));
  const heldScopes = (stage: Stage) => stage.ledger.held(ids.customer).scopes;

  it('are kept beside the scope that earns until then', async () => {
    const stage = aTenant({}, [until(JUNE)]);

    await stage.reconcileTenant(aRequest());

    expect(heldScopes(stage)).toMatchObject([{ scope: whole, verdict: 'earning', endsAt: JUNE }]);
  });

  it('tell a role that was taken just in time', async () => {
    const stage = aTenant({}, [justInTime()]);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([[whole, 'eligible-only']]);
  });

  it('that have come make a role count no more, though the list still shows it', async () => {
    const stage = aTenant({}, [until(NOON)]);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([[whole, 'principal-missing']]);
  });

  it('come by themselves: the next look finds a gap', async () => {
    const stage = aTenant({}, [until('2026-03-10T12:30:00.000Z')]);
    await stage.reconcileTenant(aRequest());
    stage.clock.pass(30 * MINUTE);

    await stage.reconcileTenant(aRequest({ hop: 1 }));

    expect(verdicts(stage)).toEqual([[whole, 'principal-missing']]);
    expect(stage.ledger.held(ids.customer).openGaps).toMatchObject([{ lastEarningAt: NOON }]);
  });

  it.each([
    ['whose roles earn nothing', [anAssignment(whole, roles.reader)], {}],
    ['that is disabled', [anAssignment()], { state: 'Disabled' }],
  ])('are not asked for in a subscription %s', async (_, assignments, facts) => {
    const stage = aTenant();
    stage.inTenant.put(someFacts(1, facts), assignments);

    await stage.reconcileTenant(aRequest());

    expect(scheduleReads(stage)).toEqual([]);
    expect(heldScopes(stage)).toHaveLength(1);
  });

  it('are asked for once a subscription, whatever is held inside it', async () => {
    const stage = aTenant({}, [anAssignment(), until(JUNE, web.id), anAssignment('/')]);
    stage.inTenant.put(someFacts(2), [anAssignment(subscription(2).id)]);

    await stage.reconcileTenant(aRequest());

    expect(scheduleReads(stage).sort()).toEqual([whole, subscription(2).id]);
  });

  it('are asked for by group where only groups may be read, and only of groups that earn', async () => {
    const data = resourceGroup(1, 'Data').id;
    const stage = aTenant({}, [until(JUNE, web.id), anAssignment(data, roles.reader)]);

    await stage.reconcileTenant(aRequest());

    expect(scheduleReads(stage)).toEqual([web.id]);
    expect(heldScopes(stage)).toMatchObject([
      { scope: data, verdict: 'role-not-eligible', endsAt: null },
      { scope: web.id, verdict: 'earning', endsAt: JUNE },
    ]);
  });

  it('are asked for once a pass in a tenant without the licence, where roles have none', async () => {
    const stage = aTenant();
    for (const n of [1, 2, 3, 4, 5, 6, 7]) {
      stage.inTenant.put(someFacts(n), [anAssignment(subscription(n).id)]);
    }
    stage.inTenant.licensed = false;

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });
    expect(scheduleReads(stage)).toHaveLength(1);
    expect(heldScopes(stage).map(({ verdict, endsAt }) => [verdict, endsAt])).toEqual(
      Array.from({ length: 7 }, () => ['earning', null]),
    );
    await stage.reconcileTenant(aRequest({ hop: 1 }));

    expect(scheduleReads(stage)).toHaveLength(2);
  });

  it('are asked for again in the same pass when the first answer was no answer', async () => {
    const stage = aTenant();
    for (const n of [1, 2, 3]) stage.inTenant.put(someFacts(n), [anAssignment(subscription(n).id)]);
    stage.inTenant.licensed = false;
    stage.inTenant.fail(`schedules of ${whole}`, unavailable());

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(scheduleReads(stage)).toHaveLength(2);
  });

  it.each([
    ['are refused', denied()],
    ['fail', unavailable()],
  ])('that %s leave the scope as it was: it is not taken for permanent', async (_, failure) => {
    const stage = aTenant();
    stage.inTenant.put(someFacts(2), [anAssignment(subscription(2).id)]);
    stage.ledger.hold(
      aCoveredTenant(
        [1, 2].map((n) =>
          aScopeRecord(n, { coveredBy: ['service-principal'], verdict: 'eligible-only', offers: [] }),
        ),
        { registration: announced(), pinned },
      ),
    );
    stage.inTenant.fail(`schedules of ${whole}`, failure);

    await expect(stage.reconcileTenant(aRequest())).rejects.toBe(failure);

    expect(verdicts(stage)).toEqual([
      [whole, 'eligible-only'],
      [subscription(2).id, 'earning'],
    ]);
    expect(stage.ledger.held(ids.customer).failure).toMatchObject({ kind: failure.kind });
  });

  it('that may not be read are told in words', async () => {
    const stage = aTenant();
    stage.inTenant.roleSchedules = () => Promise.resolve({ kind: 'no-access', status: 403 });

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(`Azure answered 403 when the end dates of our own role`) as string,
    });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'unobserved', scopes: [] });
  });
});
