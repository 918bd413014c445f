import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { messageIdOf } from '../../../src/lib/domain/request.ts';
import { HOUR, MINUTE, SECOND } from '../../support/clock.ts';
import { aPrincipal, aSecondPrincipal, ids } from '../../support/delegations.ts';
import { aLinkRequest, aMessage } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import { aLinkRecord, anObservedLink } from '../../support/tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';
const elsewhere = anObservedLink({ partnerId: '4999999' });
const row = (stage: Stage) => stage.links.held(ids.managingTenant, ids.pal);
const unavailable = () => new Failure('unavailable', 'Azure answered 500.');

function withLink(stage: Stage, link = anObservedLink()): Stage {
  stage.partnerLinks.set(link, ids.pal);
  return stage;
}

describe('a pass over a link', () => {
  it('makes the link where there is none, and proves it by reading it back', async () => {
    const stage = aStage();

    const outcome = await stage.reconcileLink(aLinkRequest());

    expect(outcome).toEqual({ kind: 'linked' });
    expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234', 'GET']);
    expect(row(stage)).toEqual(
      aLinkRecord({
        observed: anObservedLink(),
        readAt: NOON,
        lastOutcome: 'linked',
        version: 1,
        looks: 1,
        lease: null,
      }),
    );
    expect(stage.links.changes()).toEqual([
      { version: 1, at: NOON, causeId: 'event-1', from: 'unknown', to: 'linked', partnerId: '4681234' },
    ]);
  });

  it('leaves the link to whoever has just taken its lease, and comes back', async () => {
    const stage = withLink(aStage());
    stage.links.fail('claim', new Failure('conflict', 'The row was written by somebody else.'));

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({
      kind: 'throttled',
      retryAt: new Date('2026-03-10T12:00:02.000Z'),
    });
    expect(stage.partnerLinks.calls).toEqual([]);
  });

  it('does nothing where the link is ours', async () => {
    const stage = withLink(aStage());

    expect(await stage.reconcileLink(aLinkRequest())).toEqual({ kind: 'unchanged' });

    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(row(stage)).toMatchObject({ observed: anObservedLink(), readAt: NOON, gapSince: null });
  });

  it('made again writes nothing and tells no change', async () => {
    const stage = aStage();
    await stage.reconcileLink(aLinkRequest());
    stage.clock.pass(MINUTE);

    expect(await stage.reconcileLink(aLinkRequest({ hop: 1 }))).toEqual({ kind: 'unchanged' });

    expect(stage.partnerLinks.calls.filter((call) => call !== 'GET')).toEqual(['PUT 4681234']);
    expect(stage.links.changes()).toHaveLength(1);
    expect(row(stage)).toMatchObject({ version: 1, looks: 2, readAt: '2026-03-10T12:01:00.000Z' });
  });

  it('refuses to replace another partner’s link', async () => {
    const stage = withLink(aStage(), elsewhere);

    const outcome = await stage.reconcileLink(aLinkRequest());

    expect(outcome).toEqual({ kind: 'refused', reason: 'linked-elsewhere' });
    expect(stage.partnerLinks.linkOf(ids.pal)).toEqual(elsewhere);
    expect(row(stage)).toMatchObject({ observed: elsewhere, gapSince: NOON, lastOutcome: 'refused' });
    expect(stage.links.changes()).toMatchObject([{ to: 'linked-elsewhere', partnerId: '4999999' }]);
  });

  it('replaces it in one step where policy says so, never by deleting first', async () => {
    const stage = withLink(aStage({ linkRules: { whenLinkedElsewhere: 'replace' } }), elsewhere);

    expect(await stage.reconcileLink(aLinkRequest())).toEqual({ kind: 'relinked' });

    expect(stage.partnerLinks.calls).toEqual(['GET', 'PATCH 4681234', 'GET']);
    expect(stage.partnerLinks.linkOf(ids.pal)?.partnerId).toBe('4681234');
  });

  it.each([
    ['none is there', null, 'would-link'],
    ['it is another partner’s', elsewhere, 'would-relink'],
  ] as const)('only says what it would do while observing, when %s', async (_, link, kind) => {
    const stage = aStage({ linkRules: { mode: 'observe', whenLinkedElsewhere: 'replace' } });
    stage.partnerLinks.set(link, ids.pal);

    const outcome = await stage.reconcileLink(aLinkRequest());

    expect(outcome).toEqual({ kind, notChecked: ['whether Azure accepts the partner ID'] });
    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(row(stage)).toMatchObject({ lastOutcome: kind, gapSince: NOON });
  });

  it('reports a partner ID Azure does not know as refused, with what is really there', async () => {
    const stage = aStage();
    stage.partnerLinks.invalid.add('4681234');

    const outcome = await stage.reconcileLink(aLinkRequest());

    expect(outcome).toEqual({ kind: 'refused', reason: 'partner-id-invalid' });
    expect(row(stage)).toMatchObject({ observed: null, readAt: NOON, lastOutcome: 'refused', lease: null });
  });

  it('leaves a link that an operator holds', async () => {
    const stage = aStage();
    const desired = { kind: 'held', by: 'ada', why: 'moving partners', until: null } as const;
    stage.links.hold(aLinkRecord({ desired, gapSince: '2026-03-09T12:00:00.000Z' }));

    expect(await stage.reconcileLink(aLinkRequest())).toEqual({ kind: 'unchanged' });

    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(row(stage)).toMatchObject({ desired, observed: null, readAt: NOON, gapSince: null });
  });

  it('follows the settings when they want another partner ID', async () => {
    const principals = [aPrincipal({ wantedPartnerId: '4685678' })];
    const stage = withLink(aStage({ principals, linkRules: { whenLinkedElsewhere: 'replace' } }));
    stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: NOON, version: 1, looks: 1 }));

    expect(await stage.reconcileLink(aLinkRequest())).toEqual({ kind: 'relinked' });

    expect(row(stage)).toMatchObject({
      desired: { kind: 'wanted', partnerId: '4685678' },
      observed: { partnerId: '4685678' },
    });
  });

  it('tells that a link is wrong because the settings want another partner ID now', async () => {
    const stage = aStage({ principals: [aPrincipal({ wantedPartnerId: '4685678' })] });
    stage.partnerLinks.set(anObservedLink(), ids.pal);
    const linked = { observed: anObservedLink(), readAt: '2026-03-09T12:00:00.000Z', version: 1, looks: 1 };
    stage.links.hold(aLinkRecord(linked));

    const first = await stage.reconcileLink(aLinkRequest());
    stage.clock.pass(HOUR);
    await stage.reconcileLink(aLinkRequest());

    expect(first).toEqual({ kind: 'refused', reason: 'linked-elsewhere' });
    expect(stage.links.changes()).toMatchObject([
      { version: 2, from: 'linked', to: 'linked-elsewhere', partnerId: '4681234' },
    ]);
    expect(stage.links.held(ids.managingTenant, ids.pal)).toMatchObject({
      desired: { kind: 'wanted', partnerId: '4685678' },
      gapSince: '2026-03-10T12:00:00.000Z',
    });
  });

  it('notes since when the link has been wrong, and that it no longer is', async () => {
    const stage = withLink(aStage(), elsewhere);
    await stage.reconcileLink(aLinkRequest());
    stage.clock.pass(MINUTE);
    await stage.reconcileLink(aLinkRequest({ hop: 1 }));
    const wrong = row(stage).gapSince;
    withLink(stage);

    await stage.reconcileLink(aLinkRequest({ hop: 2 }));

    expect(wrong).toBe(NOON);
    expect(row(stage).gapSince).toBeNull();
  });

  it('tells a change when somebody else has changed the link', async () => {
    const stage = withLink(aStage());
    await stage.reconcileLink(aLinkRequest());
    withLink(stage, elsewhere);

    await stage.reconcileLink(aLinkRequest({ hop: 1 }));

    expect(stage.links.changes()).toMatchObject([
      { version: 1, from: 'unknown', to: 'linked' },
      { version: 2, from: 'linked', to: 'linked-elsewhere', partnerId: '4999999' },
    ]);
  });

  it('is refused for an identity the settings do not name, and parks nothing for it', async () => {
    const stage = aStage();
    const id = `${ids.managingTenant}/${ids.stranger}`;

    const settled = await stage.reconcile(aMessage(aLinkRequest({ id })));

    expect(settled.outcome).toMatchObject({ kind: 'failed', failure: { kind: 'denied' } });
    expect(stage.queues.messages('parked')).toEqual([]);
    expect(stage.partnerLinks.calls).toEqual([]);
  });

  it('is known by what the settings call its principal now', async () => {
    const stage = withLink(aStage({ principals: [aPrincipal({ name: 'pal-renamed' })] }));
    stage.links.hold(aLinkRecord({ principal: 'pal-link' }));

    await stage.reconcileLink(aLinkRequest());

    expect(row(stage).principal).toBe('pal-renamed');
  });

  it('links each principal to its own partner ID', async () => {
    const stage = aStage({ principals: [aPrincipal(), aSecondPrincipal()] });

    await stage.reconcileLink(aLinkRequest());
    await stage.reconcileLink(aLinkRequest({ id: `${ids.managingTenant}/${ids.secondPal}` }));

    expect(stage.partnerLinks.linkOf(ids.pal)?.partnerId).toBe('4681234');
    expect(stage.partnerLinks.linkOf(ids.secondPal)?.partnerId).toBe('4685678');
  });
});

describe('a write that failed', () => {
  it.each(['unavailable', 'conflict', 'rejected', 'unexpected'] as const)(
    'with %s after it took effect is a link all the same',
    async (kind) => {
      const stage = aStage();
      stage.partnerLinks.loseAnswer(new Failure(kind, 'Azure answered as it should not.'));

      expect(await stage.reconcileLink(aLinkRequest())).toEqual({ kind: 'linked' });

      expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234', 'GET']);
    },
  );

  it.each(['unavailable', 'conflict', 'rejected', 'unexpected'] as const)(
    'with %s and took no effect is that failure, beside what the reads showed',
    async (kind) => {
      const stage = aStage();
      const failure = new Failure(kind, 'Azure answered as it should not.');
      stage.partnerLinks.fail('create', failure);

      await expect(stage.reconcileLink(aLinkRequest())).rejects.toBe(failure);

      expect(row(stage)).toMatchObject({
        failure: { kind, at: NOON },
        lastOutcome: 'failed',
        observed: null,
        readAt: NOON,
        gapSince: NOON,
        lease: null,
      });
      expect(stage.links.changes()).toMatchObject([{ from: 'unknown', to: 'unlinked' }]);
    },
  );

  it('is not taken for done when Azure accepted it and does not show it', async () => {
    const stage = aStage();
    const azure = { ...stage.partnerLinks };
    stage.partnerLinks.create = async (identity, partnerId) => {
      const result = await azure.create(identity, partnerId);
      stage.partnerLinks.set(null, ids.pal);
      return result;
    };

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(row(stage).lastOutcome).toBe('failed');
  });

  it('is not taken for done when Azure accepted it and still shows another partner', async () => {
    const stage = withLink(aStage({ linkRules: { whenLinkedElsewhere: 'replace' } }), elsewhere);
    const azure = { ...stage.partnerLinks };
    stage.partnerLinks.replace = async (principal, partnerId) => {
      const result = await azure.replace(principal, partnerId);
      stage.partnerLinks.set(elsewhere, ids.pal);
      return result;
    };

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(row(stage)).toMatchObject({ lastOutcome: 'failed', observed: { partnerId: elsewhere.partnerId } });
  });

  it.each(['throttled', 'denied'] as const)('with %s is not read back: nothing was written', async (kind) => {
    const stage = aStage();
    stage.partnerLinks.fail('create', new Failure(kind, 'Azure answered as it should not.'));

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind });

    expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234']);
    expect(row(stage)).toMatchObject({ observed: null, readAt: NOON, failure: { kind } });
  });
});

describe('a link that cannot be read', () => {
  it('keeps its last good reading, with the failure beside it', async () => {
    const stage = aStage();
    stage.links.hold(
      aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:00:00.000Z', version: 1, looks: 1 }),
    );
    stage.partnerLinks.fail('read', unavailable());

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(row(stage)).toMatchObject({
      observed: anObservedLink(),
      readAt: '2026-03-10T11:00:00.000Z',
      failure: { kind: 'unavailable' },
      version: 1,
      looks: 2,
      lease: null,
    });
    expect(stage.partnerLinks.calls).toEqual(['GET']);
  });

  it('because the token is another identity’s is never written', async () => {
    const stage = aStage();
    stage.partnerLinks.fail('read', new Failure('denied', 'The token belongs to somebody else.'));

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'denied' });

    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(stage.partnerLinks.linkOf(ids.pal)).toBeNull();
  });

  it('because it is refused is told once, and once more when it works again, whatever else fails between', async () => {
    const stage = withLink(aStage());
    const denied = new Failure('denied', 'Entra: the client secret has expired.');
    const throttled = new Failure('throttled', 'Azure answered 429.');
    await stage.reconcileLink(aLinkRequest());
    for (const [hop, failure] of [denied, denied, unavailable(), throttled, denied].entries()) {
      stage.clock.pass(MINUTE);
      stage.partnerLinks.fail('read', failure);
      await expect(stage.reconcileLink(aLinkRequest({ hop: hop + 1 }))).rejects.toBe(failure);
    }
    expect(row(stage)).toMatchObject({ blindSince: '2026-03-10T12:01:00.000Z', readAt: NOON });
    stage.clock.pass(MINUTE);
    await stage.reconcileLink(aLinkRequest({ hop: 9 }));

    expect(row(stage)).toMatchObject({ blindSince: null, failure: null, version: 3 });
    expect(stage.links.changes().map(({ from, to, sight, at }) => [from, to, sight, at])).toEqual([
      ['unknown', 'linked', undefined, NOON],
      ['linked', 'linked', 'lost', '2026-03-10T12:01:00.000Z'],
      ['linked', 'linked', 'regained', '2026-03-10T12:06:00.000Z'],
    ]);
  });

  it('is no change while Azure merely does not answer', async () => {
    const stage = withLink(aStage());
    stage.partnerLinks.fail('read', unavailable());

    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'unavailable' });

    expect(stage.links.changes()).toEqual([]);
    expect(row(stage).blindSince).toBeNull();
  });

  it('is left alone until Azure may be asked again', async () => {
    const stage = aStage();
    const retryAt = new Date('2026-03-10T12:00:17.000Z');
    stage.partnerLinks.fail('read', new Failure('throttled', 'Azure answered 429.', { retryAt }));
    await expect(stage.reconcileLink(aLinkRequest())).rejects.toMatchObject({ kind: 'throttled' });
    stage.clock.pass(16 * SECOND);

    await expect(stage.reconcileLink(aLinkRequest({ hop: 1 }))).rejects.toMatchObject({
      kind: 'throttled',
      retryAt,
    });
    stage.clock.pass(SECOND);
    const outcome = await stage.reconcileLink(aLinkRequest({ hop: 2 }));

    expect(stage.partnerLinks.calls).toEqual(['GET', 'GET', 'PUT 4681234', 'GET']);
    expect(outcome).toEqual({ kind: 'linked' });
  });
});

describe('the lease of a link', () => {
  const until = '2026-03-10T12:02:00.000Z';
  const request = aLinkRequest();

  it('held by another pass means to come back a little later', async () => {
    const stage = aStage();
    stage.links.hold(aLinkRecord({ lease: { owner: 'somebody', until } }));

    await expect(stage.reconcileLink(request)).rejects.toMatchObject({
      kind: 'throttled',
      retryAt: new Date('2026-03-10T12:00:02.000Z'),
    });

    expect(stage.partnerLinks.calls).toEqual([]);
    expect(row(stage)).toEqual(aLinkRecord({ lease: { owner: 'somebody', until } }));
  });

  it('is taken over by the redelivery of the message that held it', async () => {
    const stage = aStage();
    stage.links.hold(aLinkRecord({ lease: { owner: messageIdOf(request), until } }));

    expect(await stage.reconcileLink(request)).toEqual({ kind: 'linked' });

    expect(row(stage).lease).toBeNull();
  });

  it('is free when it has run out', async () => {
    const stage = aStage();
    stage.links.hold(aLinkRecord({ lease: { owner: 'somebody', until: NOON } }));

    expect(await stage.reconcileLink(request)).toEqual({ kind: 'linked' });
  });

  it('lets one of many passes at once write', async () => {
    const stage = aStage();

    const results = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((n) =>
        stage.reconcileLink(aLinkRequest({ cause: { kind: 'event', id: `e-${n}` } })),
      ),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(stage.partnerLinks.calls).toEqual(['GET', 'PUT 4681234', 'GET']);
  });

  it('stays with a pass that died of a defect, so that its redelivery goes on', async () => {
    const stage = aStage();
    const defect = new TypeError('x is not a function');
    stage.partnerLinks.fail('read', defect);

    await expect(stage.reconcileLink(request)).rejects.toBe(defect);

    expect(row(stage).lease).toEqual({
      owner: messageIdOf(request),
      until: '2026-03-10T12:03:00.000Z',
    });
    expect(await stage.reconcileLink(request)).toEqual({ kind: 'linked' });
  });

  it('that was lost while Azure was slow costs the record, not the link', async () => {
    const stage = aStage();
    const azure = { ...stage.partnerLinks };
    stage.partnerLinks.read = async (identity) => {
      stage.links.hold(aLinkRecord({ lease: { owner: 'somebody', until } }));
      return azure.read(identity);
    };

    await expect(stage.reconcileLink(request)).rejects.toMatchObject({ kind: 'conflict' });

    expect(row(stage).lease).toEqual({ owner: 'somebody', until });
  });
});
