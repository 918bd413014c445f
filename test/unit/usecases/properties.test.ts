/** What must hold whatever comes in whatever order, and wherever trouble strikes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, failureKinds } from '../../../src/lib/domain/failure.ts';
import { messageIdOf, type ReconcileRequest } from '../../../src/lib/domain/request.ts';
import { HOUR } from '../../support/clock.ts';
import { aDelegation, aGrant, ids, roles, someFacts, subscription } from '../../support/delegations.ts';
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

describe('a pass', () => {
  const kinds = fc.constantFrom('denied', 'unavailable', 'throttled');
  const where = fc.constantFrom('find', subscription(1).id, subscription(2).id);
  const role = fc.constantFrom(roles.contributor, roles.reader, roles.assignmentDelete);

  /** Customer and link as they were seen, then one of the subscriptions has another role. */
  async function aSeenTenant(now: string): Promise<Stage> {
    const stage = aStageOfTwoTenants();
    await workOff(stage, requests);
    stage.clock.pass(2 * HOUR);
    const authorizations = [aGrant(now)];
    stage.azure.put({
      facts: someFacts(1),
      delegations: [aDelegation({ scope: subscription(1), authorizations })],
    });
    return stage;
  }
  const again = (id: string) => aRequest({ cause: { kind: 'event', id } });

  it('made twice equals one made once', async () => {
    await fc.assert(
      fc.asyncProperty(role, async (now) => {
        const stage = await aSeenTenant(now);
        await workOff(stage, [again('e3')]);
        const once = onRecord(stage);
        stage.clock.pass(HOUR);

        await workOff(stage, [again('e4')]);

        expect(onRecord(stage)).toEqual(once);
      }),
      { numRuns: 20 },
    );
  });

  it('that can read nothing changes no state, no gap and no link', async () => {
    await fc.assert(
      fc.asyncProperty(role, kinds, async (now, kind) => {
        const stage = await aSeenTenant(now);
        const before = onRecord(stage);
        stage.azure.fail('find', new Failure(kind, 'It could not be read.'));
        stage.partnerLinks.fail('read', new Failure(kind, 'It could not be read.'));

        await stage.reconcile(aMessage(again('e3')));
        await stage.reconcile(aMessage(aLinkRequest({ cause: { kind: 'sweep', id: 's2' } })));

        expect(onRecord(stage)).toEqual(before);
        expect(stage.links.held(ids.managingTenant, ids.pal).observed).not.toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  it('that cannot read a part leaves that part as it was', async () => {
    await fc.assert(
      fc.asyncProperty(role, where, kinds, async (now, at, kind) => {
        const stage = await aSeenTenant(now);
        const of = (scope: string) => ({
          verdict: stage.ledger.held(ids.customer).scopes.find((one) => one.scope === scope)?.verdict,
          gap: stage.ledger.held(ids.customer).openGaps.find((gap) => gap.scope === scope),
        });
        const unread = at === 'find' ? subscription(1).id : at;
        const before = of(unread);
        stage.azure.fail(at, new Failure(kind, 'It could not be read.'));

        await stage.reconcile(aMessage(again('e3')));

        expect(of(unread)).toEqual(before);
      }),
      { numRuns: 30 },
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
