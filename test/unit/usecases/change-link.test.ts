import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { LinkOrderInput } from '../../../src/lib/domain/link-order-input.ts';
import { linkOrderInputs } from '../../../src/lib/domain/link-order-input.ts';
import type { LinkVerb } from '../../../src/lib/domain/desired-link.ts';
import { DAY, MINUTE } from '../../support/clock.ts';
import {
  aDelegation,
  aPrincipal,
  aSecondPrincipal,
  ids,
  someFacts,
  subscription,
} from '../../support/delegations.ts';
import { aLinkRequest, aRequest } from '../../support/requests.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import {
  aCoveredTenant,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aSelection,
} from '../../support/tenants.ts';

const OURS = '4681234';
const OTHER = '4685678';
const row = (stage: Stage) => stage.links.held(ids.managingTenant, ids.pal);
const inAzure = (stage: Stage) => stage.partnerLinks.linkOf(ids.pal)?.partnerId ?? null;
const writes = (stage: Stage) => stage.partnerLinks.calls.filter((call) => call !== 'GET');

/** Two tenants that earn through the principal's link, which is ours; beside them one that was offboarded. */
async function aLinkedStage(options: Parameters<typeof aStage>[0] = {}): Promise<Stage> {
  const stage = aStage(options);
  stage.ledger.hold(aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]));
  const second = aRegistration({ tenantId: ids.otherCustomer });
  stage.ledger.hold(aCoveredTenant([aScopeRecord(3)], { registration: second }));
  const gone = aRegistration({
    tenantId: 'cccccccc-0000-4000-8000-000000000003',
    offboardedAt: '2026-03-05T12:00:00.000Z',
  });
  stage.ledger.hold(aCoveredTenant([aScopeRecord(4)], { registration: gone }));
  stage.partnerLinks.set(anObservedLink(), ids.pal);
  await stage.reconcileLink(aLinkRequest());
  stage.partnerLinks.calls.length = 0;
  return stage;
}

function change(
  stage: Stage,
  verb: LinkVerb,
  input: LinkOrderInput = {},
  idempotencyKey: string | null = null,
) {
  return stage.changeLink({ verb, principal: 'pal-link', input, by: 'ada@fabrikam', idempotencyKey });
}

/** Confirmed as the preview shows it. */
const confirmed = (current: string | null, more: LinkOrderInput = {}): LinkOrderInput => ({
  expectedCurrentPartnerId: current,
  confirmAffected: 2,
  why: 'moving partners',
  ...more,
});

describe('a change of a link, first asked for', () => {
  it('is a preview from a fresh read, and writes nothing', async () => {
    const stage = await aLinkedStage();
    const before = row(stage);

    const answer = await change(stage, 'unlink');

    expect(answer).toMatchObject({
      kind: 'preview',
      preview: {
        verb: 'unlink',
        tenantId: ids.managingTenant,
        objectId: ids.pal,
        currentPartnerId: OURS,
        currentPartnerName: 'Fabrikam Oslo',
        partnerIdAfter: null,
        affected: { tenants: 2, scopes: 3 },
        mode: 'enforce',
        order: null,
      },
    });
    expect(row(stage)).toEqual(before);
    expect(stage.queues.requests()).toEqual([]);
    expect(writes(stage)).toEqual([]);
  });

  it.each<[string, LinkVerb, LinkOrderInput, string]>([
    ['one half of the confirmation alone', 'unlink', { confirmAffected: 2 }, 'not-confirmed'],
    ['an unlink that says no reason', 'unlink', confirmed(OURS, { why: undefined }), 'not-confirmed'],
    ['another current partner ID than it has', 'unlink', confirmed(OTHER), 'current-differs'],
    ['no link where there is one', 'restore', confirmed(null), 'current-differs'],
    ['another number of tenants', 'unlink', confirmed(OURS, { confirmAffected: 3 }), 'affected-differs'],
  ])('is refused in words, with a new preview, for %s', async (_, verb, input, reason) => {
    const stage = await aLinkedStage();
    const before = row(stage);

    const answer = await change(stage, verb, input);

    expect(answer).toMatchObject({
      kind: 'refused',
      reason,
      message: expect.stringMatching(/\w.*\./) as string,
      preview: { currentPartnerId: OURS, affected: { tenants: 2 } },
    });
    expect(row(stage)).toEqual(before);
    expect(stage.queues.requests()).toEqual([]);
  });

  it.each<[string, LinkVerb, LinkOrderInput, object]>([
    ['a global partner ID', 'relink', { partnerId: '4600001' }, { kind: 'invalid', field: 'partnerId' }],
    [
      'a hold that has ended',
      'unlink',
      { until: '2026-03-10T12:00:00.000Z' },
      { kind: 'invalid', field: 'until' },
    ],
    ['a tenant nobody knows', 'unlink', { tenantId: ids.stranger }, { kind: 'unknown' }],
    ['a tenant without a link of its own', 'unlink', { tenantId: ids.customer }, { kind: 'unknown' }],
  ])('is not taken for %s', async (_, verb, input, expected) => {
    const stage = await aLinkedStage();

    expect(await change(stage, verb, input)).toMatchObject(expected);

    expect(stage.partnerLinks.calls).toEqual([]);
  });

  it('is not taken for a principal the settings do not name', async () => {
    const stage = await aLinkedStage();
    const request = {
      verb: 'unlink',
      principal: 'nobody',
      input: {},
      by: 'ada',
      idempotencyKey: null,
    } as const;

    expect(await stage.changeLink(request)).toMatchObject({ kind: 'unknown' });
  });

  it('counts no tenant that rests on another principal’s link', async () => {
    const stage = await aLinkedStage({ principals: [aPrincipal(), aSecondPrincipal()] });
    const facts = { principal: aSecondPrincipal().name };
    const registration = aRegistration({ tenantId: ids.otherCustomer, facts });
    stage.ledger.hold(aCoveredTenant([aScopeRecord(3)], { registration }));

    expect(await change(stage, 'unlink')).toMatchObject({ preview: { affected: { tenants: 1, scopes: 2 } } });
  });

  it('counts no tenant that the settings exclude', async () => {
    const exclude = aSelection({ tenants: [ids.otherCustomer] });
    const stage = await aLinkedStage({ watchRules: { include: null, exclude } });

    expect(await change(stage, 'unlink')).toMatchObject({ preview: { affected: { tenants: 1, scopes: 2 } } });
  });

  it('counts no tenant of which nothing but what is excluded was found', async () => {
    const stage = await aLinkedStage();
    const registration = aRegistration({ tenantId: ids.otherCustomer });
    stage.ledger.hold(aCoveredTenant([], { registration, phase: 'excluded' }));

    expect(await change(stage, 'unlink')).toMatchObject({ preview: { affected: { tenants: 1, scopes: 2 } } });
  });

  it('fails as a read does, and writes nothing', async () => {
    const stage = await aLinkedStage();
    const denied = new Failure('denied', 'Azure answered 403.');
    stage.partnerLinks.fail('read', denied);

    await expect(change(stage, 'unlink', confirmed(OURS))).rejects.toBe(denied);

    expect(row(stage).order).toBeNull();
  });

  it('waits for the pass that is at the link, and gives up in words when that goes on', async () => {
    const stage = await aLinkedStage();
    const lease = { owner: 'somebody', until: '2026-03-10T13:00:00.000Z' };
    stage.links.hold({ ...row(stage), lease });

    expect(await change(stage, 'unlink', confirmed(OURS))).toMatchObject({ kind: 'refused', reason: 'busy' });

    expect(row(stage)).toMatchObject({ lease, order: null });
  });
});

describe('a confirmed unlink', () => {
  it('writes what is wanted before anything is removed', async () => {
    const stage = await aLinkedStage();

    const answer = await change(stage, 'unlink', confirmed(OURS, { until: '2026-04-01T02:00:00+02:00' }));

    expect(answer).toMatchObject({
      kind: 'accepted',
      link: { tenantId: ids.managingTenant, objectId: ids.pal },
    });
    expect(row(stage)).toMatchObject({
      desired: {
        kind: 'held',
        by: 'ada@fabrikam',
        why: 'moving partners',
        until: '2026-04-01T00:00:00.000Z',
      },
      order: { verb: 'unlink', expectedCurrentPartnerId: OURS },
    });
    expect(inAzure(stage)).toBe(OURS);
    expect(stage.queues.requests()).toMatchObject([
      { request: { subject: 'link', cause: { kind: 'operator', by: 'ada@fabrikam' } } },
    ]);
  });

  it('is carried out by the pass, with one change that says who asked', async () => {
    const stage = await aLinkedStage();
    const answer = await change(stage, 'unlink', confirmed(OURS));

    expect(await stage.workOff()).toEqual(['unlinked']);

    expect(inAzure(stage)).toBeNull();
    expect(writes(stage)).toEqual(['DELETE 4681234']);
    const causeId = answer.kind === 'accepted' ? answer.causeId : '';
    expect(stage.links.changes().slice(1)).toEqual([
      {
        version: 2,
        at: '2026-03-10T12:00:00.000Z',
        causeId,
        from: 'linked',
        to: 'unlinked',
        partnerId: null,
        order: { verb: 'unlink', by: 'ada@fabrikam', why: 'moving partners' },
      },
    ]);
    expect(row(stage)).toMatchObject({ order: null, gapSince: null, lastOutcome: 'unlinked' });
    expect(await stage.awaitOutcome({ tenantId: ids.managingTenant, objectId: ids.pal }, causeId, 0)).toEqual(
      {
        causeId,
        by: 'ada@fabrikam',
        at: '2026-03-10T12:00:00.000Z',
        outcome: 'unlinked',
        detail: null,
      },
    );
  });

  it('is not undone by later passes, of tenants or of the link', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));
    await stage.workOff();
    stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ scope: subscription(1) })] });

    stage.clock.pass(DAY);
    await stage.reconcileTenant(aRequest());
    await stage.workOff();

    expect(writes(stage)).toEqual(['DELETE 4681234']);
    expect(row(stage)).toMatchObject({ lastOutcome: 'unchanged', gapSince: null, desired: { kind: 'held' } });
  });

  it('does not remove again what somebody links by hand while it is held', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));
    await stage.workOff();
    stage.partnerLinks.set(anObservedLink(), ids.pal);

    await stage.reconcileLink(aLinkRequest({ hop: 1 }));

    expect(inAzure(stage)).toBe(OURS);
  });

  it('ends when its time has come: the next pass links again', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS, { until: '2026-03-11T00:00:00.000Z' }));
    await stage.workOff();
    stage.clock.set('2026-03-11T00:00:00.000Z');

    await stage.reconcileLink(aLinkRequest({ hop: 1 }));

    expect(inAzure(stage)).toBe(OURS);
    expect(row(stage).desired).toEqual({ kind: 'wanted', partnerId: OURS });
  });

  it('is refused when the link has changed by the time of the pass, and then nothing is held', async () => {
    const stage = await aLinkedStage();
    const answer = await change(stage, 'unlink', confirmed(OURS));
    stage.partnerLinks.set(anObservedLink({ partnerId: OTHER }), ids.pal);

    expect(await stage.workOff()).toEqual(['refused']);

    expect(inAzure(stage)).toBe(OTHER);
    expect(row(stage)).toMatchObject({
      desired: { kind: 'wanted', partnerId: OURS },
      order: null,
      asked: [{ causeId: answer.kind === 'accepted' ? answer.causeId : '', detail: 'current-differs' }],
    });
  });

  it('is said and not done in observe mode, and then nothing is held', async () => {
    const stage = await aLinkedStage({ linkRules: { mode: 'observe' } });
    await change(stage, 'unlink', confirmed(OURS));

    expect(await stage.workOff()).toEqual(['would-unlink']);

    expect(inAzure(stage)).toBe(OURS);
    expect(row(stage)).toMatchObject({ desired: { kind: 'wanted' }, order: null, version: 1 });
  });

  it('that fails is kept, and done by the next try', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));
    stage.partnerLinks.fail('remove', new Failure('unavailable', 'Azure answered 500.'));

    expect(await stage.workOff()).toEqual(['failed']);
    const failed = row(stage);
    stage.clock.pass(MINUTE);
    expect(await stage.workOff()).toEqual(['unlinked']);

    expect(failed).toMatchObject({ order: { verb: 'unlink' }, asked: [{ outcome: 'failed' }] });
    expect(row(stage)).toMatchObject({ order: null, asked: [{ outcome: 'unlinked' }] });
    expect(stage.links.changes()).toHaveLength(2);
  });

  it('whose answer was lost is done all the same', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));
    stage.partnerLinks.loseAnswer(new Failure('unavailable', 'Azure gave no answer.'));

    expect(await stage.workOff()).toEqual(['unlinked']);
  });

  it('is done by whichever pass comes first', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));

    await stage.reconcileLink(aLinkRequest({ cause: { kind: 'sweep', id: 'sweep-1' } }));
    await stage.workOff();

    expect(writes(stage)).toEqual(['DELETE 4681234']);
    expect(stage.links.changes()).toHaveLength(2);
    expect(stage.links.changes()[1]).toMatchObject({ order: { by: 'ada@fabrikam' } });
  });

  it('asked for again under its key is one order and one pass, before and after', async () => {
    const stage = await aLinkedStage();

    const first = await change(stage, 'unlink', confirmed(OURS), 'key-1');
    const second = await change(stage, 'unlink', confirmed(OURS), 'key-1');
    await stage.workOff();
    const third = await change(stage, 'unlink', confirmed(OURS), 'key-1');

    expect([second, third]).toEqual([first, first]);
    expect(await stage.workOff()).toEqual([]);
    expect(stage.links.changes()).toHaveLength(2);
  });

  it('asked for again under its key is answered by what was done, whatever a new preview shows', async () => {
    const stage = await aLinkedStage();

    const first = await change(stage, 'unlink', confirmed(OURS), 'key-1');
    await stage.workOff();
    const second = await change(stage, 'unlink', confirmed(null, { confirmAffected: 0 }), 'key-1');
    const third = await change(stage, 'unlink', { why: 'moving partners' }, 'key-1');

    expect([second, third]).toEqual([first, first]);
    expect(await stage.workOff()).toEqual([]);
  });

  it.each<[string, LinkVerb, LinkOrderInput]>([
    ['to do something else', 'restore', confirmed(null)],
    ['for another reason', 'unlink', confirmed(null, { why: 'another' })],
    ['until another time', 'unlink', confirmed(null, { until: '2026-04-01T00:00:00.000Z' })],
  ])('asked for under the same key %s is refused', async (_, verb, input) => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS), 'key-1');
    await stage.workOff();

    expect(await change(stage, verb, input, 'key-1')).toMatchObject({ kind: 'key-reused' });
  });
});

describe('a confirmed restore', () => {
  it('wants the link again and makes it', async () => {
    const stage = await aLinkedStage();
    await change(stage, 'unlink', confirmed(OURS));
    await stage.workOff();

    await change(stage, 'restore', confirmed(null));
    expect(await stage.workOff()).toEqual(['linked']);

    expect(inAzure(stage)).toBe(OURS);
    expect(row(stage)).toMatchObject({ desired: { kind: 'wanted', partnerId: OURS }, order: null });
    expect(stage.links.changes().map(({ from, to }) => [from, to])).toEqual([
      ['unknown', 'linked'],
      ['linked', 'unlinked'],
      ['unlinked', 'linked'],
    ]);
  });
});

describe('a confirmed relink', () => {
  it('replaces another partner’s link it has seen, in one step', async () => {
    const stage = await aLinkedStage();
    stage.partnerLinks.set(anObservedLink({ partnerId: '4999999' }), ids.pal);

    await change(stage, 'relink', confirmed('4999999'));
    expect(await stage.workOff()).toEqual(['relinked']);

    expect(writes(stage)).toEqual(['PATCH 4681234']);
  });

  it('keeps an explicit partner ID through later passes, until the settings name another', async () => {
    const stage = await aLinkedStage();

    await change(stage, 'relink', confirmed(OURS, { partnerId: OTHER }));
    await stage.workOff();
    stage.clock.pass(DAY);
    await stage.reconcileLink(aLinkRequest({ hop: 1 }));

    expect(inAzure(stage)).toBe(OTHER);
    expect(row(stage)).toMatchObject({
      desired: { kind: 'wanted', partnerId: OTHER },
      lastOutcome: 'unchanged',
      gapSince: null,
    });
  });

  it('to a partner ID Azure does not know leaves what was wanted', async () => {
    const stage = await aLinkedStage();
    stage.partnerLinks.invalid.add(OTHER);
    stage.partnerLinks.set(null, ids.pal);

    await change(stage, 'relink', confirmed(null, { partnerId: OTHER }));
    expect(await stage.workOff()).toEqual(['refused']);

    expect(row(stage)).toMatchObject({
      desired: { kind: 'wanted', partnerId: OURS },
      asked: [{ outcome: 'refused', detail: 'partner-id-invalid' }],
    });
  });
});

describe('the link of a service principal in a customer’s tenant', () => {
  async function anOwnLink(principals = [aPrincipal()]): Promise<Stage> {
    const stage = await aLinkedStage({ principals });
    const facts = { accessKinds: ['service-principal' as const] };
    const pinned = { principal: 'pal-link', applicationId: ids.palApplication, objectId: ids.palInTenant };
    const scope = aScopeRecord(1, { coveredBy: ['service-principal'] });
    stage.ledger.hold(aCoveredTenant([scope], { registration: aRegistration({ facts }), pinned }));
    const own = anObservedLink({ tenantId: ids.customer, objectId: ids.palInTenant });
    stage.partnerLinks.set(own, ids.palInTenant);
    stage.links.hold(
      aLinkRecord({
        tenantId: ids.customer,
        objectId: ids.palInTenant,
        observed: own,
        readAt: own.updatedAt,
      }),
    );
    return stage;
  }

  it('follows an order though the settings have given its principal another name', async () => {
    const stage = await anOwnLink([aPrincipal({ name: 'pal-renamed' })]);
    const input = confirmed(OURS, { tenantId: ids.customer, confirmAffected: 1 });

    await stage.changeLink({
      verb: 'unlink',
      principal: 'pal-renamed',
      input,
      by: 'ada@fabrikam',
      idempotencyKey: null,
    });

    expect(await stage.workOff()).toEqual(['unlinked']);
    expect(stage.links.held(ids.customer, ids.palInTenant).principal).toBe('pal-renamed');
  });

  it('is unlinked by itself, and concerns that tenant alone', async () => {
    const stage = await anOwnLink();
    const input = { tenantId: ids.customer };

    const preview = await change(stage, 'unlink', input);
    await change(stage, 'unlink', confirmed(OURS, { ...input, confirmAffected: 1 }));
    const outcomes = await stage.workOff();

    expect(preview).toMatchObject({
      preview: { objectId: ids.palInTenant, affected: { tenants: 1, scopes: 1 } },
    });
    expect(outcomes).toEqual(['unlinked']);
    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toBeNull();
    expect(inAzure(stage)).toBe(OURS);
  });
});

describe('what an operator sends', () => {
  it.each<[LinkVerb, object, boolean]>([
    ['unlink', {}, true],
    ['unlink', { until: '2026-04-01T00:00:00Z', why: 'x', confirmAffected: 0 }, true],
    ['unlink', { partnerId: OURS }, false],
    ['restore', { until: '2026-04-01T00:00:00Z' }, false],
    ['restore', { expectedCurrentPartnerId: null, confirmAffected: 12 }, true],
    ['relink', { partnerId: '04681234' }, false],
    ['relink', { partnerId: OURS, tenantId: 'contoso' }, false],
    ['relink', { confirmAffected: -1 }, false],
  ])('to %s as %j is %s', (verb, input, good) => {
    expect(linkOrderInputs[verb].safeParse(input).success).toBe(good);
  });
});
