import { describe, expect, it } from 'vitest';
import type { AccessKind } from '../../../src/lib/domain/tenant.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { standingOf as standingOfSummary, type StateInputs } from '../../../src/lib/domain/tenant-state.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import { HOUR } from '../../support/clock.ts';
import { aCoveredTenant, aRegistration, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const standingOf = (record: TenantRecord, given: StateInputs) => standingOfSummary(summaryOf(record), given);

function inputs(changes: Partial<StateInputs> = {}): StateInputs {
  return {
    link: 'linked',
    linkFailure: null,
    linkReadAt: '2026-03-10T11:55:00.000Z',
    sweptAt: null,
    now: new Date('2026-03-10T12:00:00.000Z'),
    staleAfterMs: 48 * HOUR,
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
      { link: 'unknown', linkReadAt: null },
      'unobserved',
      'link-not-read',
    ],
    [
      'is covered, its identity linked to another partner',
      aCoveredTenant([aScopeRecord()]),
      { link: 'linked-elsewhere' },
      'linked-elsewhere',
      null,
    ],
    [
      'is covered, its identity not linked',
      aCoveredTenant([aScopeRecord()]),
      { link: 'unlinked' },
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
    ['awaiting-delegation', 'unlinked', aTenantRecord({ phase: 'awaiting' }), { link: 'unlinked' }],
    ['not-delegated', 'unlinked', aTenantRecord({ phase: 'not-delegated' }), { link: 'unlinked' }],
    ['linked-elsewhere', 'partly-earning', aCoveredTenant(partly), { link: 'linked-elsewhere' }],
    ['unlinked', 'not-earning', aCoveredTenant([reader(1)]), { link: 'unlinked' }],
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

    expect(standingOf(fresh, inputs({ linkReadAt }))).toMatchObject({ state: 'not-earning', stale: true });
  });

  it('of a tenant that shows nothing does not age with the link', () => {
    const nothing = aTenantRecord({ phase: 'not-delegated', lastGood: '2026-03-10T11:00:00.000Z' });

    expect(standingOf(nothing, inputs({ linkReadAt: '2026-01-01T00:00:00.000Z' }))).toMatchObject({
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
    expect(standingOf(record, inputs({ linkFailure: denied })).failure).toEqual(denied);
  });
});
