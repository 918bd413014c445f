import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { AccessKind } from '../../../src/lib/domain/tenant.ts';
import { makeFakeEstate, type RealSubscription } from '../../fakes/estate.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  aPrincipal,
  aSecondPrincipal,
  ids,
  resourceGroup,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aMessage, aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import {
  aCoveredTenant,
  aDpor,
  aGap,
  aLinkRecord,
  anAttestation,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';
/** Announced a moment before the look. */
const announcedNow = aRegistration({ announcedAt: '2026-03-10T11:59:55.000Z' });

/** The nth subscription, delegated to us with a role. */
function aSubscription(
  n: number,
  roleId = roles.contributor,
  changes: Partial<RealSubscription> = {},
): RealSubscription {
  return {
    facts: someFacts(n),
    delegations: [aDelegation({ scope: subscription(n), authorizations: [aGrant(roleId)] })],
    ...changes,
  };
}

/** The link was read a moment ago, so no look at it is asked for. */
function withFreshLink(stage: Stage): Stage {
  stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:59:00.000Z', looks: 1 }));
  return stage;
}

const verdicts = (stage: Stage) =>
  stage.ledger.held(ids.customer).scopes.map(({ scope, verdict }) => [scope, verdict]);
const tenantRequests = (stage: Stage) =>
  stage.queues.requests().filter(({ request }) => request.subject === 'tenant');

describe('a pass over a tenant', () => {
  it('that finds a delegation with an earning role records it', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    stage.azure.put(aSubscription(1));

    const outcome = await stage.reconcileTenant(aRequest());

    expect(outcome).toEqual({ kind: 'assessed' });
    expect(stage.ledger.held(ids.customer)).toEqual(
      aTenantRecord({
        registration: announcedNow,
        phase: 'covered',
        scopes: [aScopeRecord(1, { since: NOON, directAt: NOON, provenAt: NOON })],
        lastGood: NOON,
        lastOutcome: 'assessed',
        version: 1,
      }),
    );
    expect(stage.ledger.changes(ids.customer)).toMatchObject([{ version: 1, causeId: 'event-1' }]);
    expect(stage.queues.requests()).toEqual([]);
  });

  it('made again changes nothing but the age', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    stage.azure.put(aSubscription(1));
    await stage.reconcileTenant(aRequest());
    stage.clock.pass(MINUTE);

    const outcome = await stage.reconcileTenant(aRequest({ cause: { kind: 'event', id: 'event-2' } }));

    expect(outcome).toEqual({ kind: 'unchanged' });
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      version: 1,
      lastGood: '2026-03-10T12:01:00.000Z',
      lastOutcome: 'unchanged',
    });
    expect(stage.ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('because an operator told something of it reads the link at home for itself no more than any other', async () => {
    const stage = aStage();
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest({ cause: { kind: 'operator', id: 'import-1' } }));

    expect(stage.partnerLinks.calls).toEqual([]);
    expect(stage.queues.requests().map(({ request }) => request.subject)).toEqual(['link']);
  });

  it('over a large tenant opens a gap by a direct read alone', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    for (let n = 1; n <= 60; n++)
      stage.azure.put(aSubscription(n, n === 60 ? roles.reader : roles.contributor));

    await stage.reconcileTenant(aRequest());

    expect(stage.ledger.held(ids.customer).openGaps).toMatchObject([{ reason: 'role-not-eligible' }]);
    expect(stage.azure.directReads).toEqual([subscription(60).id]);
  });

  it('over a large tenant takes no index for word that shows again what lately was read to be gone', async () => {
    const stage = withFreshLink(aStage());
    const readAt = '2026-03-10T11:55:00.000Z';
    const scopes = Array.from({ length: 60 }, (_, index) =>
      aScopeRecord(index + 1, index === 59 ? { verdict: 'gone', directAt: readAt } : {}),
    );
    stage.ledger.hold(aCoveredTenant(scopes));
    for (let n = 1; n <= 60; n++) stage.azure.put(aSubscription(n));
    stage.azure.remove(subscriptionId(60), { indexLags: true });

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(verdicts(stage)).toContainEqual([subscription(60).id, 'gone']);
    expect(stage.azure.directReads).toEqual([subscription(60).id]);
  });

  it('does not take an expected subscription that it sees in another tenant for one that has moved', async () => {
    const stage = withFreshLink(aStage());
    const registration = aRegistration({
      announcedAt: '2026-03-10T11:59:55.000Z',
      facts: { subscriptionIds: [subscriptionId(1), subscriptionId(2)] },
    });
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1));
    stage.azure.put(
      aSubscription(2, roles.contributor, {
        facts: someFacts(2, { tenantId: 'cccccccc-0000-4000-8000-000000000099' }),
      }),
    );

    await stage.reconcileTenant(aRequest());
    stage.clock.pass(MINUTE);
    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([
      [subscription(1).id, 'earning'],
      [subscription(2).id, 'not-visible'],
    ]);
    expect(stage.ledger.held(ids.customer).version).toBe(1);
  });

  it('over a tenant nobody has announced does nothing', async () => {
    const stage = aStage();
    stage.azure.put(aSubscription(1));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

    expect(await stage.ledger.read(ids.customer)).toBeNull();
    expect(stage.queues.requests()).toEqual([]);
  });

  it('forgets the failure of an earlier one', async () => {
    const stage = withFreshLink(aStage());
    const failure = { kind: 'unavailable', message: 'x', at: NOON, requestId: null } as const;
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)], { failure, lastOutcome: 'failed' }));
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest());

    expect(stage.ledger.held(ids.customer)).toMatchObject({ failure: null, lastOutcome: 'unchanged' });
  });

  it('over an offboarded tenant closes its record once', async () => {
    const stage = aStage();
    const registration = aRegistration({ offboardedAt: '2026-03-10T11:00:00.000Z' });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)], { registration, openGaps: [aGap(1)] }));

    const first = await stage.reconcileTenant(aRequest());
    const second = await stage.reconcileTenant(aRequest());

    expect([first, second]).toEqual([{ kind: 'assessed' }, { kind: 'unchanged' }]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'closed', openGaps: [] });
    expect(stage.ledger.changes(ids.customer)).toMatchObject([{ phase: { from: 'covered', to: 'closed' } }]);
    expect(stage.azure.directReads).toEqual([]);
  });

  it('held by a guest user needs no person while somebody attests to the link', async () => {
    const stage = aStage();
    const registration = aRegistration({ facts: { accessKinds: ['guest-user'] } });
    stage.ledger.hold(aTenantRecord({ registration, attestations: [anAttestation()] }));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });
    stage.clock.set('2026-09-05T12:00:00.000Z');
    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'needs-person' });
  });

  it('keeps what people told when a look is committed', async () => {
    const stage = aStage();
    stage.azure.put(aSubscription(1));
    const told = { attestations: [anAttestation()], dpor: [aDpor(1)] };
    const registration = aRegistration({ facts: { accessKinds: ['guest-user', 'lighthouse'] } });
    stage.ledger.hold(aTenantRecord({ registration, ...told }));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'covered', ...told });
  });

  it.each<[string, AccessKind[], string]>([
    ['a guest user', ['guest-user'], 'needs-person'],
    ['a guest user and AOBO', ['guest-user', 'csp-aobo'], 'needs-person'],
    ['AOBO alone', ['csp-aobo'], 'unchanged'],
  ])('held by %s needs no more than that where nothing is delegated', async (_, accessKinds, kind) => {
    const stage = aStage();
    stage.ledger.hold(
      aTenantRecord({
        registration: aRegistration({ facts: { accessKinds, subscriptionIds: [subscriptionId(1)] } }),
      }),
    );

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind });
    expect(stage.azure.directReads).toEqual([]);

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'unobserved',
      scopes: [],
      lastGood: null,
      lastOutcome: kind,
    });
    expect(stage.queues.requests()).toEqual([]);
  });

  it('held by a guest user is assessed where a delegation shows that nobody announced', async () => {
    const stage = aStage();
    const registration = aRegistration({ facts: { accessKinds: ['guest-user'] } });
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'covered',
      scopes: [{ verdict: 'earning', coveredBy: ['lighthouse'] }],
    });
    expect(stage.queues.requests()).toMatchObject([{ request: { subject: 'link' } }]);
  });

  it('held by a guest user keeps the gap of a delegation that has gone', async () => {
    const stage = withFreshLink(aStage());
    const registration = aRegistration({ facts: { accessKinds: ['guest-user'] } });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)], { registration }));

    await stage.reconcileTenant(aRequest());
    const again = await stage.reconcileTenant(aRequest({ hop: 1 }));

    expect(again).toEqual({ kind: 'needs-person' });
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'not-delegated',
      openGaps: [{ reason: 'gone' }],
      failure: null,
    });
    expect(stage.ledger.changes(ids.customer)).toHaveLength(1);
  });

  it('judges by the principal the tenant asks for', async () => {
    const principals = [aPrincipal(), aSecondPrincipal()];
    const stage = aStage({ principals });
    const registration = aRegistration({ facts: { principal: 'pal-bergen' } });
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest());

    expect(stage.ledger.held(ids.customer).scopes).toMatchObject([
      { verdict: 'other-principal', principal: 'pal-bergen' },
    ]);
  });

  it('says in words that the settings do not name a principal, and parks nothing for it', async () => {
    const stage = aStage();
    stage.ledger.hold(aTenantRecord({ registration: aRegistration({ facts: { principal: 'pal-oslo' } }) }));

    const settled = await stage.reconcile(aMessage(aRequest()));

    const message = 'The tenant asks for the principal “pal-oslo”, which the settings do not name.';
    expect(settled.disposition).toEqual({ do: 'settle' });
    expect(stage.ledger.held(ids.customer).failure).toMatchObject({ kind: 'denied', message });
    expect(stage.queues.messages('parked')).toEqual([]);
  });

  it('leaves a resource group delegated alone to itself', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    const web = resourceGroup(1, 'Web');
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ scope: web })] });

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([[web.id, 'earning']]);
    expect(stage.azure.directReads).toEqual([web.id]);
  });

  it('reads a resource group with its subscription, where both are delegated', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    const web = resourceGroup(1, 'Web');
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ scope: web }), aDelegation()] });

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([subscription(1).id]);
    expect(verdicts(stage)).toEqual([
      [subscription(1).id, 'earning'],
      [web.id, 'earning'],
    ]);
  });

  it('ignores a subscription delegated to somebody else', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    stage.azure.put({
      facts: someFacts(1, { managedByTenantIds: [ids.otherPartner] }),
      delegations: [aDelegation({ managedByTenantId: ids.otherPartner })],
    });

    await stage.reconcileTenant(aRequest());

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'awaiting', scopes: [] });
  });
});

describe('a tenant that shows nothing yet', () => {
  function aNewTenant() {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    return stage;
  }

  it('awaits its delegation, and is looked at again after a minute', async () => {
    const stage = aNewTenant();

    const outcome = await stage.reconcileTenant(aRequest({ attempt: 2, hop: 4 }));

    expect(outcome).toEqual({ kind: 'unchanged' });
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'awaiting', lastGood: NOON });
    const again = '2026-03-10T12:00:55.000Z';
    expect(stage.queues.requests()).toEqual([
      { at: new Date(again), request: aRequest({ attempt: 0, hop: 5, since: again }) },
    ]);
  });

  it('is looked at with growing pauses for an hour, then left to the sweep', async () => {
    const stage = aNewTenant();
    const looks: string[] = [];

    await stage.reconcileTenant(aRequest());
    for (let next = tenantRequests(stage).at(-1); next?.at; next = tenantRequests(stage).at(looks.length)) {
      looks.push(next.at.toISOString().slice(11, 19));
      stage.clock.set(next.at.toISOString());
      await stage.reconcileTenant(next.request);
    }

    expect(looks).toEqual([
      '12:00:55',
      '12:01:55',
      '12:03:55',
      '12:07:55',
      '12:15:55',
      '12:31:55',
      '12:59:55',
    ]);
    expect(stage.ledger.held(ids.customer).phase).toBe('awaiting');
  });

  it('is covered by the look that sees its delegation, and looked at no more', async () => {
    const stage = aNewTenant();
    await stage.reconcileTenant(aRequest());
    const [second] = tenantRequests(stage);
    stage.azure.put(aSubscription(1));
    stage.clock.pass(MINUTE);

    await stage.reconcileTenant(second?.request ?? aRequest());

    expect(verdicts(stage)).toEqual([[subscription(1).id, 'earning']]);
    expect(tenantRequests(stage)).toHaveLength(1);
  });

  it('is not delegated when a look after the time it had shows nothing', async () => {
    const stage = aNewTenant();
    stage.clock.pass(14 * DAY);

    const outcome = await stage.reconcileTenant(aRequest());

    expect(outcome).toEqual({ kind: 'assessed' });
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'not-delegated', version: 1 });
    expect(tenantRequests(stage)).toEqual([]);
  });

  it('is not called not delegated by a look that could not see', async () => {
    const stage = aNewTenant();
    stage.clock.pass(14 * DAY);
    stage.azure.fail('find', new Failure('unavailable', 'Azure answered 500.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'unobserved',
      lastGood: null,
      lastOutcome: 'failed',
      failure: { kind: 'unavailable', message: 'Azure answered 500.' },
    });
  });
});

describe('a tenant that comes back after it was offboarded', () => {
  function aReturningTenant() {
    const stage = withFreshLink(aStage());
    const closed = aCoveredTenant([aScopeRecord(1)], { phase: 'closed', registration: announcedNow });
    stage.ledger.hold(closed);
    return stage;
  }

  it('awaits its delegation anew', async () => {
    const stage = aReturningTenant();

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'awaiting', openGaps: [] });
    expect(tenantRequests(stage)).toHaveLength(1);
  });

  it('is covered as soon as its delegation shows', async () => {
    const stage = aReturningTenant();
    stage.azure.put(aSubscription(1));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'covered', version: 2 });
  });

  it('is looked at again, like any new tenant, when its first look is denied', async () => {
    const stage = aReturningTenant();
    stage.azure.fail('find', new Failure('denied', 'Azure answered 403.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(tenantRequests(stage)).toHaveLength(1);
  });
});

describe('an expected subscription', () => {
  const registration = aRegistration({
    announcedAt: '2026-03-10T11:59:55.000Z',
    facts: { subscriptionIds: [subscriptionId(1), subscriptionId(2)] },
  });

  it('that nobody sees is told, and the tenant looked at again', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([
      [subscription(1).id, 'earning'],
      [subscription(2).id, 'not-visible'],
    ]);
    expect(tenantRequests(stage)).toHaveLength(1);
  });

  it('that was never seen is not called gone beside one that is covered', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)], { registration }));
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[1]).toEqual([subscription(2).id, 'not-visible']);
  });

  it('that hides from our observer is not visible, and no gap', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1));
    stage.azure.put(aSubscription(2, roles.contributor, { hidden: true }));

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[1]).toEqual([subscription(2).id, 'not-visible']);
    expect(stage.ledger.held(ids.customer).openGaps).toEqual([]);
  });

  it('is read though the index does not know it yet', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put(aSubscription(1), { indexLags: true });
    stage.azure.put(aSubscription(2), { indexLags: true });

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)).toEqual([
      [subscription(1).id, 'earning'],
      [subscription(2).id, 'earning'],
    ]);
  });

  it('that belongs to another tenant is not counted for this one', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration }));
    stage.azure.put({ ...aSubscription(1), facts: someFacts(1, { tenantId: ids.otherCustomer }) });

    await stage.reconcileTenant(aRequest());

    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'awaiting', scopes: [] });
  });
});

describe('a tenant whose reads are denied', () => {
  it('is looked at again while it is new', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aTenantRecord({ registration: announcedNow }));
    stage.azure.fail('find', new Failure('denied', 'Azure answered 403.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(stage.ledger.held(ids.customer)).toMatchObject({
      phase: 'unobserved',
      failure: { kind: 'denied' },
      lastOutcome: 'failed',
    });
    expect(tenantRequests(stage)).toMatchObject([
      { at: new Date('2026-03-10T12:00:55.000Z'), request: { hop: 1, attempt: 0 } },
    ]);
  });

  it.each([
    ['is looked at again while it is new, when a part was denied', 'denied', 1],
    ['is left to the spine, when a part could not be reached', 'unavailable', 0],
  ] as const)('%s', async (_, kind, looks) => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1), aScopeRecord(2)], { registration: announcedNow }));
    stage.azure.put(aSubscription(1));
    stage.azure.put(aSubscription(2));
    stage.azure.fail(subscription(2).id, new Failure(kind, 'Azure answered as it should not.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind });

    expect(tenantRequests(stage)).toHaveLength(looks);
  });

  it('is told once for the observer, not for each tenant and pass, and once more when it sees again', async () => {
    const stage = withFreshLink(aStage());
    stage.azure.put(aSubscription(1));
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    const failures = ['denied', 'denied', 'unavailable'] as const;
    for (const kind of failures) {
      stage.azure.fail('find', new Failure(kind, 'Azure answered as it should not.'));
      await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind });
    }
    await stage.reconcileTenant(aRequest());
    await stage.reconcileTenant(aRequest());

    const told = stage.outbox.announced.flatMap((one) => (one.kind === 'observer' ? one.change : []));
    expect(told.map(({ version, sight, trouble }) => [version, sight, trouble])).toEqual([
      [1, 'lost', 'Azure answered as it should not.'],
      [2, 'regained', null],
    ]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'covered', failure: null });
  });

  it('does not make the observer blind when single reads are refused, or the index does not answer', async () => {
    const stage = withFreshLink(aStage());
    stage.azure.put(aSubscription(1));
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    stage.azure.forbid(subscription(1).subscriptionId, 403);
    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });
    stage.azure.fail('find', new Failure('unavailable', 'Azure answered 503.'));
    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(stage.outbox.announced).toEqual([]);
  });

  it('is left to the next cause when it is not new', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    stage.azure.fail('find', new Failure('denied', 'Azure answered 403.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(tenantRequests(stage)).toEqual([]);
  });
});

describe('a look that could read only a part', () => {
  function aTenantOfThree() {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant([1, 2, 3].map((n) => aScopeRecord(n))));
    stage.azure.put(aSubscription(1));
    stage.azure.put(aSubscription(2, roles.reader));
    stage.azure.put(aSubscription(3));
    return stage;
  }

  it('commits what it saw, keeps what it did not, and says that it failed', async () => {
    const stage = aTenantOfThree();
    stage.azure.fail(subscription(3).id, new Failure('unavailable', 'Azure answered 500.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(verdicts(stage)).toEqual([
      [subscription(1).id, 'earning'],
      [subscription(2).id, 'role-not-eligible'],
      [subscription(3).id, 'earning'],
    ]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({
      version: 2,
      lastGood: '2026-03-09T12:00:00.000Z',
      lastOutcome: 'failed',
      failure: { kind: 'unavailable', at: NOON },
    });
  });

  it('fails with the trouble that is worth another try first', async () => {
    const stage = aTenantOfThree();
    const retryAt = new Date('2026-03-10T12:00:20.000Z');
    stage.azure.fail(subscription(1).id, new Failure('denied', 'Azure answered 403.'));
    stage.azure.fail(
      subscription(2).id,
      new Failure('throttled', 'Azure answered 429.', { retryAt: new Date(NOON) }),
    );
    stage.azure.fail(subscription(3).id, new Failure('throttled', 'Azure answered 429.', { retryAt }));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'throttled', retryAt });
  });

  it('is not taken for one when the read itself is a defect', async () => {
    const stage = aTenantOfThree();
    const defect = new TypeError('x is not a function');
    stage.azure.fail(subscription(1).id, defect);

    await expect(stage.reconcileTenant(aRequest())).rejects.toBe(defect);

    expect(stage.ledger.held(ids.customer).version).toBe(1);
  });
});

describe('a subscription that is no longer delegated', () => {
  function aTenantOfTwo(afterRemoval: 401 | 403 | 404) {
    const stage = withFreshLink(aStage({ azure: makeFakeEstate(afterRemoval) }));
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]));
    stage.azure.put(aSubscription(1));
    stage.azure.put(aSubscription(2));
    return stage;
  }

  it.each([401, 403, 404] as const)(
    'is gone when reads answer %d, and neither the index nor the list of subscriptions has it',
    async (status) => {
      const stage = aTenantOfTwo(status);
      stage.azure.remove(subscriptionId(1));

      expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

      expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'gone']);
      expect(stage.ledger.held(ids.customer).openGaps).toMatchObject([
        { reason: 'gone', openedAt: NOON, lastEarningAt: '2026-03-09T12:00:00.000Z' },
      ]);
    },
  );

  it.each([401, 403, 404] as const)(
    'is unreadable when reads answer %d while the index has it still',
    async (status) => {
      const stage = aTenantOfTwo(status);
      stage.azure.remove(subscriptionId(1), { indexLags: true });

      await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

      expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'earning']);
      expect(stage.ledger.changes(ids.customer)).toEqual([]);
    },
  );

  it.each([401, 403, 404])(
    'is unreadable when reads answer %d while it is listed as managed by us',
    async (status) => {
      const stage = aTenantOfTwo(403);
      stage.azure.remove(subscriptionId(1));
      stage.azure.put(aSubscription(1), { indexLags: true });
      stage.azure.forbid(subscriptionId(1), status);

      await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'denied' });

      expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'earning']);
    },
  );

  it('is gone when it is listed, but no longer as managed by us', async () => {
    const stage = aTenantOfTwo(403);
    stage.azure.remove(subscriptionId(1));
    stage.azure.put(
      { ...aSubscription(1), facts: someFacts(1, { managedByTenantIds: [ids.otherPartner] }) },
      { indexLags: true },
    );
    stage.azure.forbid(subscriptionId(1), 403);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'gone']);
  });

  it('is gone though the index knows the subscription, through another partner', async () => {
    const stage = aTenantOfTwo(403);
    stage.azure.put({
      facts: someFacts(1, { managedByTenantIds: [ids.otherPartner] }),
      delegations: [aDelegation({ managedByTenantId: ids.otherPartner, scope: resourceGroup(1, 'web') })],
    });
    stage.azure.forbid(subscriptionId(1), 403);

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'gone']);
  });

  it('is gone when its list is there and lacks our delegation', async () => {
    const stage = aTenantOfTwo(403);
    stage.azure.put({
      facts: someFacts(1),
      delegations: [aDelegation({ managedByTenantId: ids.otherPartner })],
    });

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'gone']);
  });

  it('is gone with many others by one list of subscriptions and one reading of the log', async () => {
    const stage = aStage();
    const lost = Array.from({ length: 30 }, (_, n) => aScopeRecord(n + 1));
    stage.ledger.hold(aCoveredTenant(lost));
    const reads: string[] = [];
    const { estate } = stage.azure;
    const [list, removals] = [estate.subscriptions.bind(estate), stage.watch.removals.bind(stage.watch)];
    estate.subscriptions = () => (reads.push('list'), list());
    stage.watch.removals = (tenantId) => (reads.push('log'), removals(tenantId));

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage).map(([, verdict]) => verdict)).toEqual(lost.map(() => 'gone'));
    expect(reads.toSorted()).toEqual(['list', 'log']);
  });

  it('is not called gone when the list of subscriptions cannot be read', async () => {
    const stage = aTenantOfTwo(403);
    stage.azure.remove(subscriptionId(1));
    stage.azure.fail('subscriptions', new Failure('unavailable', 'Azure answered 500.'));

    await expect(stage.reconcileTenant(aRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'earning']);
  });

  it('is repaired when it is delegated again', async () => {
    const stage = aTenantOfTwo(403);
    stage.azure.remove(subscriptionId(1));
    await stage.reconcileTenant(aRequest());
    stage.clock.pass(HOUR);
    stage.azure.put(aSubscription(1));

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'earning']);
    expect(stage.ledger.closedGaps(ids.customer)).toMatchObject([
      { reason: 'gone', closedAt: '2026-03-10T13:00:00.000Z' },
    ]);
  });

  describe('and may be back before the index shows it', () => {
    function aTenantThatIsBack() {
      const stage = withFreshLink(aStage());
      const gone = aScopeRecord(1, { verdict: 'gone' });
      const openGaps = [aGap(1, { reason: 'gone' })];
      stage.ledger.hold(aCoveredTenant([gone], { phase: 'not-delegated', openGaps }));
      stage.azure.put(aSubscription(1), { indexLags: true });
      return stage;
    }

    it.each([
      ['an operator has asked for', { kind: 'operator', id: 'ask-1', fresh: true }],
      ['an event has caused', { kind: 'event', id: 'event-1' }],
      ['the activity log has caused', { kind: 'delegation-log', id: 'log-1' }],
    ] as const)('is found by a look that %s', async (_, cause) => {
      const stage = aTenantThatIsBack();

      await stage.reconcileTenant(aRequest({ cause }));

      expect(stage.ledger.held(ids.customer)).toMatchObject({
        phase: 'covered',
        scopes: [{ verdict: 'earning' }],
        openGaps: [],
      });
    });

    it('stays gone where a look does not find it, though another delegation still shows its subscription', async () => {
      const stage = withFreshLink(aStage());
      const [whole, group] = [aScopeRecord(1, { verdict: 'gone' }), aScopeRecord(1)];
      const scope = resourceGroup(1, 'web').id;
      stage.ledger.hold(
        aCoveredTenant([whole, { ...group, scope }], { openGaps: [aGap(1, { reason: 'gone' })] }),
      );
      const delegations = [aDelegation({ scope: resourceGroup(1, 'web') })];
      stage.azure.put({ ...aSubscription(1), delegations }, { indexLags: true });

      const outcome = await stage.reconcileTenant(aRequest());

      expect(outcome).toEqual({ kind: 'unchanged' });
      expect(verdicts(stage)).toEqual([
        [subscription(1).id, 'gone'],
        [scope, 'earning'],
      ]);
    });

    it('is found in part, where only a resource group is back of a subscription that has gone', async () => {
      const stage = withFreshLink(aStage());
      const scope = resourceGroup(1, 'web');
      const gone = [
        aScopeRecord(1, { verdict: 'gone' }),
        aScopeRecord(1, { verdict: 'gone', scope: scope.id }),
      ];
      stage.ledger.hold(aCoveredTenant(gone, { phase: 'not-delegated' }));
      stage.azure.put({ ...aSubscription(1), delegations: [aDelegation({ scope })] }, { indexLags: true });

      await stage.reconcileTenant(aRequest());

      expect(verdicts(stage)).toEqual([
        [subscription(1).id, 'gone'],
        [scope.id, 'earning'],
      ]);
    });

    it('is left to the index by the passes of a sweep', async () => {
      const stage = aTenantThatIsBack();

      await stage.reconcileTenant(aRequest({ cause: { kind: 'sweep', id: 'sweep-1' } }));

      expect(stage.azure.directReads).toEqual([]);
    });
  });
});

describe('a delegation that shrank from a subscription to one of its resource groups', () => {
  it('leaves the resource group judged by its own fresh reading', async () => {
    const stage = withFreshLink(aStage());
    const web = resourceGroup(1, 'web');
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1), aScopeRecord(1, { scope: web.id })]));
    const delegation = aDelegation({ scope: web, authorizations: [aGrant(roles.reader)] });
    stage.azure.put({ facts: someFacts(1), delegations: [delegation] });

    await stage.reconcileTenant(aRequest()).catch(() => undefined);

    expect(verdicts(stage)).toContainEqual([web.id, 'role-not-eligible']);
  });
});

describe('a subscription that the index calls inactive', () => {
  it('is read before it is believed', async () => {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    stage.azure.put({ ...aSubscription(1), facts: someFacts(1, { state: 'Disabled' }) });
    stage.azure.put(aSubscription(1), { indexLags: true });

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

    expect(verdicts(stage)).toEqual([[subscription(1).id, 'earning']]);
  });
});

describe('a tenant of more than fifty subscriptions', () => {
  const all = Array.from({ length: 51 }, (_, index) => index + 1);

  function aLargeTenant(directAt = '2026-03-09T12:00:00.000Z') {
    const stage = withFreshLink(aStage());
    stage.ledger.hold(aCoveredTenant(all.map((n) => aScopeRecord(n, { directAt }))));
    for (const n of all) stage.azure.put(aSubscription(n));
    return stage;
  }

  it('is looked at through the index', async () => {
    const stage = aLargeTenant();

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

    expect(stage.azure.directReads).toEqual([]);
    expect(stage.ledger.held(ids.customer).lastGood).toBe(NOON);
  });

  it('is read directly only where the index brings worse news', async () => {
    const stage = aLargeTenant();
    stage.azure.put(aSubscription(7, roles.reader));

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([subscription(7).id]);
    expect(verdicts(stage)[6]).toEqual([subscription(7).id, 'role-not-eligible']);
  });

  it('keeps its verdict where a direct read does not confirm the worse news', async () => {
    const stage = aLargeTenant();
    stage.azure.put(aSubscription(7, roles.reader));
    stage.azure.put(aSubscription(7), { indexLags: true });

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unchanged' });

    expect(stage.azure.directReads).toEqual([subscription(7).id]);
  });

  it.each([
    ['a delegation has not been ready for a day', 'delegation-not-ready', []],
    [
      'an acceptance has ended',
      'role-not-eligible',
      [
        aGap(7, {
          acceptance: {
            by: 'Kari Nordmann',
            why: 'Agreed.',
            until: '2026-03-10T11:00:00.000Z',
            ticket: null,
            at: '2026-03-06T12:00:00.000Z',
            reopenedAt: null,
          },
        }),
      ],
    ],
  ] as const)('is read directly where %s, and may be repaired by now', async (_, verdict, openGaps) => {
    const stage = aLargeTenant();
    const { scopes } = stage.ledger.held(ids.customer);
    const bad = aScopeRecord(7, { verdict, roleIds: [roles.reader] });
    stage.ledger.hold(aCoveredTenant(scopes.with(6, bad), { openGaps }));
    const role = verdict === 'role-not-eligible' ? roles.reader : roles.contributor;
    const provisioningState = verdict === 'role-not-eligible' ? 'Succeeded' : 'Creating';
    const scope = subscription(7);
    const delegations = [aDelegation({ scope, authorizations: [aGrant(role)], provisioningState })];
    stage.azure.put({ ...aSubscription(7), delegations });
    stage.azure.put(aSubscription(7), { indexLags: true });

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([subscription(7).id]);
    expect(stage.ledger.held(ids.customer).openGaps).toEqual([]);
    expect(stage.ledger.changes(ids.customer)).toMatchObject([{ gapsOpened: [], gapsReopened: [] }]);
  });

  it('is read directly where the index no longer shows a scope', async () => {
    const stage = aLargeTenant();
    stage.azure.put(aSubscription(52));
    stage.azure.remove(subscriptionId(7));

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([subscription(7).id]);
    expect(verdicts(stage)[6]).toEqual([subscription(7).id, 'gone']);
  });

  it('believes better news of the index', async () => {
    const stage = aLargeTenant();
    stage.ledger.hold(
      aCoveredTenant(all.map((n) => aScopeRecord(n, n === 7 ? { verdict: 'role-not-eligible' } : {}))),
    );

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([]);
    expect(stage.ledger.held(ids.customer).scopes[6]).toMatchObject({
      verdict: 'earning',
      directAt: '2026-03-09T12:00:00.000Z',
    });
  });

  it('does not let the index overrule a direct read of the last quarter of an hour', async () => {
    const stage = aLargeTenant();
    const lately = { verdict: 'role-not-eligible', directAt: '2026-03-10T11:50:00.000Z' } as const;
    stage.ledger.hold(aCoveredTenant(all.map((n) => aScopeRecord(n, n === 7 ? lately : {}))));
    stage.azure.put(aSubscription(7));
    stage.azure.put(aSubscription(7, roles.reader), { indexLags: true });

    await stage.reconcileTenant(aRequest());

    expect(verdicts(stage)[6]).toEqual([subscription(7).id, 'role-not-eligible']);
  });
});

describe('a direct read a quarter of an hour ago', () => {
  it('no longer goes before the index', async () => {
    const all = Array.from({ length: 51 }, (_, index) => index + 1);
    const stage = withFreshLink(aStage());
    const then = { verdict: 'role-not-eligible', directAt: '2026-03-10T11:45:00.000Z' } as const;
    stage.ledger.hold(aCoveredTenant(all.map((n) => aScopeRecord(n, then))));
    for (const n of all) stage.azure.put(aSubscription(n));

    await stage.reconcileTenant(aRequest());

    expect(stage.azure.directReads).toEqual([]);
    expect(verdicts(stage)[0]).toEqual([subscription(1).id, 'earning']);
  });
});

describe('the look at the link that a tenant pass asks for', () => {
  const linkRequests = (stage: Stage) =>
    stage.queues.requests().filter(({ request }) => request.subject === 'link');

  function tenantsOf(stage: Stage, count: number): string[] {
    const tenants = Array.from(
      { length: count },
      (_, index) => `cccccccc-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    for (const tenantId of tenants)
      stage.ledger.hold(aTenantRecord({ registration: aRegistration({ tenantId }) }));
    return tenants;
  }

  it('is one for all tenants of a window', async () => {
    const stage = aStage();

    for (const id of tenantsOf(stage, 5)) await stage.reconcileTenant(aRequest({ id }));

    expect(linkRequests(stage)).toMatchObject([
      {
        at: null,
        request: {
          id: `${ids.managingTenant}/${ids.pal}`,
          cause: { kind: 'tenant-pass' },
          attempt: 0,
          hop: 0,
        },
      },
    ]);
  });

  it('is asked for anew in the next window', async () => {
    const stage = aStage();
    const [id = ''] = tenantsOf(stage, 1);
    await stage.reconcileTenant(aRequest({ id }));
    stage.clock.pass(5 * MINUTE);

    await stage.reconcileTenant(aRequest({ id }));

    expect(linkRequests(stage)).toHaveLength(2);
  });

  it('is not asked for while the link was read lately', async () => {
    const stage = withFreshLink(aStage());
    const [id = ''] = tenantsOf(stage, 1);

    await stage.reconcileTenant(aRequest({ id }));

    expect(linkRequests(stage)).toEqual([]);
  });

  it.each<[string, Parameters<typeof aLinkRecord>[0]]>([
    ['was read too long ago', { readAt: '2026-03-10T11:54:59.999Z' }],
    [
      'failed too long ago',
      {
        readAt: '2026-03-10T11:50:00.000Z',
        failure: { kind: 'denied', message: 'x', at: '2026-03-10T11:54:59.999Z', requestId: null },
      },
    ],
    [
      'is wanted to be another since',
      { readAt: '2026-03-10T11:59:00.000Z', desired: { kind: 'wanted', partnerId: '4685678' } },
    ],
  ])('is asked for when the link %s', async (_, changes) => {
    const stage = aStage();
    stage.links.hold(aLinkRecord({ observed: anObservedLink(), ...changes }));
    const [id = ''] = tenantsOf(stage, 1);

    await stage.reconcileTenant(aRequest({ id }));

    expect(linkRequests(stage)).toHaveLength(1);
  });

  it.each([
    ['minute', 'denied', [1, 5, 10]],
    ['window', 'unavailable', [1, 1, 2]],
  ] as const)('is asked for once a %s while it is %s', async (_, kind, expected) => {
    const stage = aStage();
    stage.partnerLinks.fail('read', new Failure(kind, 'Azure refused.'), 100);
    const made: number[] = [];

    for (const id of tenantsOf(stage, 20)) {
      await stage.reconcileTenant(aRequest({ id }));
      for (let next = stage.queues.take('reconcile', stage.clock()); next;) {
        const { hop } = JSON.parse(Buffer.from(next.body).toString()) as { hop: number };
        // Copies of a look that failed come at times of their own.
        if (hop === 0) await stage.reconcile({ queue: 'reconcile', attempts: 1, ...next });
        next = stage.queues.take('reconcile', stage.clock());
      }
      made.push(stage.partnerLinks.calls.length);
      stage.clock.pass(30 * SECOND);
    }

    expect([made[0], made[9], made[19]]).toEqual(expected);
  });

  it('is not asked for while one is on its way already', async () => {
    const stage = aStage();
    stage.links.hold(aLinkRecord({ nextLookAt: '2026-03-10T12:00:30.000Z' }));
    const [id = ''] = tenantsOf(stage, 1);

    await stage.reconcileTenant(aRequest({ id }));

    expect(linkRequests(stage)).toEqual([]);
  });

  it('is not needed for the state of the tenant', async () => {
    const stage = aStage();
    stage.ledger.hold(aTenantRecord());
    stage.azure.put(aSubscription(1));

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });
  });
});
