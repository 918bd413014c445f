import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { sweptAt } from '../../../src/lib/domain/sweep-record.ts';
import type { IndexedTenant } from '../../../src/lib/domain/indexed-subscription.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/clock.ts';
import { collect } from '../../support/collect.ts';
import {
  aDelegation,
  aGrant,
  aPrincipal,
  aSecondPrincipal,
  anAssignment,
  ids,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aRequest } from '../../support/requests.ts';
import { anOnboarding } from '../../support/stage.ts';
import {
  aSweepStage,
  customer,
  putCustomer,
  removeCustomer,
  type SweepStage,
} from '../../support/sweep-stage.ts';
import { aLinkRecord, aRegistration, aSelection, aTenantRecord } from '../../support/tenants.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** So many customers that earn, looked at and swept once; an hour has passed since. */
async function aSweptEstate(count: number): Promise<SweepStage> {
  const stage = aSweepStage();
  for (const n of numbers(count)) putCustomer(stage, n);
  await stage.sweepOnce();
  stage.clock.pass(HOUR);
  return stage;
}

const phasesOf = (stage: SweepStage, count: number) =>
  numbers(count).map((n) => stage.ledger.held(customer(n)).phase);

/** One look at a tenant that nobody asked for, and that cannot be made. */
async function passUnavailable(stage: SweepStage, tenantId: string): Promise<void> {
  const failure = new Failure('unavailable', 'Azure answered 503.');
  stage.azure.fail('find', failure);
  await expect(stage.reconcileTenant(aRequest({ id: tenantId }))).rejects.toBe(failure);
}

/** A sweep while nobody works off what it asks for; it ends at its limit. */
async function sweepAlone(stage: SweepStage): Promise<void> {
  await stage.startSweep();
  for (;;) {
    const message = stage.queues.take('sweeps', stage.clock());
    if (message) await stage.sweep({ queue: 'sweeps', attempts: 1, ...message });
    const [next] = stage.queues.messages('sweeps');
    if (!next) return;
    if (next.at) stage.clock.set(next.at.toISOString());
  }
}

describe('a sweep', () => {
  it('counts states and reasons, and tells no news as the first one', async () => {
    const stage = aSweepStage();
    putCustomer(stage, 1);
    putCustomer(stage, 2, { role: roles.reader });

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({
      status: 'finished',
      baseline: true,
      news: null,
      tenants: { adopted: 2 },
      calls: { graphQueries: 1, subscriptionPages: 0 },
      states: { earning: 1, 'not-earning': 1 },
      reasons: { 'not-earning': { 'role-not-eligible': 1 } },
      openFollowUps: 0,
    });
  });

  it('adopts the tenant a subscription has moved to, and its gap follows it there', async () => {
    const stage = await aSweptEstate(1);
    putCustomer(stage, 1, { role: roles.reader });
    await stage.sweepOnce();
    const [gap] = stage.ledger.held(customer(1)).openGaps;
    stage.clock.pass(DAY);
    stage.azure.put({
      facts: someFacts(1, { tenantId: customer(2) }),
      delegations: [aDelegation({ scope: subscription(1), authorizations: [aGrant(roles.reader)] })],
    });

    const record = await stage.sweepOnce();

    expect(record.tenants).toMatchObject({ adopted: 1 });
    expect(stage.ledger.held(customer(1))).toMatchObject({
      scopes: [],
      openGaps: [],
      closedGaps: [{ ending: { as: 'moved', to: customer(2) } }],
    });
    expect(stage.ledger.held(customer(2))).toMatchObject({
      openGaps: [
        { reason: 'role-not-eligible', firstBadAt: gap?.firstBadAt, lastEarningAt: gap?.lastEarningAt },
      ],
      arrivals: [],
    });
  });

  it('assesses a delegation it finds where people link by hand, and leaves the others of them alone', async () => {
    const stage = aSweepStage();
    for (const n of [1, 2]) {
      const facts = { accessKinds: ['guest-user' as const] };
      stage.ledger.hold(aTenantRecord({ registration: aRegistration({ tenantId: customer(n), facts }) }));
    }
    putCustomer(stage, 1);

    const first = await stage.sweepOnce();
    stage.clock.pass(HOUR);
    const second = await stage.sweepOnce();

    expect(first).toMatchObject({
      tenants: { asked: 1, byHand: 1 },
      states: { earning: 1, 'needs-person': 1 },
    });
    expect(second).toMatchObject({
      tenants: { steady: 1, byHand: 1 },
      states: { earning: 1, 'needs-person': 1 },
    });
    expect(stage.ledger.changes(customer(1))).toHaveLength(1);
    expect(stage.links.held(ids.managingTenant, ids.pal).observed).not.toBeNull();
  });

  it('makes the link of a principal that the settings name since, though the delegations carried it all along', async () => {
    const principals = [aPrincipal()];
    const stage = aSweepStage({ principals });
    const authorizations = [aGrant(), aGrant(roles.contributor, ids.secondPal)];
    for (const n of [1, 2]) {
      const delegations = [aDelegation({ scope: subscription(n), authorizations })];
      stage.azure.put({ facts: someFacts(n, { tenantId: customer(n) }), delegations });
    }
    await stage.sweepOnce();
    principals.unshift(aSecondPrincipal());
    stage.clock.pass(DAY);

    const first = await stage.sweepOnce();
    stage.clock.pass(DAY);
    const second = await stage.sweepOnce();

    expect(stage.partnerLinks.linkOf(ids.secondPal)).toMatchObject({ partnerId: '4685678' });
    expect(first.states).toEqual({ earning: 2 });
    expect(second.tenants).toMatchObject({ steady: 2 });
    expect(stage.ledger.held(customer(1)).scopes).toMatchObject([{ principal: 'pal-bergen' }]);
  });

  it('looks at no link on which nobody rests', async () => {
    const stage = aSweepStage({ principals: [aPrincipal(), aSecondPrincipal()] });
    putCustomer(stage, 1);
    await stage.sweepOnce();
    stage.clock.pass(DAY);

    await stage.sweepOnce();

    expect(stage.partnerLinks.linkOf(ids.secondPal)).toBeNull();
    expect(await stage.links.read(ids.managingTenant, ids.secondPal)).toBeNull();
  });

  it('is the baseline until one has come to the end of the estate', async () => {
    const stage = aSweepStage();
    for (const n of [1, 2, 3]) putCustomer(stage, n);
    const trouble = new Failure('unavailable', 'Azure answered 503.');
    stage.azure.fail('tenants', trouble);
    stage.azure.fail(`tenants ${customer(2)}`, trouble);

    const sweeps = [];
    for (const _night of numbers(4)) sweeps.push(await stage.sweepOnce());

    expect(sweeps.map(({ baseline, partial }) => [baseline, partial])).toEqual([
      [true, true],
      [true, true],
      [true, false],
      [false, false],
    ]);
  });

  it('sums days at risk, and announces its summary at its end', async () => {
    const stage = await aSweptEstate(2);
    putCustomer(stage, 2, { role: roles.reader });
    await stage.sweepOnce();
    stage.clock.pass(3 * DAY);

    const record = await stage.sweepOnce();

    expect(record.daysAtRisk).toEqual({ certain: 2, possible: 4, neverEarned: 0 });
    expect(stage.outbox.announced.at(-1)).toMatchObject({ kind: 'sweep', sweep: record });
  });

  it('tells what differs from the last one that finished', async () => {
    const stage = aSweepStage();
    for (const n of [1, 2, 3]) putCustomer(stage, n);
    putCustomer(stage, 4, { role: roles.reader });
    await stage.sweepOnce();
    stage.clock.pass(HOUR);
    putCustomer(stage, 2, { role: roles.reader });
    removeCustomer(stage, 3);
    putCustomer(stage, 4);
    putCustomer(stage, 5);

    const { news, baseline } = await stage.sweepOnce();

    expect(baseline).toBe(false);
    expect(news).toEqual({
      found: { count: 1, first: [customer(5)] },
      gone: { count: 1, first: [customer(3)] },
      earning: { count: 2, first: [customer(4), customer(5)] },
      bad: { count: 1, first: [customer(2)] },
    });
  });

  it('keeps the states once while nothing changes, and tells of a change whenever it comes', async () => {
    const stage = await aSweptEstate(3);
    const second = await stage.sweepOnce();
    putCustomer(stage, 2, { role: roles.reader });
    stage.clock.pass(HOUR);

    const third = await stage.sweepOnce();
    const kept = await collect(stage.sweepLists.read('states', third.sweepId));

    expect(second.statesKeptBy).not.toBe(second.sweepId);
    expect(third.news?.bad).toEqual({ count: 1, first: [customer(2)] });
    expect(kept.map(({ state }) => state)).toEqual(['earning', 'not-earning', 'earning']);
    expect(await collect(stage.sweepLists.read('states', second.statesKeptBy ?? ''))).toEqual([]);
  });

  it('counts our own tenant and tenants that show for other reasons, and registers neither', async () => {
    const stage = aSweepStage();
    const tenants: IndexedTenant[] = [
      {
        tenantId: ids.managingTenant,
        subscriptions: [{ facts: someFacts(1, { tenantId: ids.managingTenant }), delegations: [] }],
      },
      {
        tenantId: customer(2),
        subscriptions: [{ facts: someFacts(2, { tenantId: customer(2) }), delegations: [] }],
      },
    ];
    stage.azure.index.tenants = async function* () {
      yield* await Promise.resolve(tenants);
    };

    const record = await stage.sweepOnce();

    expect(record.tenants).toMatchObject({ own: 1, projected: 1, adopted: 0 });
    expect(await collect(stage.ledger.all())).toEqual([]);
  });

  it.each([
    ['is not looked at while every customer has a service principal of ours', 0, null],
    ['is looked at, and made, where one delegates to us', 1, '4681234'],
  ])('of the link at home: it %s', async (_, delegating, partnerId) => {
    const stage = aSweepStage();
    stage.links.hold(aLinkRecord());
    stage.inTenant.put(someFacts(7, { tenantId: customer(7) }), [anAssignment(subscription(7).id)]);
    stage.ledger.hold(
      aTenantRecord({
        registration: aRegistration({ tenantId: customer(7), facts: { accessKinds: ['service-principal'] } }),
      }),
    );
    for (const n of numbers(delegating)) putCustomer(stage, n);

    await stage.sweepOnce();

    expect(stage.links.held(ids.managingTenant, ids.pal).observed?.partnerId ?? null).toBe(partnerId);
    expect(stage.links.held(customer(7), ids.palInTenant).observed?.partnerId).toBe('4681234');
  });

  it('takes a tenant that is on record and not yet in the list for what it is', async () => {
    const stage = await aSweptEstate(2);
    stage.list.missing.add(customer(2));

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({ status: 'finished', tenants: { adopted: 0 } });
    expect(stage.ledger.changes(customer(2))).toHaveLength(1);
  });

  it('leaves a tenant to a pass when somebody else writes it at the same time, and goes on', async () => {
    const stage = aSweepStage();
    for (const n of [1, 2, 3]) putCustomer(stage, n);
    stage.ledger.fail('commit', new Failure('conflict', 'The row was written by somebody else.'));

    const record = await stage.sweepOnce();

    expect(record.tenants).toMatchObject({ adopted: 2, asked: 1 });
    expect(phasesOf(stage, 3)).toEqual(['covered', 'covered', 'covered']);
  });

  it('leaves the rest of the list alone where the estate cannot be read further', async () => {
    const stage = await aSweptEstate(4);
    for (const n of [1, 3, 4]) putCustomer(stage, n, { role: roles.reader });
    stage.azure.fail(`tenants ${customer(3)}`, new Failure('denied', 'Azure answered 403.'));

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({ partial: true, coveredUpTo: customer(2) });
    expect(numbers(4).map((n) => stage.ledger.held(customer(n)).openGaps.length)).toEqual([1, 0, 0, 0]);
  });

  it('that could read nothing makes nobody stale, nor does one failed look, while what was seen before still counts', async () => {
    const stage = await aSweptEstate(3);
    stage.clock.pass(20 * DAY);
    await stage.sweepOnce();
    stage.clock.pass(DAY);
    stage.azure.fail('tenants', new Failure('unavailable', 'Azure answered 503.'));
    await passUnavailable(stage, customer(2));

    const blind = await stage.sweepOnce();
    stage.clock.pass(30 * HOUR);
    stage.azure.fail('tenants', new Failure('unavailable', 'Azure answered 503.'));
    const later = await stage.sweepOnce();

    expect(blind).toMatchObject({ partial: true, coveredUpTo: null, states: { earning: 3 } });
    expect(later.reasons).toEqual({ 'not-earning': { stale: 3 } });
  });

  it('does not make a tenant look seen whose own look fails night after night', async () => {
    const stage = await aSweptEstate(2);
    await stage.sweepOnce();
    for (const _night of numbers(3)) {
      stage.clock.pass(DAY);
      await passUnavailable(stage, customer(2));
      stage.azure.fail(subscription(2).id, new Failure('unavailable', 'Azure answered 503.'), 10);
      await stage.sweepOnce();
    }

    const record = await stage.sweepOnce();

    expect(record.reasons).toEqual({ 'not-earning': { stale: 1 } });
  });

  it.each([
    [
      'whose pass cannot be written and is parked',
      async (stage: SweepStage) => {
        stage.ledger.fail('commit', new Failure('unexpected', 'Table Ledger refused a request (413).'));
        await stage.sweepOnce();
      },
    ],
    ['whose pass has not come to its end', sweepAlone],
  ])('does not make a tenant look seen %s, night after night', async (_, night) => {
    const stage = await aSweptEstate(2);
    putCustomer(stage, 2, { role: roles.reader });
    for (const _night of numbers(3)) {
      await night(stage);
      stage.clock.pass(DAY);
    }

    const last = await stage.sweeps.lastFinished();
    const seen = (n: number) => {
      const known = stage.ledger.held(customer(n));
      return sweptAt(known, last) ?? known.lastGood;
    };

    expect([seen(1), seen(2)]).toEqual([last?.startedAt, '2026-03-10T12:00:01.000Z']);
  });

  it('does not overturn a proof that a delegation has gone while the index may lag behind it', async () => {
    const stage = await aSweptEstate(1);
    const toAnother = aDelegation({ scope: subscription(1), managedByTenantId: ids.otherPartner });
    const facts = someFacts(1, { tenantId: customer(1) });
    stage.azure.put({ facts, delegations: [toAnother] }, { indexLags: true });
    await stage.reconcileTenant(aRequest({ id: customer(1) }));
    const proven = stage.ledger.held(customer(1));
    stage.clock.pass(5 * MINUTE);

    await stage.sweepOnce();

    const { scopes, openGaps } = stage.ledger.held(customer(1));
    expect(proven.scopes).toMatchObject([{ verdict: 'gone' }]);
    expect(scopes).toMatchObject([{ verdict: 'gone' }]);
    expect(openGaps).toMatchObject([{ reason: 'gone', openedAt: proven.openGaps[0]?.openedAt }]);
  });

  it.each([
    ['that a delegation has not been ready for a day', 'Creating', roles.contributor],
    ['that an acceptance has ended', 'Succeeded', roles.reader],
  ])('does not take from the index, where only time has passed, %s', async (_, provisioningState, role) => {
    const stage = await aSweptEstate(1);
    const delegations = [
      aDelegation({ scope: subscription(1), authorizations: [aGrant(role)], provisioningState }),
    ];
    stage.azure.put({ facts: someFacts(1, { tenantId: customer(1) }), delegations });
    await stage.sweepOnce();
    const known = stage.ledger.held(customer(1));
    const at = stage.clock().toISOString();
    const acceptance = { by: 'kari', why: 'Agreed.', until: at, ticket: null, at, reopenedAt: null };
    stage.ledger.hold({ ...known, openGaps: known.openGaps.map((gap) => ({ ...gap, acceptance })) });
    putCustomer(stage, 1, { indexLags: true });
    stage.clock.pass(25 * HOUR);

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({ tenants: { asked: 1 }, states: { earning: 1 } });
    expect(stage.ledger.held(customer(1)).openGaps).toEqual([]);
    const [last] = await stage.ledger.history(customer(1), null, 1);
    expect(last).toMatchObject({ gapsOpened: [], gapsReopened: [] });
  });

  it('is skipped while another one is under way', async () => {
    const stage = await aSweptEstate(1);
    await stage.sweeps.lease('sweep-other', new Date(stage.clock().getTime() + HOUR), stage.clock());

    expect(await stage.sweepOnce()).toMatchObject({ status: 'skipped' });
  });

  it('ends at its limit with follow-ups still open, and says so', async () => {
    const stage = await aSweptEstate(1);
    const sweepId = await stage.startSweep();
    await stage.followUps.add(sweepId, customer(9));

    await stage.settle();

    expect(await stage.sweeps.read(sweepId)).toMatchObject({ status: 'finished', openFollowUps: 1 });
  });
});

describe('a sweep that breaks off', () => {
  const aStageInTrouble = (): SweepStage => {
    const stage = aSweepStage();
    for (const n of numbers(6)) putCustomer(stage, n, n === 3 ? { role: roles.reader } : {});
    // Denied for as long as it lasts: the pass ends without a good look, so every walk asks for it anew.
    stage.ledger.hold(
      aTenantRecord({
        registration: aRegistration({ tenantId: customer(7), facts: { accessKinds: ['service-principal'] } }),
      }),
    );
    stage.inTenant.fail('token', new Failure('denied', 'The application is not consented to.'), 100);
    return stage;
  };
  const endOf = (stage: SweepStage) =>
    numbers(7).map((n) => {
      const { phase, scopes, version } = stage.ledger.held(customer(n));
      return [phase, scopes.map(({ verdict }) => verdict), version];
    });

  it.each([
    ['reading the ledger', (stage: SweepStage) => stage.ledger.fail('read', new TypeError('killed'))],
    ['registering', (stage: SweepStage) => stage.ledger.fail('register', new TypeError('killed'))],
    ['committing', (stage: SweepStage) => stage.ledger.fail('commit', new TypeError('killed'))],
    [
      'asking for a pass',
      (stage: SweepStage) => stage.queues.fail('send reconcile', new TypeError('killed')),
    ],
    ['asking for its end', (stage: SweepStage) => stage.queues.fail('send sweeps', new TypeError('killed'))],
  ])('while %s comes to the same end when it is delivered again', async (_, strike) => {
    const expected = aStageInTrouble();
    const undisturbed = await expected.sweepOnce();
    const stage = aStageInTrouble();
    stage.clock.pass(SECOND);
    const sweepId = await stage.startSweep();
    strike(stage);

    await stage.settle();

    const record = await stage.sweeps.read(sweepId);
    expect(record).toMatchObject({ status: 'finished', states: undisturbed.states, openFollowUps: 0 });
    expect(endOf(stage)).toEqual(endOf(expected));
  });

  const unavailable = () => new Failure('unavailable', 'The table does not answer.');

  it.each([
    ['reading the ledger', (stage: SweepStage) => stage.ledger.fail('read', unavailable(), 2)],
    ['writing its record', (stage: SweepStage) => stage.sweeps.fail('write', unavailable(), 2)],
    ['asking for its end', (stage: SweepStage) => stage.queues.fail('send sweeps', unavailable())],
    ['telling of its end', (stage: SweepStage) => stage.outbox.fail('announce', unavailable(), 2)],
  ])('by a short outage while %s goes on by a scheduled copy, to the same end', async (_, strike) => {
    const aWorsened = async () => {
      const stage = await aSweptEstate(4);
      putCustomer(stage, 2, { role: roles.reader });
      return stage;
    };
    const undisturbed = await (await aWorsened()).sweepOnce();
    const stage = await aWorsened();
    stage.clock.pass(SECOND);
    const sweepId = await stage.startSweep();
    strike(stage);
    const started = stage.clock();

    await stage.settle();

    const record = await stage.sweeps.read(sweepId);
    expect(record).toMatchObject({ status: 'finished', states: undisturbed.states, openFollowUps: 0 });
    expect(stage.clock().getTime() - started.getTime()).toBeGreaterThanOrEqual(40 * SECOND);
    expect(stage.queues.messages('parked')).toEqual([]);
  });

  it('again and again is parked with the reason, and waits there as it was', async () => {
    const stage = await aSweptEstate(1);
    stage.clock.pass(SECOND);
    const sweepId = await stage.startSweep();
    stage.sweeps.fail('write', unavailable(), 3);

    await stage.settle();

    const [parked] = stage.queues.messages('parked');
    expect(parked?.properties).toMatchObject({
      source: 'sweeps',
      reason: 'Given up after 3 attempts: The table does not answer.',
    });
    expect(JSON.parse(Buffer.from(parked?.body ?? []).toString())).toMatchObject({ do: 'start', sweepId });
  });

  it('asks anew for what its first walk had asked for and had', async () => {
    const stage = aStageInTrouble();
    const sweepId = await stage.startSweep();
    const message = stage.queues.take('sweeps', stage.clock());
    if (!message) throw new Error('no message');
    const deliver = () => stage.sweep({ queue: 'sweeps', attempts: 1, ...message });
    stage.queues.fail('send sweeps', new TypeError('killed'));
    await expect(deliver()).rejects.toThrow('killed');
    for (;;) {
      const request = stage.queues.take('reconcile', stage.clock());
      if (!request) break;
      await stage.reconcile({ queue: 'reconcile', attempts: 1, ...request });
    }
    await stage.sweeps.write({ ...(await aRunning(stage, sweepId)), status: 'running' });

    await deliver();
    await stage.settle();

    expect(await stage.sweeps.read(sweepId)).toMatchObject({
      status: 'finished',
      walks: 2,
      openFollowUps: 0,
    });
  });

  it('stops where it was delivered again and walks elsewhere', async () => {
    const stage = await aSweptEstate(2);
    const sweepId = await stage.startSweep();
    const message = stage.queues.take('sweeps', stage.clock());
    if (!message) throw new Error('no message');
    const original = stage.azure.index.tenants.bind(stage.azure.index);
    stage.azure.index.tenants = async function* (onCall) {
      for await (const tenant of original(onCall)) {
        yield tenant;
        stage.clock.pass(11 * MINUTE);
        await stage.sweeps.write({ ...(await aRunning(stage, sweepId)), walks: 2 });
      }
    };

    expect(await stage.sweep({ queue: 'sweeps', attempts: 1, ...message })).toBe('running');
    expect(await stage.sweeps.read(sweepId)).toMatchObject({ status: 'running', walks: 2 });
  });

  it('at its summary finishes with the next delivery, and gives its lease back', async () => {
    const stage = await aSweptEstate(1);
    stage.sweeps.fail('write', new TypeError('killed'));

    const record = await stage.sweepOnce();

    expect(record.status).toBe('finished');
    expect(await stage.sweeps.lease('sweep-next', new Date(8e15), stage.clock())).toBe(true);
  });
});

async function aRunning(stage: SweepStage, sweepId: string) {
  const record = await stage.sweeps.read(sweepId);
  if (!record) throw new Error('no record');
  return record;
}

describe('the brake of a sweep', () => {
  /** Twelve of thirty customers have gone since the last sweep. */
  async function aMassWorsening() {
    const stage = await aSweptEstate(30);
    for (const n of numbers(12)) removeCustomer(stage, n);
    return { stage, held: await stage.sweepOnce() };
  }
  /** Twelve customers from the nth on, each with one scope to lose. */
  const suspects = (from: number) =>
    numbers(12).map((n) => ({ tenantId: customer(from + n - 1), worsening: 1 }));
  const gone = (stage: SweepStage) => phasesOf(stage, 30).filter((phase) => phase === 'not-delegated').length;

  it('holds back a mass worsening, and names whose it is', async () => {
    const { stage, held } = await aMassWorsening();

    expect(held).toMatchObject({ heldScopes: 12, tenants: { held: 12, asked: 0 }, states: { earning: 30 } });
    expect(await collect(stage.sweepLists.read('held', held.sweepId))).toEqual(suspects(1));
    expect(gone(stage)).toBe(0);
  });

  it('lets the bad news through to which a second sweep agrees', async () => {
    const { stage } = await aMassWorsening();
    stage.clock.pass(HOUR);

    const second = await stage.sweepOnce();

    expect(second).toMatchObject({ heldScopes: 0, states: { earning: 18, 'not-delegated': 12 } });
  });

  /** As a mass worsening at both ends of the list, followed by a sweep that came no further than the ninth customer. */
  async function heldAndBrokenOff() {
    const stage = await aSweptEstate(30);
    for (const n of numbers(6)) {
      removeCustomer(stage, n);
      removeCustomer(stage, 24 + n);
    }
    await stage.sweepOnce();
    stage.clock.pass(DAY);
    stage.azure.fail(`tenants ${customer(10)}`, new Failure('denied', 'Azure answered 403.'));
    return { stage, short: await stage.sweepOnce() };
  }

  it('goes on holding what a sweep that broke off did not come to, until a whole one agrees', async () => {
    const { stage, short } = await heldAndBrokenOff();
    const kept = await collect(stage.sweepLists.read('held', short.sweepId));
    const unseen = stage.ledger.held(customer(25));
    const seenAt = sweptAt(unseen, short);
    stage.clock.pass(DAY);

    const whole = await stage.sweepOnce();

    expect(short).toMatchObject({
      partial: true,
      heldScopes: 6,
      states: { earning: 24, 'not-delegated': 6 },
    });
    expect(kept.map(({ tenantId }) => tenantId)).toEqual(numbers(6).map((n) => customer(24 + n)));
    expect([unseen.lastGood, seenAt]).toEqual(['2026-03-10T12:00:01.000Z', null]);
    expect(whole).toMatchObject({ heldScopes: 0, states: { earning: 18, 'not-delegated': 12 } });
  });

  it('lets an operator confirm what a sweep that broke off goes on holding', async () => {
    const { stage, short } = await heldAndBrokenOff();

    const confirmed = await stage.confirm(short.sweepId, 'kari@fabrikam.example');
    await stage.settle();

    expect(confirmed).toEqual({ kind: 'confirmed', tenants: 6 });
    expect(gone(stage)).toBe(12);
  });

  it('is no good look at the tenants it holds: what was known of them grows old from the sweep before', async () => {
    const { stage, held } = await aMassWorsening();
    const listed = await collect(stage.list.all());
    const sweptAtOf = (n: number) =>
      listed.flatMap(({ summary }) =>
        summary.registration.tenantId === customer(n) ? [[summary.lastGood, sweptAt(summary, held)]] : [],
      )[0];

    expect(sweptAtOf(1)).toEqual(['2026-03-10T12:00:01.000Z', null]);
    expect(sweptAtOf(30)).toEqual([expect.any(String), held.startedAt]);
  });

  it.each([
    [
      'is excluded',
      (stage: SweepStage, tenants: readonly string[]) => {
        stage.watchRules.exclude = aSelection({ tenants });
        return Promise.resolve();
      },
    ],
    [
      'was offboarded',
      async (stage: SweepStage, tenants: readonly string[]) => {
        for (const tenantId of tenants) {
          const type = 'pal.tenant.offboarded.v1';
          const event = {
            specversion: '1.0',
            type,
            id: `off-${tenantId}`,
            source: 'crm',
            data: { tenantId },
          };
          await stage.registerTenant(anOnboarding(event, { enqueuedAt: stage.clock() }));
        }
      },
    ],
  ])('weighs what is lost without what %s', async (_, leaveOut) => {
    const stage = await aSweptEstate(230);
    await leaveOut(stage, numbers(200).map(customer));
    await stage.settle();
    // Eleven of the thirty that are left: more than ten, though less than 5 % of all that ever earned.
    for (const n of numbers(11)) removeCustomer(stage, 200 + n);

    expect(await stage.sweepOnce()).toMatchObject({ heldScopes: 11, tenants: { held: 11 } });
  });

  it('holds what only the second sweep says', async () => {
    const { stage } = await aMassWorsening();
    stage.clock.pass(HOUR);
    for (const n of numbers(12)) removeCustomer(stage, n + 12);

    const second = await stage.sweepOnce();

    expect(second).toMatchObject({ heldScopes: 12, states: { earning: 18, 'not-delegated': 12 } });
    expect(await collect(stage.sweepLists.read('held', second.sweepId))).toEqual(suspects(13));
  });

  it('lets an operator confirm, once', async () => {
    const { stage, held } = await aMassWorsening();

    const first = await stage.confirm(held.sweepId, 'kari@fabrikam.example');
    const again = await stage.confirm(held.sweepId, 'ola@fabrikam.example');
    await stage.settle();

    expect(first).toEqual({ kind: 'confirmed', tenants: 12 });
    expect(again).toEqual(first);
    expect((await stage.sweeps.read(held.sweepId))?.confirmed).toMatchObject({ by: 'kari@fabrikam.example' });
    expect(gone(stage)).toBe(12);
  });

  it('may be confirmed while the sweep comes to its end', async () => {
    const { stage, held } = await aMassWorsening();
    await stage.sweeps.write({ ...held, status: 'following-up' });
    const read = stage.sweepLists.read.bind(stage.sweepLists);
    stage.sweepLists.read = async function* (list, sweepId) {
      yield* read(list, sweepId);
      await stage.sweeps.write(held);
    };

    await stage.confirm(held.sweepId, 'kari');
    const confirmed = await stage.sweeps.read(held.sweepId);
    await stage.sweeps.write(held);

    expect(confirmed).toMatchObject({ status: 'finished', confirmed: { by: 'kari', tenants: 12 } });
    expect((await stage.sweeps.read(held.sweepId))?.confirmed).toEqual(confirmed?.confirmed);
  });

  it('may be confirmed again where confirming broke off, and waits for nothing in vain', async () => {
    const { stage, held } = await aMassWorsening();
    stage.sweeps.fail('confirm', new Failure('unavailable', 'The table does not answer.'));
    await expect(stage.confirm(held.sweepId, 'kari')).rejects.toMatchObject({ kind: 'unavailable' });
    await stage.settle();
    stage.clock.pass(MINUTE);

    const again = await stage.confirm(held.sweepId, 'kari');
    await stage.settle();

    expect(again).toEqual({ kind: 'confirmed', tenants: 12 });
    expect(await stage.followUps.open(held.sweepId, 100)).toBe(0);
  });

  it('refuses to confirm what holds nothing, is unknown, is running, or was followed by another sweep', async () => {
    const { stage, held } = await aMassWorsening();
    stage.clock.pass(HOUR);
    const second = await stage.sweepOnce();
    stage.clock.pass(SECOND);
    const running = await stage.startSweep();
    await stage.sweeps.write({ ...second, sweepId: running, status: 'running' });

    const answers = await Promise.all(
      [held.sweepId, second.sweepId, 'sweep-unknown', running].map((sweepId) =>
        stage.confirm(sweepId, 'kari'),
      ),
    );

    expect(answers.map((answer) => (answer.kind === 'refused' ? answer.reason : answer.kind))).toEqual([
      'superseded',
      'holds-nothing',
      'unknown-sweep',
      'still-running',
    ]);
  });
});

describe('customers found without having been announced', () => {
  const decision = { by: 'kari@fabrikam.example', causeId: 'decision-1' };
  async function foundTwo() {
    const stage = aSweepStage({ adopt: 'review' });
    putCustomer(stage, 1);
    putCustomer(stage, 2);
    const record = await stage.sweepOnce();
    return { stage, record };
  }

  it('are put up for decision with what is known of them', async () => {
    const { stage, record } = await foundTwo();

    expect(record.tenants).toMatchObject({ found: 2, adopted: 0 });
    expect(await collect(stage.decide.list())).toMatchObject([
      { tenantId: customer(1), subscriptions: 1, offers: ['Fabrikam managed service'], dismissed: null },
      { tenantId: customer(2) },
    ]);
    expect(await collect(stage.ledger.all())).toEqual([]);
  });

  it('keep the day they were first seen', async () => {
    const { stage, record } = await foundTwo();
    stage.clock.pass(HOUR);

    const second = await stage.sweepOnce();

    expect((await stage.found.read(customer(1)))?.record).toMatchObject({
      firstSeenAt: record.startedAt,
      lastSeenAt: second.startedAt,
    });
  });

  it('are looked at once they are adopted, and no longer put up', async () => {
    const { stage } = await foundTwo();

    expect(await stage.decide.adopt(customer(1), decision)).toBe('adopted');
    expect(await stage.decide.adopt(customer(1), decision)).toBe('adopted');
    await stage.settle();

    expect(stage.ledger.held(customer(1))).toMatchObject({ phase: 'covered', version: 1 });
    expect((await collect(stage.decide.list())).map(({ tenantId }) => tenantId)).toEqual([customer(2)]);
  });

  it('are left alone once they are dismissed', async () => {
    const { stage } = await foundTwo();

    expect(await stage.decide.dismiss(customer(1), decision)).toBe('dismissed');
    expect(await stage.decide.adopt(customer(2), decision)).toBe('adopted');
    stage.clock.pass(HOUR);
    const second = await stage.sweepOnce();

    expect(second.tenants).toMatchObject({ found: 0, dismissed: 1 });
    expect((await collect(stage.ledger.all())).map(({ registration }) => registration.tenantId)).toEqual([
      customer(2),
    ]);
  });

  it('stay dismissed when the index misses them once', async () => {
    const { stage } = await foundTwo();
    await stage.decide.dismiss(customer(1), decision);
    removeCustomer(stage, 1);
    stage.clock.pass(HOUR);
    await stage.sweepOnce();
    putCustomer(stage, 1);
    stage.clock.pass(HOUR);

    const record = await stage.sweepOnce();

    expect(record.tenants).toMatchObject({ dismissed: 1, found: 1 });
  });

  it('are forgotten when they are delegated no more, but not by a sweep that was partial', async () => {
    const { stage } = await foundTwo();
    removeCustomer(stage, 2);
    stage.clock.pass(HOUR);
    stage.azure.fail(`tenants ${customer(1)}`, new Failure('denied', 'Azure answered 403.'));
    await stage.sweepOnce();
    const afterPartial = await collect(stage.decide.list());
    stage.clock.pass(HOUR);
    await stage.sweepOnce();

    expect(afterPartial.map(({ tenantId }) => tenantId)).toEqual([customer(1), customer(2)]);
    expect((await collect(stage.decide.list())).map(({ tenantId }) => tenantId)).toEqual([customer(1)]);
  });

  it('that nobody has found cannot be adopted or dismissed', async () => {
    const { stage } = await foundTwo();

    expect(await stage.decide.adopt(customer(9), decision)).toBe('not-found');
    expect(await stage.decide.dismiss(customer(9), decision)).toBe('not-found');
  });
});

describe('a tenant that is offboarded', () => {
  async function anOffboarded() {
    const stage = await aSweptEstate(2);
    const body = {
      specversion: '1.0',
      type: 'pal.tenant.offboarded.v1',
      source: 'crm',
      id: '7',
      data: { tenantId: customer(1) },
    };
    await stage.registerTenant(anOnboarding(body, { enqueuedAt: stage.clock() }));
    await stage.settle();
    return stage;
  }

  it('and delegated still is told as such, and not adopted again', async () => {
    const stage = await anOffboarded();

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({
      tenants: { closedButDelegated: 1, adopted: 0 },
      states: { earning: 1, offboarded: 1 },
      reasons: { offboarded: { 'still-delegated': 1 } },
    });
    expect(stage.ledger.held(customer(1)).phase).toBe('closed');
  });

  it('is told no more when the delegation has gone', async () => {
    const stage = await anOffboarded();
    await stage.sweepOnce();
    stage.azure.remove(subscriptionId(1));
    stage.clock.pass(HOUR);

    const record = await stage.sweepOnce();

    expect(record).toMatchObject({ tenants: { closed: 1 }, states: { offboarded: 1 }, reasons: {} });
  });
});

describe('a role that was decided between two sweeps', () => {
  it.each([
    ['earns', true, 'earning', 'assessed'],
    ['earns nothing', false, 'role-not-eligible', 'asked'],
  ] as const)(
    'and %s is seen wherever it is held, though the index shows the same',
    async (_, earns, verdict, count) => {
      const decided: Record<string, boolean> = {};
      const stage = aSweepStage({ decided });
      putCustomer(stage, 1, { role: roles.unheardOf });
      putCustomer(stage, 2);
      await stage.sweepOnce();
      stage.clock.pass(DAY);
      await stage.sweepOnce();
      const before = await stage.ledger.read(customer(1));
      stage.clock.pass(DAY);

      decided[roles.unheardOf] = earns;
      const { tenants } = await stage.sweepOnce();

      const after = await stage.ledger.read(customer(1));
      expect(before?.record.scopes).toMatchObject([{ verdict: 'role-unknown' }]);
      expect(after?.record.scopes).toMatchObject([{ verdict, roleIds: [roles.unheardOf] }]);
      expect(tenants).toMatchObject({ [count]: 1, steady: 1 });
    },
  );
});
