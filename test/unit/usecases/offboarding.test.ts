/** What becomes of links when a tenant is no longer ours. */
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { Registration } from '../../../src/lib/domain/tenant.ts';
import { MINUTE } from '../../support/clock.ts';
import { anAssignment, ids, someFacts } from '../../support/delegations.ts';
import { aMessage, aRequest } from '../../support/requests.ts';
import { anOnboarding, aStage, type Stage } from '../../support/stage.ts';
import {
  aCoveredTenant,
  aGap,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
} from '../../support/tenants.ts';

const pinned = { principal: 'pal-link', objectId: ids.palInTenant };
const ownLink = (partnerId = '4681234') =>
  anObservedLink({ tenantId: ids.customer, objectId: ids.palInTenant, partnerId });
const row = (stage: Stage) => stage.links.held(ids.customer, ids.palInTenant);
const writes = (stage: Stage) => stage.partnerLinks.calls.filter((call) => call !== 'GET');
const BOTH = { accessKinds: ['lighthouse' as const, 'service-principal' as const] };
const OWN = { accessKinds: ['service-principal' as const] };

/** An event that offboards the customer. */
const offboarding = (changes: { source?: string } = {}) => ({
  specversion: '1.0',
  type: 'pal.tenant.offboarded.v1',
  source: 'crm',
  id: 'event-9',
  time: '2026-03-10T11:59:00Z',
  data: { tenantId: ids.customer },
  ...changes,
});

/** A tenant with a link of its own and one it shares, as passes have left it, now offboarded. */
function anOffboardedTenant(
  unlinkOnOffboard: boolean,
  { link = ownLink(), ...registration }: { link?: ReturnType<typeof ownLink> } & Partial<Registration> = {},
): Stage {
  const stage = aStage({ tenantSettings: { unlinkOnOffboard } });
  const told = aRegistration({ facts: BOTH, offboardedAt: '2026-03-10T11:59:00.000Z', ...registration });
  const scopes = [aScopeRecord(1, { coveredBy: ['lighthouse', 'service-principal'] })];
  stage.ledger.hold(aCoveredTenant(scopes, { registration: told, pinned, openGaps: [aGap(1)] }));
  stage.inTenant.put(someFacts(1), [anAssignment()]);
  stage.partnerLinks.set(anObservedLink(), ids.pal);
  stage.partnerLinks.set(link, ids.palInTenant);
  stage.links.hold(aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:00:00.000Z' }));
  stage.links.hold(
    aLinkRecord({
      tenantId: ids.customer,
      objectId: ids.palInTenant,
      observed: ownLink(),
      readAt: '2026-03-10T11:00:00.000Z',
      version: 1,
    }),
  );
  return stage;
}

describe('a tenant that was offboarded', () => {
  it('keeps its own link unless policy says otherwise', async () => {
    const stage = anOffboardedTenant(false);

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'assessed' });

    expect(stage.partnerLinks.calls).toEqual([]);
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'closed', openGaps: [] });
  });

  it('loses its own link where policy says so, and never the shared one', async () => {
    const stage = anOffboardedTenant(true);

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unlinked' });

    expect(writes(stage)).toEqual(['DELETE 4681234']);
    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toBeNull();
    expect(stage.partnerLinks.linkOf(ids.pal)).not.toBeNull();
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'closed', openGaps: [] });
    expect(row(stage)).toMatchObject({
      desired: { kind: 'held', by: 'offboarding' },
      order: null,
      gapSince: null,
    });
    expect(stage.links.changes()).toMatchObject([
      { to: 'unlinked', order: { verb: 'unlink', by: 'offboarding' }, causeId: 'event-1' },
    ]);
  });

  it.each([
    ['announced by Lighthouse alone since', { facts: { accessKinds: ['lighthouse' as const] } }],
    ['announced for people alone since', { facts: { accessKinds: ['guest-user' as const] } }],
    ['told to use another principal since', { facts: { ...BOTH, principal: 'pal-bergen' } }],
  ])('loses its own link though it was %s', async (_, changes) => {
    const stage = anOffboardedTenant(true, changes);

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'unlinked' });

    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toBeNull();
    expect(stage.partnerLinks.linkOf(ids.pal)).not.toBeNull();
  });

  it('is left alone by later passes', async () => {
    const stage = anOffboardedTenant(true);
    await stage.reconcileTenant(aRequest());
    stage.partnerLinks.calls.length = 0;

    expect(await stage.reconcileTenant(aRequest({ hop: 1 }))).toEqual({ kind: 'unchanged' });

    expect(stage.partnerLinks.calls).toEqual([]);
  });

  it('with a link to another partner keeps that', async () => {
    const stage = anOffboardedTenant(true, { link: ownLink('4999999') });

    expect(await stage.reconcileTenant(aRequest())).toEqual({ kind: 'refused', reason: 'current-differs' });

    expect(writes(stage)).toEqual([]);
  });

  it('whose link could not be removed is closed, and tried again', async () => {
    const stage = anOffboardedTenant(true);
    stage.partnerLinks.fail('remove', new Failure('unavailable', 'Azure answered 500.'));

    const first = await stage.reconcile(aMessage(aRequest()));
    const closed = stage.ledger.held(ids.customer).phase;
    stage.clock.pass(MINUTE);

    expect(first).toMatchObject({ outcome: { kind: 'failed' }, disposition: { do: 'retry' } });
    expect(closed).toBe('closed');
    expect(await stage.workOff()).toEqual(['unlinked']);
  });

  it('and is ours again has its link again', async () => {
    const stage = anOffboardedTenant(true);
    await stage.reconcileTenant(aRequest());
    const back = {
      ...stage.ledger.held(ids.customer),
      registration: aRegistration({ facts: OWN }),
    };
    stage.ledger.hold(back);

    await stage.reconcileTenant(aRequest({ hop: 1 }));

    expect(stage.partnerLinks.linkOf(ids.palInTenant)?.partnerId).toBe('4681234');
    expect(row(stage).desired).toEqual({ kind: 'wanted', partnerId: '4681234' });
  });

  it.each([
    ['that pass has made again', {}],
    ['the first pass of all has made', { pinned: null }],
  ])('while a pass was waiting for its token there keeps no link %s', async (_, changes) => {
    const stage = anOffboardedTenant(true, { offboardedAt: null, facts: OWN });
    stage.ledger.hold({ ...stage.ledger.held(ids.customer), ...changes });
    const tokenOf = stage.inTenant.objectIdOf.bind(stage.inTenant);
    stage.inTenant.objectIdOf = async (...whose) => {
      stage.inTenant.objectIdOf = tokenOf;
      await stage.registerTenant(anOnboarding(offboarding()));
      await stage.workOff();
      return tokenOf(...whose);
    };

    const outcome = await stage.reconcileTenant(aRequest({ cause: { kind: 'sweep', id: 'sweep-1' } }));

    expect(outcome).toEqual({ kind: 'unlinked' });
    expect(stage.partnerLinks.linkOf(ids.palInTenant)).toBeNull();
    expect(row(stage).desired).toMatchObject({ kind: 'held', by: 'offboarding' });
    expect(stage.ledger.held(ids.customer)).toMatchObject({ phase: 'closed', scopes: [] });
  });

  it('by a source that is not trusted loses nothing', async () => {
    const stage = aStage({ tenantSettings: { unlinkOnOffboard: true }, trustedSources: ['crm'] });
    const own = anOffboardedTenant(true, { offboardedAt: null });
    stage.ledger.hold(own.ledger.held(ids.customer));
    stage.links.hold(row(own));
    stage.partnerLinks.set(ownLink(), ids.palInTenant);
    stage.partnerLinks.set(anObservedLink(), ids.pal);

    await stage.registerTenant(anOnboarding(offboarding({ source: 'somebody' })));
    await stage.workOff();

    expect(writes(stage)).toEqual([]);
    expect(stage.ledger.held(ids.customer).registration).toMatchObject({
      offboardedAt: null,
      withheld: [{ what: 'offboard', source: 'somebody' }],
    });
  });
});
