import { describe, expect, it } from 'vitest';
import { Failure, type FailureKind } from '../../../src/lib/domain/failure.ts';
import { aDelegation, ids, someFacts } from '../../support/delegations.ts';
import { aLinkRequest, aMessage, aRequest } from '../../support/requests.ts';
import { aStage } from '../../support/stage.ts';
import { aCoveredTenant, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');

/** A stage whose tenant pass fails in the way that is given. */
function failingWith(kind: FailureKind, details: { retryAt?: Date } = {}) {
  const stage = aStage();
  stage.ledger.fail('read', new Failure(kind, 'Something went wrong.', details), 99);
  return stage;
}

describe('a message from the reconcile queue', () => {
  it('about a tenant is one pass over the tenant, and settled', async () => {
    const stage = aStage();
    stage.ledger.hold(aTenantRecord());
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation()] });

    const settled = await stage.reconcile(aMessage(aRequest()));

    expect(settled).toEqual({ outcome: { kind: 'assessed' }, disposition: { do: 'settle' } });
    expect(stage.ledger.held(ids.customer).phase).toBe('covered');
  });

  it('about a link is one pass over the link, and settled', async () => {
    const stage = aStage();

    const settled = await stage.reconcile(aMessage(aLinkRequest()));

    expect(settled).toEqual({ outcome: { kind: 'linked' }, disposition: { do: 'settle' } });
  });

  it('that is delivered again changes nothing', async () => {
    const stage = aStage();
    const message = aMessage(aLinkRequest());
    await stage.reconcile(message);

    const settled = await stage.reconcile(message);

    expect(settled.outcome).toEqual({ kind: 'unchanged' });
    expect(stage.partnerLinks.calls.filter((call) => call.startsWith('PUT'))).toHaveLength(1);
  });
});

describe('a pass that failed', () => {
  it.each(['unavailable', 'conflict'] as const)(
    'with %s is sent on as a later copy that counts',
    async (kind) => {
      const stage = failingWith(kind);

      const settled = await stage.reconcile(aMessage(aRequest({ attempt: 1, hop: 4 })));

      const at = new Date('2026-03-10T12:00:20.000Z');
      expect(settled.disposition).toEqual({ do: 'retry', at, counted: true });
      expect(stage.queues.requests()).toEqual([{ at, request: aRequest({ attempt: 2, hop: 5 }) }]);
      expect(stage.queues.messages('parked')).toEqual([]);
    },
  );

  it('because it was throttled is sent on to the time Azure named, not counted', async () => {
    const retryAt = new Date('2026-03-10T12:00:17.000Z');
    const stage = failingWith('throttled', { retryAt });

    await stage.reconcile(aMessage(aRequest({ attempt: 2, hop: 4 })));

    expect(stage.queues.requests()).toEqual([{ at: retryAt, request: aRequest({ attempt: 2, hop: 5 }) }]);
  });

  it('because it was denied is settled', async () => {
    const stage = failingWith('denied');

    const settled = await stage.reconcile(aMessage(aRequest()));

    expect(settled).toMatchObject({ outcome: { kind: 'failed' }, disposition: { do: 'settle' } });
    expect(stage.queues.requests()).toEqual([]);
    expect(stage.queues.messages('parked')).toEqual([]);
  });

  it.each(['rejected', 'unexpected'] as const)('with %s is parked at once, whole', async (kind) => {
    const stage = failingWith(kind);
    const message = aMessage(aRequest(), 'm-7');

    await stage.reconcile(message);

    expect(stage.queues.messages('parked')).toEqual([
      {
        messageId: 'reconcile~m-7',
        body: message.body,
        at: null,
        properties: {
          reason: 'Something went wrong.',
          source: 'reconcile',
          sourceMessageId: 'm-7',
          attempts: 1,
        },
      },
    ]);
    expect(stage.queues.requests()).toEqual([]);
  });

  it('again and again is parked after the last attempt, with how often it was tried', async () => {
    const stage = failingWith('unavailable');

    await stage.reconcile(aMessage(aRequest()));
    for (const { request } of [...stage.queues.requests()]) await stage.reconcile(aMessage(request));
    const second = stage.queues.requests().at(-1);
    await stage.reconcile(aMessage(second?.request));

    expect(stage.queues.requests().map(({ request }) => [request.attempt, request.hop])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(stage.queues.messages('parked')).toMatchObject([
      { properties: { reason: 'Given up after 3 attempts: Something went wrong.', attempts: 3 } },
    ]);
  });

  it('because it was throttled for too long is parked', async () => {
    const stage = failingWith('throttled');
    stage.clock.set('2026-03-10T13:00:00.001Z');

    const settled = await stage.reconcile(aMessage(aRequest({ hop: 70 })));

    expect(settled.disposition.do).toBe('park');
    expect(stage.queues.messages('parked')).toHaveLength(1);
  });

  it('because somebody holds the link’s lease is sent on to the end of the lease', async () => {
    const stage = aStage();
    await Promise.allSettled([
      stage.reconcile(aMessage(aLinkRequest({ cause: { kind: 'event', id: 'a' } }))),
      stage.reconcile(aMessage(aLinkRequest({ cause: { kind: 'event', id: 'b' } }))),
    ]);

    const copies = stage.queues.requests().map(({ request }) => request.hop);

    expect(copies).toEqual([1]);
    expect(stage.partnerLinks.calls.filter((call) => call.startsWith('PUT'))).toHaveLength(1);
  });

  it('by a defect is thrown, so that the message is delivered again', async () => {
    const stage = aStage();
    const defect = new TypeError('x is not a function');
    stage.ledger.fail('read', defect);

    await expect(stage.reconcile(aMessage(aRequest()))).rejects.toBe(defect);
  });

  it('says what it failed of in the log, as fields', async () => {
    const stage = failingWith('unavailable');

    await stage.reconcile(aMessage(aRequest()));

    expect(stage.log.entries).toContainEqual({
      level: 'warn',
      event: 'pass.finished',
      fields: {
        subject: 'tenant',
        id: ids.customer,
        hop: 0,
        attempt: 0,
        cause: 'event',
        outcome: 'failed',
        durationMs: 0,
        failureKind: 'unavailable',
        message: 'Something went wrong.',
        requestId: null,
      },
    });
  });
});

describe('a message that is no request', () => {
  it.each([
    ['empty', ''],
    ['no JSON', 'look at contoso'],
    ['of another shape', '{"tenantId":"contoso"}'],
    ['about a name', JSON.stringify(aRequest({ id: 'contoso' }))],
    ['null', 'null'],
  ])('because it is %s is parked, whole', async (_, text) => {
    const stage = aStage();

    const settled = await stage.reconcile(aMessage(text));

    expect(settled.disposition).toEqual({
      do: 'park',
      reason: 'The message is not a request to look at a tenant or a link.',
    });
    expect(stage.queues.messages('parked').map(({ body }) => new TextDecoder().decode(body))).toEqual([text]);
  });

  it('is delivered again when it cannot be parked', async () => {
    const stage = aStage();
    const error = new Failure('unavailable', 'The queue parked could not be written.');
    stage.queues.fail('send parked', error);

    await expect(stage.reconcile(aMessage('x'))).rejects.toBe(error);
  });
});

describe('a copy that cannot be sent', () => {
  it('leaves the message to be delivered again', async () => {
    const stage = failingWith('unavailable');
    const error = new Failure('unavailable', 'The queue reconcile could not be written.');
    stage.queues.fail('send reconcile', error);

    await expect(stage.reconcile(aMessage(aRequest()))).rejects.toBe(error);

    expect(await stage.reconcile(aMessage(aRequest()))).toMatchObject({ disposition: { do: 'retry' } });
  });

  it('when it is a second look is tried again by the spine', async () => {
    const stage = aStage({ at: '2026-03-01T12:00:00.000Z' });
    stage.ledger.hold(aTenantRecord());
    await stage.reconcile(aMessage(aLinkRequest()));
    stage.queues.fail(
      'send reconcile',
      new Failure('unavailable', 'The queue reconcile could not be written.'),
    );

    const settled = await stage.reconcile(aMessage(aRequest({ since: '2026-03-01T12:00:00.000Z' })));

    expect(settled.disposition).toMatchObject({ do: 'retry', counted: true });
    expect(stage.queues.requests()).toMatchObject([{ request: { attempt: 1, hop: 1 } }]);
  });
});

describe('a conflict between two passes', () => {
  it('lets the later look stand, and the other one settle without a copy', async () => {
    const stage = aStage();
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ provisioningState: 'Failed' })] });

    const settled = await Promise.all([
      stage.reconcile(aMessage(aRequest({ cause: { kind: 'event', id: 'a' } }))),
      stage.reconcile(aMessage(aRequest({ cause: { kind: 'event', id: 'b' } }))),
    ]);

    expect(settled.map(({ disposition }) => disposition.do).sort()).toEqual(['settle', 'settle']);
    expect(stage.ledger.changes(ids.customer)).toHaveLength(1);
    expect(stage.clock()).toEqual(NOON);
  });
});
