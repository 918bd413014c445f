import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { relinkTenantInput } from '../../../src/lib/domain/link-order-input.ts';
import { SECOND } from '../../support/clock.ts';
import { aDelegation, ids, someFacts, subscription, subscriptionId } from '../../support/delegations.ts';
import { aStage, type Stage } from '../../support/stage.ts';
import {
  aCoveredTenant,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
  aSelection,
} from '../../support/tenants.ts';

const elsewhere = anObservedLink({ partnerId: '4999999' });

/** A tenant that earns, looked at yesterday; the principal is linked, or as given. */
function aKnownTenant(options: Parameters<typeof aStage>[0] = {}): Stage {
  const stage = aStage(options);
  stage.ledger.hold(aCoveredTenant([aScopeRecord(1)]));
  stage.azure.put({ facts: someFacts(1), delegations: [aDelegation({ scope: subscription(1) })] });
  stage.partnerLinks.set(anObservedLink(), ids.pal);
  return stage;
}

function relink(stage: Stage, changes: Partial<Parameters<Stage['requestRelink']>[0]> = {}) {
  const request = { tenantId: ids.customer, by: 'ada@fabrikam', idempotencyKey: null, dryRun: false };
  return stage.requestRelink({ ...request, ...changes });
}

async function causeOf(answer: ReturnType<typeof relink>): Promise<string> {
  const accepted = await answer;
  if (accepted.kind !== 'accepted') throw new Error(`it was ${accepted.kind}`);
  return accepted.causeId;
}

const waitFor = (stage: Stage, causeId: string) =>
  stage.awaitOutcome({ tenantId: ids.customer }, causeId, SECOND);

describe('a relink an operator asks for', () => {
  it.each([true, false])('is refused for a tenant the settings exclude (dry run: %s)', async (dryRun) => {
    const exclude = aSelection({ tenants: [ids.customer] });
    const stage = aKnownTenant({ watchRules: { include: null, exclude } });

    expect(await relink(stage, { dryRun })).toMatchObject({ kind: 'refused', reason: 'excluded' });
    expect(stage.partnerLinks.calls).toEqual([]);
    expect(await stage.workOff()).toEqual([]);
  });

  it('is one pass with fresh reads that makes a missing link, and says who asked', async () => {
    const stage = aKnownTenant();
    // Read a moment ago, so that no other pass would look again; meanwhile somebody has removed the link.
    stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:59:59.000Z' }));
    stage.partnerLinks.set(null, ids.pal);

    const causeId = await causeOf(relink(stage));
    expect(await stage.workOff()).toEqual(['linked']);

    expect(stage.partnerLinks.linkOf(ids.pal)?.partnerId).toBe('4681234');
    expect(stage.azure.directReads).toEqual([subscription(1).id]);
    expect(await waitFor(stage, causeId)).toEqual({
      causeId,
      by: 'ada@fabrikam',
      at: '2026-03-10T12:00:00.000Z',
      outcome: 'linked',
      detail: null,
    });
  });

  it.each(['refuse', 'replace'] as const)(
    'never replaces another partner’s link, where policy says %s',
    async (policy) => {
      const stage = aKnownTenant({ linkRules: { whenLinkedElsewhere: policy } });
      stage.partnerLinks.set(elsewhere, ids.pal);

      const causeId = await causeOf(relink(stage));
      await stage.workOff();

      expect(stage.partnerLinks.linkOf(ids.pal)).toEqual(elsewhere);
      expect(await waitFor(stage, causeId)).toMatchObject({ outcome: 'refused', detail: 'linked-elsewhere' });
    },
  );

  it('leaves a link that is held', async () => {
    const stage = aKnownTenant();
    stage.links.hold(aLinkRecord({ desired: { kind: 'held', by: 'bo', why: 'moving', until: null } }));
    stage.partnerLinks.set(null, ids.pal);

    await relink(stage);
    await stage.workOff();

    expect(stage.partnerLinks.linkOf(ids.pal)).toBeNull();
  });

  it('is one pass for one key, while it waits and after it has ended', async () => {
    const stage = aKnownTenant();

    const [first, second] = [
      await relink(stage, { idempotencyKey: 'k' }),
      await relink(stage, { idempotencyKey: 'k' }),
    ];
    const outcomes = await stage.workOff();
    const third = await relink(stage, { idempotencyKey: 'k' });

    expect(second).toEqual(first);
    expect(outcomes).toEqual(['unchanged']);
    expect(third).toMatchObject({ done: { outcome: 'unchanged', by: 'ada@fabrikam' } });
    expect(await stage.workOff()).toEqual([]);
  });

  it('is answered by the failure it ended with', async () => {
    const stage = aKnownTenant();
    stage.partnerLinks.fail('read', new Failure('denied', 'Azure answered 403 when the link was read.'));

    const causeId = await causeOf(relink(stage));
    await stage.workOff();

    expect(await waitFor(stage, causeId)).toMatchObject({
      outcome: 'failed',
      detail: 'Azure answered 403 when the link was read.',
    });
  });

  it('is not answered while it has to wait for another pass', async () => {
    const stage = aKnownTenant();
    stage.links.hold(aLinkRecord({ lease: { owner: 'somebody', until: '2026-03-10T12:00:01.500Z' } }));

    const causeId = await causeOf(relink(stage));
    await stage.workOff();
    const early = await waitFor(stage, causeId);
    stage.clock.pass(2 * SECOND);
    await stage.workOff();

    expect(early).toBeNull();
    expect(await waitFor(stage, causeId)).toMatchObject({ outcome: 'unchanged' });
  });

  it('is answered where only a person can act', async () => {
    const stage = aKnownTenant();
    const registration = aRegistration({ facts: { accessKinds: ['guest-user'] } });
    stage.azure.remove(subscriptionId(1));
    stage.ledger.hold(aTenantRecord({ registration, lastOutcome: 'needs-person' }));

    const causeId = await causeOf(relink(stage));
    await stage.workOff();

    expect(await waitFor(stage, causeId)).toMatchObject({ outcome: 'needs-person' });
  });

  it.each([
    ['is not on record', { tenantId: ids.otherCustomer }, {}, { kind: 'unknown' }],
    [
      'was offboarded',
      {},
      { offboardedAt: '2026-03-09T12:00:00.000Z' },
      { kind: 'refused', reason: 'offboarded' },
    ],
    [
      'asks for a principal nobody knows',
      {},
      { facts: { principal: 'pal-bergen' } },
      { kind: 'refused', reason: 'principal-unknown' },
    ],
  ])('is not sent for a tenant that %s', async (_, request, registration, expected) => {
    const stage = aKnownTenant();
    stage.ledger.hold(aCoveredTenant([], { registration: aRegistration(registration) }));

    expect(await relink(stage, request)).toMatchObject(expected);

    expect(stage.queues.requests()).toEqual([]);
  });
});

describe('a dry run of a relink', () => {
  it.each([
    ['a link is missing', null, 'would-link', null],
    ['the link is ours', anObservedLink(), 'unchanged', null],
    ['the link is another partner’s', elsewhere, 'refused', 'linked-elsewhere'],
  ])('says what would be done when %s, and writes and sends nothing', async (_, link, outcome, reason) => {
    const stage = aKnownTenant({ linkRules: { whenLinkedElsewhere: 'replace' } });
    stage.partnerLinks.set(link, ids.pal);
    const before = stage.ledger.held(ids.customer);

    const answer = await relink(stage, { dryRun: true });

    expect(answer).toMatchObject({
      kind: 'dry-run',
      links: [
        {
          accessKind: 'lighthouse',
          objectId: ids.pal,
          currentPartnerId: link?.partnerId ?? null,
          outcome,
          reason,
        },
      ],
      notChecked: expect.arrayContaining(['whether Azure accepts the partner ID']) as string[],
    });
    expect(stage.partnerLinks.calls).toEqual(['GET']);
    expect(stage.ledger.held(ids.customer)).toEqual(before);
    expect(stage.queues.requests()).toEqual([]);
  });

  it('looks at the tenant’s own link as well, where it has one', async () => {
    const stage = aKnownTenant();
    const facts = { accessKinds: ['lighthouse' as const, 'service-principal' as const] };
    stage.ledger.hold(aCoveredTenant([aScopeRecord(1)], { registration: aRegistration({ facts }) }));

    expect(await relink(stage, { dryRun: true })).toMatchObject({
      links: [
        { accessKind: 'lighthouse', tenantId: ids.managingTenant, outcome: 'unchanged' },
        {
          accessKind: 'service-principal',
          tenantId: ids.customer,
          objectId: ids.palInTenant,
          outcome: 'would-link',
        },
      ],
    });
  });

  it('tells who holds the link', async () => {
    const stage = aKnownTenant();
    stage.links.hold(
      aLinkRecord({ desired: { kind: 'held', by: 'bo', why: 'moving partners', until: null } }),
    );

    expect(await relink(stage, { dryRun: true })).toMatchObject({
      links: [{ outcome: 'unchanged', reason: 'held by bo: moving partners' }],
    });
  });

  it('is not the default, and asked for by nothing but a boolean', () => {
    expect(relinkTenantInput.parse({})).toEqual({ dryRun: false });
    expect(relinkTenantInput.safeParse({ dryRun: 'yes' }).success).toBe(false);
  });
});
