import { describe, expect, it } from 'vitest';
import type { LinkStanding, LinkState } from '../../../src/lib/domain/link.ts';
import type { AccessKind, ObservedKind } from '../../../src/lib/domain/tenant.ts';
import type { ScopeRecord, TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { standingOf as standingOfSummary, type StateInputs } from '../../../src/lib/domain/tenant-state.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { everything } from '../../../src/lib/domain/watch.ts';
import { HOUR } from '../../support/clock.ts';
import { ids } from '../../support/delegations.ts';
import {
  aCoveredTenant,
  anAttestation,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const standingOf = (record: TenantRecord, given: StateInputs) => standingOfSummary(summaryOf(record), given);

function aLink(changes: Partial<LinkStanding> = {}): LinkStanding {
  return { state: 'linked', failure: null, readAt: '2026-03-10T11:55:00.000Z', ...changes };
}

/** The home tenant's link differs from a good one. */
function homeLink(changes: Partial<LinkStanding>): Partial<StateInputs> {
  return { links: { ...inputs().links, lighthouse: aLink(changes) } };
}

function inputs(changes: Partial<StateInputs> = {}): StateInputs {
  return {
    links: { lighthouse: aLink(), 'service-principal': aLink({ state: 'unknown', readAt: null }) },
    wantedPartnerId: '4681234',
    sweptAt: null,
    now: new Date('2026-03-10T12:00:00.000Z'),
    staleAfterMs: 48 * HOUR,
    watchRules: everything,
    ...changes,
  };
}

const denied = { kind: 'denied', message: 'x', at: '2026-03-10T12:00:00.000Z', requestId: null } as const;
const offboarded = aRegistration({ offboardedAt: '2026-03-09T00:00:00.000Z' });
const accessBy = (...accessKinds: AccessKind[]) =>
  aTenantRecord({ registration: aRegistration({ facts: { accessKinds } }) });
const inactive = aScopeRecord(9, { verdict: 'subscription-inactive' });
const reader = (n: number) => aScopeRecord(n, { verdict: 'role-not-eligible' });

describe('the state of a tenant', () => {
  it.each<[string, TenantRecord, Partial<StateInputs>, string, string | null]>([
    [
      'was offboarded',
      aCoveredTenant([aScopeRecord()], { registration: offboarded }),
      {},
      'offboarded',
      null,
    ],
    [
      'was offboarded before it was looked at',
      aTenantRecord({ registration: offboarded }),
      {},
      'offboarded',
      null,
    ],
    ['has only guest access', accessBy('guest-user'), {}, 'needs-person', 'guest-user'],
    ['has only a directory account', accessBy('directory-account'), {}, 'needs-person', 'directory-account'],
    ['has only AOBO', accessBy('csp-aobo'), {}, 'automatic', 'unverified'],
    ['was never looked at', aTenantRecord(), {}, 'unobserved', null],
    ['could never be read', aTenantRecord({ failure: denied }), {}, 'unobserved', 'denied'],
    ['has AOBO beside Lighthouse', accessBy('csp-aobo', 'lighthouse'), {}, 'unobserved', null],
    ['shows nothing yet', aTenantRecord({ phase: 'awaiting' }), {}, 'awaiting-delegation', null],
    ['shows nothing', aTenantRecord({ phase: 'not-delegated' }), {}, 'not-delegated', 'nothing-visible'],
    [
      'has lost all it showed',
      aTenantRecord({ phase: 'not-delegated', scopes: [aScopeRecord(1, { verdict: 'gone' })] }),
      {},
      'not-delegated',
      'gone',
    ],
    [
      'is covered, its link never read',
      aCoveredTenant([aScopeRecord()]),
      homeLink({ state: 'unknown', readAt: null }),
      'unobserved',
      'link-not-read',
    ],
    [
      'is covered, its identity linked to another partner',
      aCoveredTenant([aScopeRecord()]),
      homeLink({ state: 'linked-elsewhere' }),
      'linked-elsewhere',
      null,
    ],
    [
      'is covered, its identity not linked',
      aCoveredTenant([aScopeRecord()]),
      homeLink({ state: 'unlinked' }),
      'unlinked',
      null,
    ],
    ['is covered', aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]), {}, 'earning', null],
    ['is covered beside an inactive scope', aCoveredTenant([aScopeRecord(), inactive]), {}, 'earning', null],
    [
      'is covered in part',
      aCoveredTenant([aScopeRecord(1), reader(2)]),
      {},
      'partly-earning',
      'role-not-eligible',
    ],
    [
      'lacks an expected scope',
      aCoveredTenant([aScopeRecord(1), aScopeRecord(2, { verdict: 'not-visible' })]),
      {},
      'partly-earning',
      'not-visible',
    ],
    ['is not covered', aCoveredTenant([reader(1)]), {}, 'not-earning', 'role-not-eligible'],
    [
      'is not covered, beside inactive scopes',
      aCoveredTenant([reader(1), inactive, { ...inactive, scope: 'x' }]),
      {},
      'not-earning',
      'role-not-eligible',
    ],
    ['has only inactive scopes', aCoveredTenant([inactive]), {}, 'not-earning', 'subscription-inactive'],
    [
      'has an unknown role only',
      aCoveredTenant([aScopeRecord(1, { verdict: 'role-unknown' })]),
      {},
      'not-earning',
      'role-unknown',
    ],
  ])('that %s', (_, record, changes, state, reason) => {
    expect(standingOf(record, inputs(changes))).toMatchObject({ state, reason });
  });

  it('that has several troubles names the one on most scopes', () => {
    const record = aCoveredTenant([
      aScopeRecord(1),
      reader(2),
      reader(3),
      aScopeRecord(4, { verdict: 'principal-missing' }),
    ]);

    expect(standingOf(record, inputs()).reason).toBe('role-not-eligible');
  });

  it('that has two troubles equally often names the same one each time', () => {
    const scopes = [reader(1), aScopeRecord(2, { verdict: 'principal-missing' })];

    const reasons = [scopes, scopes.toReversed()].map(
      (order) => standingOf(aCoveredTenant(order), inputs()).reason,
    );

    expect(reasons).toEqual(['principal-missing', 'principal-missing']);
  });
});

describe('the state of a tenant that only people can look at', () => {
  const guest = { registration: aRegistration({ facts: { accessKinds: ['guest-user'] } }) };
  const valid = anAttestation({ expiresAt: '2026-09-01T12:00:00.000Z' });
  const expired = anAttestation({ objectId: ids.former, expiresAt: '2026-03-10T12:00:00.000Z' });

  it.each<[string, TenantRecord['attestations'], string, string | null]>([
    ['nobody has attested', [], 'needs-person', 'guest-user'],
    ['somebody has attested', [valid], 'attested', null],
    ['one of several attestations still counts', [expired, valid], 'attested', null],
    ['the attestation expires now', [expired], 'needs-person', 'attestation-expired'],
    [
      'another partner ID is wanted by now',
      [{ ...valid, partnerId: '4680000' }],
      'needs-person',
      'attestation-for-other-partner',
    ],
  ])('when %s', (_, attestations, state, reason) => {
    expect(standingOf(aTenantRecord({ ...guest, attestations }), inputs())).toMatchObject({ state, reason });
  });

  it('rests on what passes see where there is another way of access', () => {
    const registration = aRegistration({ facts: { accessKinds: ['guest-user', 'lighthouse'] } });
    const covered = aCoveredTenant([reader(1)], { registration, attestations: [valid] });

    expect(standingOf(covered, inputs())).toMatchObject({
      state: 'not-earning',
      reason: 'role-not-eligible',
    });
  });

  it('rests on a delegation that nobody announced, and on no other once it has gone', () => {
    const covered = aCoveredTenant([aScopeRecord(1)], { ...guest, attestations: [valid] });
    const lost = { ...covered, phase: 'not-delegated' as const, scopes: [] };

    expect(standingOf(covered, inputs())).toMatchObject({ state: 'earning', reason: null });
    expect(standingOf(lost, inputs())).toMatchObject({ state: 'attested', reason: null });
  });

  it('does not hang on the principal being known', () => {
    const record = aTenantRecord({ ...guest, attestations: [valid] });

    expect(standingOf(record, inputs({ wantedPartnerId: null })).state).toBe('needs-person');
  });
});

describe('the state of a tenant held in two ways', () => {
  const kinds = ['lighthouse', 'service-principal'] as const;
  const registration = aRegistration({ facts: { accessKinds: kinds } });
  const scope = (n: number, ...coveredBy: ObservedKind[]) => aScopeRecord(n, { coveredBy });
  const home = scope(1, 'lighthouse');
  const own = scope(2, 'service-principal');

  it.each<[string, ScopeRecord[], LinkState, LinkState, string, string | null]>([
    ['both links are good', [home, own], 'linked', 'linked', 'earning', null],
    ['one link covers all, the other is bad', [own], 'unlinked', 'linked', 'earning', null],
    ['the one link that covers is bad', [own], 'linked', 'unlinked', 'unlinked', null],
    ['one of two links is bad', [home, own], 'linked', 'unlinked', 'partly-earning', 'unlinked'],
    ['one of two links was never read', [home, own], 'unknown', 'linked', 'partly-earning', 'link-not-read'],
    ['both links are bad', [home, own], 'unlinked', 'linked-elsewhere', 'linked-elsewhere', null],
    ['a scope is covered by both', [scope(1, ...kinds)], 'unlinked', 'linked', 'earning', null],
    [
      'the good link covers nothing that earns',
      [{ ...reader(1), coveredBy: ['lighthouse'] }, own],
      'linked',
      'unlinked',
      'not-earning',
      'unlinked',
    ],
  ])('when %s', (_, scopes, lighthouse, inTenant, state, reason) => {
    const links = {
      lighthouse: aLink({ state: lighthouse }),
      'service-principal': aLink({ state: inTenant }),
    };

    expect(standingOf(aCoveredTenant(scopes, { registration }), inputs({ links }))).toMatchObject({
      state,
      reason,
    });
  });

  it('tells the failure and the age of the link that covers, not of the other', () => {
    const stale = aLink({ failure: denied, readAt: '2026-03-01T00:00:00.000Z' });
    const links = { lighthouse: stale, 'service-principal': aLink() };

    expect(standingOf(aCoveredTenant([own], { registration }), inputs({ links }))).toMatchObject({
      state: 'earning',
      stale: false,
      failure: null,
    });
    expect(standingOf(aCoveredTenant([home], { registration }), inputs({ links }))).toMatchObject({
      state: 'not-earning',
      stale: true,
      failure: denied,
    });
  });
});

describe('a state goes before another', () => {
  const partly = [aScopeRecord(1), reader(2)];

  it.each<[string, string, TenantRecord, Partial<StateInputs>]>([
    [
      'offboarded',
      'needs-person',
      aTenantRecord({
        registration: aRegistration({
          facts: { accessKinds: ['guest-user'] },
          offboardedAt: '2026-03-09T00:00:00.000Z',
        }),
      }),
      {},
    ],
    [
      'awaiting-delegation',
      'unlinked',
      aTenantRecord({ phase: 'awaiting' }),
      homeLink({ state: 'unlinked' }),
    ],
    ['not-delegated', 'unlinked', aTenantRecord({ phase: 'not-delegated' }), homeLink({ state: 'unlinked' })],
    ['linked-elsewhere', 'partly-earning', aCoveredTenant(partly), homeLink({ state: 'linked-elsewhere' })],
    ['unlinked', 'not-earning', aCoveredTenant([reader(1)]), homeLink({ state: 'unlinked' })],
  ])('%s before %s', (state, _, record, changes) => {
    expect(standingOf(record, inputs(changes)).state).toBe(state);
  });
});

describe('a standing', () => {
  const lastGood = '2026-03-08T12:00:00.000Z';
  const record = aCoveredTenant([aScopeRecord()], { lastGood });

  it('is fresh up to 48 hours after the last good look', () => {
    expect(standingOf(record, inputs())).toMatchObject({ state: 'earning', stale: false, lastGood });
  });

  it('is stale after that, and no longer counted as earning', () => {
    const now = new Date('2026-03-10T12:00:00.001Z');

    expect(standingOf(record, inputs({ now }))).toMatchObject({
      state: 'not-earning',
      reason: 'stale',
      stale: true,
    });
  });

  it('is stale when the link has not been read for that long', () => {
    const linkReadAt = '2026-03-08T11:59:59.999Z';
    const fresh = aCoveredTenant([aScopeRecord()], { lastGood: '2026-03-10T12:00:00.000Z' });

    expect(standingOf(fresh, inputs(homeLink({ readAt: linkReadAt })))).toMatchObject({
      state: 'not-earning',
      stale: true,
    });
  });

  it('of a tenant that shows nothing does not age with the link', () => {
    const nothing = aTenantRecord({ phase: 'not-delegated', lastGood: '2026-03-10T11:00:00.000Z' });

    expect(standingOf(nothing, inputs(homeLink({ readAt: '2026-01-01T00:00:00.000Z' })))).toMatchObject({
      state: 'not-delegated',
      stale: false,
    });
  });

  it('of a tenant never read well is not stale but unobserved', () => {
    expect(standingOf(aTenantRecord(), inputs())).toMatchObject({
      state: 'unobserved',
      stale: false,
      lastGood: null,
    });
  });

  it('stays what it was while a look fails, with the failure beside it', () => {
    expect(standingOf(aCoveredTenant([aScopeRecord()], { failure: denied }), inputs())).toMatchObject({
      state: 'earning',
      failure: denied,
    });
  });

  it('shows the link’s failure where it has none of its own', () => {
    expect(standingOf(record, inputs(homeLink({ failure: denied }))).failure).toEqual(denied);
  });
});

describe('a link that somebody holds', () => {
  const covered = aCoveredTenant([aScopeRecord()]);

  it.each([
    ['for as long as they like', null, 'held'],
    ['until tomorrow', '2026-03-11T12:00:00.000Z', 'held'],
    ['until this moment, which has come', '2026-03-10T12:00:00.000Z', null],
  ])('reads as unlinked %s', (_, until, reason) => {
    const given = inputs(homeLink({ state: 'unlinked', held: { until } }));

    expect(standingOf(covered, given)).toMatchObject({ state: 'unlinked', reason });
  });

  it('is as good as it is while it has not been removed', () => {
    const given = inputs(homeLink({ held: { until: null } }));

    expect(standingOf(covered, given)).toMatchObject({ state: 'earning', reason: null });
  });

  it('is the reason for the scopes that only it made earn', () => {
    const both = aCoveredTenant([aScopeRecord(1), aScopeRecord(2, { coveredBy: ['service-principal'] })], {
      registration: aRegistration({ facts: { accessKinds: ['lighthouse', 'service-principal'] } }),
    });
    const links = {
      lighthouse: aLink({ state: 'unlinked', held: { until: null } }),
      'service-principal': aLink(),
    };

    expect(standingOf(both, inputs({ links }))).toMatchObject({ state: 'partly-earning', reason: 'held' });
  });
});
