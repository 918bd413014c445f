/** What must hold whatever comes in whatever order, and wherever trouble strikes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, failureKinds } from '../../../src/lib/domain/failure.ts';
import { messageIdOf, type ReconcileRequest } from '../../../src/lib/domain/request.ts';
import { anyEstate, show, type AnySubscription } from '../../support/any-estate.ts';
import { HOUR, MINUTE } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  ids,
  resourceGroup,
  roles,
  someFacts,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';
import { aLinkRequest, aMessage, aRequest } from '../../support/requests.ts';
import { anOnboarding, aStage, type Stage } from '../../support/stage.ts';
import { aRegistration, aTenantRecord } from '../../support/tenants.ts';

const TENANTS = [ids.customer, ids.otherCustomer];

/** Two tenants of two subscriptions each, announced and never looked at. */
function aStageOfTwoTenants(): Stage {
  const stage = aStage();
  TENANTS.forEach((tenantId, index) => {
    stage.ledger.hold(aTenantRecord({ registration: aRegistration({ tenantId }) }));
    for (const n of [1, 2].map((each) => each + 2 * index)) {
      const role = n % 2 === 0 ? roles.reader : roles.contributor;
      stage.azure.put({
        facts: someFacts(n, { tenantId }),
        delegations: [aDelegation({ scope: subscription(n), authorizations: [aGrant(role)] })],
      });
    }
  });
  return stage;
}

/** Ids of messages that could not be worked off. */
type DeadLetters = readonly string[];

/** Works off `reconcile` until it is empty, as the platform does: a handler that throws gets its message again. */
async function workOff(
  stage: Stage,
  first: readonly ReconcileRequest[],
  deliveries = 5,
): Promise<DeadLetters> {
  const dead: string[] = [];
  const waiting = first.map((request) => ({ message: aMessage(request, messageIdOf(request)), tries: 0 }));
  for (let turns = 0; turns < 200; turns += 1) {
    const next = waiting.shift();
    if (!next) {
      const copy = takeNext(stage);
      if (!copy) return dead;
      waiting.push({ message: { queue: 'reconcile', attempts: 1, ...copy }, tries: 0 });
      continue;
    }
    try {
      await stage.reconcile(next.message);
    } catch {
      // The platform's dead-letter queue is where a message ends that cannot be worked off.
      if (next.tries + 1 < deliveries) waiting.push({ ...next, tries: next.tries + 1 });
      else dead.push(next.message.messageId);
    }
  }
  throw new Error('The work never came to an end.');
}

/** The next copy on the queue, at its own time. */
function takeNext(stage: Stage) {
  const times = stage.queues.messages('reconcile').map(({ at }) => at?.getTime() ?? 0);
  if (times.length === 0) return null;
  const soonest = Math.min(...times);
  if (soonest > stage.clock().getTime()) stage.clock.set(new Date(soonest).toISOString());
  return stage.queues.take('reconcile', stage.clock());
}

/** What is on record, without the times at which it was seen. */
function onRecord(stage: Stage) {
  return {
    tenants: TENANTS.map((tenantId) => {
      const { phase, scopes, openGaps, version } = stage.ledger.held(tenantId);
      return {
        phase,
        version,
        scopes: scopes.map(({ scope, verdict }) => [scope, verdict]),
        gaps: openGaps.map(({ scope, reason }) => [scope, reason]),
        changes: stage.ledger.changes(tenantId).length,
      };
    }),
    link: stage.partnerLinks.linkOf(ids.pal),
  };
}

const requests: readonly ReconcileRequest[] = [
  ...TENANTS.flatMap((id) =>
    ['e1', 'e2'].map((cause) => aRequest({ id, cause: { kind: 'event', id: cause } })),
  ),
  aLinkRequest({ cause: { kind: 'operator', id: 'o1' } }),
  aLinkRequest({ cause: { kind: 'sweep', id: 's1' } }),
];

describe('requests', () => {
  it('come to the same record in whatever order they are worked off', async () => {
    const expected = aStageOfTwoTenants();
    await workOff(expected, requests);

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...requests], { minLength: requests.length }), async (order) => {
        const stage = aStageOfTwoTenants();

        await workOff(stage, order);

        expect(onRecord(stage)).toEqual(onRecord(expected));
      }),
      { numRuns: 30 },
    );
  });

  it('worked off at once come to the same record, and to one write of the link', async () => {
    const expected = aStageOfTwoTenants();
    await workOff(expected, requests);
    const stage = aStageOfTwoTenants();

    await Promise.allSettled(requests.map((request) => stage.reconcile(aMessage(request))));
    await workOff(stage, []);

    expect(onRecord(stage)).toEqual(onRecord(expected));
    expect(stage.partnerLinks.calls.filter((call) => call !== 'GET')).toEqual(['PUT 4681234']);
  });
});

/** Both tenants' subscriptions, three each, as they may be in Azure. */
const SUBSCRIPTIONS = new Map([
  [ids.customer, [1, 2, 3]],
  [ids.otherCustomer, [4, 5, 6]],
]);
const numbers = [...SUBSCRIPTIONS.values()].flat();
const estates = anyEstate(SUBSCRIPTIONS);
/** Of these the index is late. */
const late = fc.subarray(numbers);

/** A stage of an estate in which everything was looked at, the last time two hours ago. */
async function aSeenEstate(estate: readonly AnySubscription[]): Promise<Stage> {
  const stage = aStage();
  TENANTS.forEach((tenantId) => {
    stage.ledger.hold(aTenantRecord({ registration: aRegistration({ tenantId }) }));
  });
  show(stage.azure, estate);
  await workOff(stage, requests);
  stage.clock.pass(2 * HOUR);
  return stage;
}

const look = (cause: string) => TENANTS.map((id) => aRequest({ id, cause: { kind: 'event', id: cause } }));

/** As `onRecord`, to the last row: every scope and gap whole. */
const rows = (stage: Stage) => ({
  ...onRecord(stage),
  ledger: TENANTS.map((tenantId) => {
    const { phase, scopes, openGaps, closedGaps, version } = stage.ledger.held(tenantId);
    return { phase, scopes, openGaps, closedGaps, version };
  }),
  observed: stage.links.held(ids.managingTenant, ids.pal).observed,
});

describe('a pass', () => {
  it('made twice equals one made once, whatever has changed and however late the index is', async () => {
    await fc.assert(
      fc.asyncProperty(estates, estates, late, async (first, then, lagging) => {
        const stage = await aSeenEstate(first);
        show(stage.azure, then, lagging);
        await workOff(stage, look('e3'));
        const once = onRecord(stage);
        stage.clock.pass(MINUTE);

        await workOff(stage, look('e4'));

        expect(onRecord(stage)).toEqual(once);
      }),
      { numRuns: 60 },
    );
  });

  it('that can read nothing changes no state, no gap and no link', async () => {
    const kinds = fc.constantFrom('denied', 'unavailable', 'throttled');
    await fc.assert(
      fc.asyncProperty(estates, estates, kinds, async (first, then, kind) => {
        const stage = await aSeenEstate(first);
        const before = rows(stage);
        show(stage.azure, then);
        stage.azure.fail('find', new Failure(kind, 'It could not be read.'), TENANTS.length);
        stage.partnerLinks.fail('read', new Failure(kind, 'It could not be read.'), 2);

        for (const request of look('e3')) await stage.reconcile(aMessage(request));
        await stage.reconcile(aMessage(aLinkRequest({ cause: { kind: 'sweep', id: 's2' } })));

        expect(rows(stage)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('that reads the index and nothing behind it changes no state, no gap and no link', async () => {
    const statuses = fc.constantFrom(401, 403, 404);
    await fc.assert(
      fc.asyncProperty(estates, statuses, late, async (first, status, lagging) => {
        const stage = await aSeenEstate(first);
        const before = rows(stage);
        // It is all there, and nobody may look: neither into it nor, where the index is late, at the list.
        for (const n of numbers) stage.azure.forbid(subscriptionId(n), status);
        stage.azure.fail('subscriptions', new Failure('unavailable', 'Azure answered 500.'), numbers.length);
        stage.azure.hide(lagging.map(subscriptionId));

        await workOff(stage, look('e3'));

        expect(rows(stage)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('that believes a stale index, as of a large tenant, overturns nothing that was read directly', async () => {
    // An inactive subscription that went is forgotten, as nothing is lost with it: the index may show it once more.
    const active = estates.map((estate) => estate.map((one) => ({ ...one, state: 'Enabled' })));
    await fc.assert(
      fc.asyncProperty(active, active, late, async (first, then, lagging) => {
        const stage = await aSeenEstate(first);
        show(stage.azure, then, lagging);
        await workOff(stage, look('e3'));
        stage.clock.pass(5 * MINUTE);
        const large = aStage({
          at: stage.clock().toISOString(),
          azure: stage.azure,
          tenantSettings: { directReadLimit: 0 },
        });
        TENANTS.forEach((tenantId) => large.ledger.hold(stage.ledger.held(tenantId)));
        const told = ({ ledger }: Stage) =>
          TENANTS.map((tenantId) => {
            const { phase, scopes, openGaps } = ledger.held(tenantId);
            return {
              phase,
              scopes: scopes.map(({ scope, verdict }) => [scope, verdict]),
              gaps: openGaps.map(({ scope, reason, openedAt }) => [scope, reason, openedAt]),
            };
          });

        await workOff(large, look('e4'));

        expect(told(large)).toEqual(told(stage));
      }),
      { numRuns: 60 },
    );
  });

  it('that cannot read a part leaves that part as it was', async () => {
    const kinds = fc.constantFrom('denied', 'unavailable', 'throttled');
    const unread = fc.subarray([1, 2, 3], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(estates, estates, unread, kinds, async (first, then, unreadable, kind) => {
        const stage = await aSeenEstate(first);
        const ofUnread = () => {
          const { scopes, openGaps } = stage.ledger.held(ids.customer);
          const isUnread = ({ scope }: { scope: string }) =>
            unreadable.some((n) => scope.startsWith(subscription(n).id));
          return { scopes: scopes.filter(isUnread), gaps: openGaps.filter(isUnread) };
        };
        const before = ofUnread();
        show(stage.azure, then);
        for (const n of unreadable) {
          for (const scope of [subscription(n), resourceGroup(n, 'web_a'), resourceGroup(n, 'Web1')]) {
            stage.azure.fail(scope.id, new Failure(kind, 'It could not be read.'), 5);
          }
        }

        await stage.reconcile(aMessage(aRequest({ cause: { kind: 'event', id: 'e3' } })));

        expect(ofUnread()).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});

describe('events', () => {
  const event = fc.record({
    tenantId: fc.constantFrom(...TENANTS),
    what: fc.constantFrom('onboarded', 'onboarded', 'changed', 'offboarded'),
    data: fc.record(
      {
        displayName: fc.constantFrom('A', 'B'),
        agreement: fc.constantFrom('ea', 'azure-plan', 'mca'),
        subscriptionIds: fc.subarray(numbers).map((some) => some.map(subscriptionId)),
        tags: fc.constantFrom({ env: 'prod' }, { env: 'test' }),
      },
      { requiredKeys: [] },
    ),
  });
  const inTwoOrders = fc
    .array(event, { minLength: 2, maxLength: 6 })
    .map((list) => list.map((one, minute) => ({ ...one, minute })))
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));

  /** What came of events that were delivered in this order, looked at when all had come. */
  async function afterEvents(
    estate: readonly AnySubscription[],
    events: readonly { tenantId: string; what: string; data: object; minute: number }[],
  ) {
    const stage = aStage();
    show(stage.azure, estate);
    for (const { tenantId, what, data, minute } of events) {
      const body = {
        ...{ specversion: '1.0', type: `pal.tenant.${what}.v1`, source: 'crm', id: `event-${minute}` },
        ...{ time: new Date(Date.UTC(2026, 2, 10, 11, minute)).toISOString(), data: { tenantId, ...data } },
      };
      await stage.registerTenant(anOnboarding(body, { messageId: `event-${minute}` }));
    }
    await workOff(stage, []);
    const known = TENANTS.filter((id) => events.some(({ tenantId }) => tenantId === id));
    return known.map((tenantId) => {
      const { registration, phase, scopes, openGaps } = stage.ledger.held(tenantId);
      return {
        facts: registration.facts,
        offboarded: registration.offboardedAt !== null,
        phase,
        scopes: scopes.map(({ scope, verdict, agreement, countsFor }) => [
          scope,
          verdict,
          agreement,
          countsFor,
        ]),
        gaps: openGaps.map(({ scope, reason }) => [scope, reason]),
        link: stage.partnerLinks.linkOf(ids.pal)?.partnerId,
      };
    });
  }

  it('come to the same record and the same link in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(estates, inTwoOrders, async (estate, [one, other]) => {
        expect(await afterEvents(estate, other)).toEqual(await afterEvents(estate, one));
      }),
      { numRuns: 60 },
    );
  });
});

describe('trouble at any port', () => {
  type Strike = (stage: Stage, error: Error) => void;
  const strikes: Record<string, Strike> = {
    'the tenant’s record is read': (stage, error) => stage.ledger.fail('read', error),
    'a change is committed': (stage, error) => stage.ledger.fail('commit', error),
    'a tenant is noted': (stage, error) => stage.ledger.fail('note', error),
    'the link’s row is read': (stage, error) => stage.links.fail('read', error),
    'the lease is taken': (stage, error) => stage.links.fail('claim', error),
    'the link’s row is written': (stage, error) => stage.links.fail('write', error),
    'the index is asked': (stage, error) => stage.azure.fail('find', error),
    'a subscription is read': (stage, error) => stage.azure.fail(subscription(1).id, error),
    'the link is read': (stage, error) => stage.partnerLinks.fail('read', error),
    'the link is made': (stage, error) => stage.partnerLinks.fail('create', error),
    'the link is made and the answer lost': (stage, error) => stage.partnerLinks.loseAnswer(error),
    'a copy is sent': (stage, error) => stage.queues.fail('send reconcile', error),
    'a message is parked': (stage, error) => stage.queues.fail('send parked', error),
  };
  const errors = [
    ...failureKinds.map((kind) => new Failure(kind, `It was ${kind}.`)),
    new TypeError('a defect'),
  ];
  const passing = errors.filter(
    (error) => !(error instanceof Failure) || ['throttled', 'unavailable', 'conflict'].includes(error.kind),
  );

  it.each(Object.entries(strikes))('when %s loses no message', async (_, strike) => {
    for (const error of errors) {
      for (const request of requests) {
        const stage = aStageOfTwoTenants();
        strike(stage, error);

        const settled = await stage.reconcile(aMessage(request)).catch(() => 'thrown' as const);

        const sent = stage.queues.messages('parked').length + stage.queues.requests().length;
        const denied = error instanceof Failure && error.kind === 'denied';
        const done = settled !== 'thrown' && settled.outcome.kind !== 'failed';
        expect(settled === 'thrown' || done || denied || sent > 0, `${error.message} ${request.id}`).toBe(
          true,
        );
      }
    }
  });

  it.each(Object.entries(strikes))(
    'that passes when %s comes to the same record in the end',
    async (_, strike) => {
      const expected = aStageOfTwoTenants();
      await workOff(expected, requests);
      for (const error of passing) {
        const stage = aStageOfTwoTenants();
        strike(stage, error);

        const dead = await workOff(stage, requests);

        expect(onRecord(stage), error.message).toEqual(onRecord(expected));
        expect([...dead, ...stage.queues.messages('parked')], error.message).toEqual([]);
      }
    },
  );

  it.each(['ledger read', 'ledger register', 'queues send reconcile', 'queues send parked'])(
    'at %s loses no onboarding event',
    async (where) => {
      const [port, ...method] = where.split(' ');
      for (const body of [{ tenantId: ids.customer }, 'not JSON']) {
        const stage = aStage();
        const trouble = port === 'ledger' ? stage.ledger : stage.queues;
        trouble.fail(method.join(' '), new Failure('unavailable', 'It could not be reached.'));
        const deliver = () => stage.registerTenant(anOnboarding(body));

        await deliver().catch(deliver);

        const kept = stage.queues.messages('parked').length + stage.queues.requests().length;
        expect(kept).toBe(1);
      }
    },
  );
});
