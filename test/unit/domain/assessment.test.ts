import { describe, expect, it } from 'vitest';
import { assess, closeRecord } from '../../../src/lib/domain/assessment.ts';
import type { Reading } from '../../../src/lib/domain/reading.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { DAY, HOUR } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  aPlan,
  aReading,
  aReadingWithRole,
  anUnreadable,
  ids,
  resourceGroup,
  roles,
  someFacts,
  someRules,
  subscription,
} from '../../support/delegations.ts';
import {
  aCoveredTenant,
  aGap,
  anAttestation,
  aRegistration,
  aScopeRecord,
  aTenantRecord,
} from '../../support/tenants.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');
const rules = someRules({ expectDelegationWithinMs: 14 * DAY });
const scopeId = (n: number) => subscription(n).id;

function look(before: TenantRecord, readings: readonly Reading[], at = NOON) {
  return assess(before, { at, causeId: 'event-1', readings }, rules);
}

const verdictsIn = (record: TenantRecord) => record.scopes.map(({ scope, verdict }) => [scope, verdict]);
const notVisible = (n: number): Reading => ({ kind: 'not-visible', scope: subscription(n) });
const gone = (n: number): Reading => ({ kind: 'gone', scope: subscription(n) });
const nothingDelegated = (n: number) => aReading(n, { delegations: [] });

describe('the first look at a tenant', () => {
  it('records each scope and says what changed', () => {
    const assessment = look(aTenantRecord(), [aReading(1)]);

    const now = NOON.toISOString();
    expect(assessment.record).toEqual(
      aTenantRecord({
        phase: 'covered',
        scopes: [aScopeRecord(1, { since: now, directAt: now, provenAt: now })],
        lastGood: NOON.toISOString(),
        version: 1,
      }),
    );
    expect(assessment).toMatchObject({
      complete: true,
      change: {
        version: 1,
        at: NOON.toISOString(),
        causeId: 'event-1',
        phase: { from: 'unobserved', to: 'covered' },
        scopes: [{ scope: scopeId(1), from: null, to: 'earning' }],
        gapsOpened: [],
        gapsClosed: [],
      },
    });
  });

  it('awaits the delegation while there is nothing to see, without telling anybody', () => {
    const assessment = look(aTenantRecord(), []);

    expect(assessment).toMatchObject({
      change: null,
      record: { phase: 'awaiting', lastGood: NOON.toISOString(), version: 0 },
    });
  });

  it('gives up waiting when the time a delegation may take has passed', () => {
    const lastMoment = new Date('2026-03-15T11:59:59.999Z');
    const after = new Date('2026-03-15T12:00:00.000Z');

    expect(look(aTenantRecord(), [], lastMoment).record.phase).toBe('awaiting');
    expect(look(aTenantRecord(), [], after)).toMatchObject({
      record: { phase: 'not-delegated', version: 1 },
      change: { phase: { from: 'unobserved', to: 'not-delegated' } },
    });
  });

  it('changes nothing when it could not read everything', () => {
    const before = aTenantRecord();

    const assessment = look(before, [aReading(1), anUnreadable(2)]);

    expect(assessment).toEqual({
      record: before,
      change: null,
      closedGaps: [],
      droppedScopes: [],
      complete: false,
    });
  });

  it('ignores delegations to other partners', () => {
    const delegations = [aDelegation({ managedByTenantId: ids.otherPartner })];

    expect(look(aTenantRecord(), [aReading(1, { delegations })]).record.phase).toBe('awaiting');
  });

  it('knows its own tenant in any case', () => {
    const delegations = [aDelegation({ managedByTenantId: ids.managingTenant.toUpperCase() })];

    expect(look(aTenantRecord(), [aReading(1, { delegations })]).record.phase).toBe('covered');
  });

  it('records every subscription', () => {
    const assessment = look(aTenantRecord(), [aReading(2), aReadingWithRole(1, roles.reader)]);

    expect(verdictsIn(assessment.record)).toEqual([
      [scopeId(1), 'role-not-eligible'],
      [scopeId(2), 'earning'],
    ]);
  });

  it('records a resource group beside its subscription, and what it inherits', () => {
    const web = resourceGroup(1, 'Web');
    const reading = aReading(1, {
      delegations: [
        aDelegation(),
        aDelegation({ scope: web, authorizations: [aGrant(roles.reader)], plan: aPlan() }),
      ],
    });

    const { record } = look(aTenantRecord(), [reading]);

    expect(record.scopes).toMatchObject([
      { scope: scopeId(1), verdict: 'earning', inherited: false, marketplace: false },
      { scope: web.id, verdict: 'earning', inherited: true, marketplace: true },
    ]);
  });

  it('says what a scope counts for, by the agreement that was told before the offer', () => {
    const told = aTenantRecord({ registration: aRegistration({ facts: { agreement: 'ea' } }) });

    const [assumed, known] = [aTenantRecord(), told].map((before) => look(before, [aReading(1)]).record);

    expect(assumed?.scopes[0]?.countsFor).toBe('pec');
    expect(known?.scopes[0]?.countsFor).toBe('recognition');
  });

  it('records an expected subscription that nobody sees', () => {
    const { record } = look(aTenantRecord(), [aReading(1), notVisible(2)]);

    expect(record.phase).toBe('covered');
    expect(record.scopes[1]).toMatchObject({ scope: scopeId(2), verdict: 'not-visible', directAt: null });
    expect(record.openGaps).toEqual([]);
  });

  it('is not covered by expected subscriptions that nobody sees', () => {
    expect(look(aTenantRecord(), [notVisible(1)]).record.phase).toBe('awaiting');
  });
});

describe('a further look', () => {
  const covered = aCoveredTenant([aScopeRecord(1)]);

  it('that shows the same only makes the record younger', () => {
    const assessment = look(covered, [aReading(1)]);

    expect(assessment.change).toBeNull();
    expect(assessment.record).toMatchObject({ version: 1, lastGood: NOON.toISOString() });
    expect(assessment.record.scopes[0]).toMatchObject({
      since: '2026-03-02T12:00:00.000Z',
      directAt: NOON.toISOString(),
    });
  });

  it.each<[string, ReturnType<typeof aReading>]>([
    ['roleIds', aReadingWithRole(1, roles.supportRequestContributor)],
    ['countsFor', aReading(1, { facts: someFacts(1, { quotaId: 'MSDN_2014-09-01' }) })],
  ])('that shows other %s is a change though the verdict stands', (_, reading) => {
    const assessment = look(covered, [reading]);

    expect(assessment.change).toMatchObject({ version: 2, scopes: [], gapsOpened: [] });
    expect(assessment.record.scopes[0]?.since).toBe('2026-03-02T12:00:00.000Z');
  });

  it('notes since when the verdict stands', () => {
    const { record } = look(covered, [aReadingWithRole(1, roles.reader)]);

    expect(record.scopes[0]).toMatchObject({ verdict: 'role-not-eligible', since: NOON.toISOString() });
  });

  it('by the index keeps the time of the last direct read', () => {
    const { record } = look(covered, [aReading(1, { direct: false })]);

    expect(record.scopes[0]?.directAt).toBe('2026-03-09T12:00:00.000Z');
  });

  it('compares scopes without case', () => {
    const before = aCoveredTenant([aScopeRecord(1, { scope: scopeId(1).toUpperCase() })]);

    expect(look(before, [aReading(1)]).change).toBeNull();
  });

  it('does not tell a difference between the order of the ledger and its own', () => {
    const underscore = resourceGroup(1, 'web_a');
    const digit = resourceGroup(1, 'web1');
    const delegations = [aDelegation({ scope: underscore }), aDelegation({ scope: digit })];
    const before = look(aTenantRecord(), [aReading(1, { delegations })]).record;
    const asRead = { ...before, scopes: before.scopes.toReversed() };

    expect(look(asRead, [aReading(1, { delegations })]).change).toBeNull();
  });
});

describe('a look that could not read everything', () => {
  it('keeps the last verdict of what it could not read', () => {
    const before = aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]);

    const assessment = look(before, [anUnreadable(1), aReadingWithRole(2, roles.reader)]);

    expect(verdictsIn(assessment.record)).toEqual([
      [scopeId(1), 'earning'],
      [scopeId(2), 'role-not-eligible'],
    ]);
    expect(assessment).toMatchObject({ complete: false, record: { lastGood: before.lastGood } });
  });

  it('keeps the resource groups of a subscription it could not read', () => {
    const web = resourceGroup(1, 'web');
    const before = aCoveredTenant([
      aScopeRecord(1),
      aScopeRecord(1, { scope: web.id, verdict: 'role-unknown' }),
    ]);

    const assessment = look(before, [anUnreadable(1)]);

    expect(assessment.record).toEqual(before);
    expect(assessment.change).toBeNull();
  });

  it('does not take a subscription for a resource group whose name begins like it', () => {
    const before = aCoveredTenant([
      aScopeRecord(1, { scope: resourceGroup(1, 'web').id }),
      aScopeRecord(1, { scope: resourceGroup(1, 'web-2').id }),
    ]);
    const onlyFirst: Reading = { ...anUnreadable(1), scope: resourceGroup(1, 'web') };

    const { droppedScopes } = look(before, [onlyFirst]);

    expect(droppedScopes).toEqual([resourceGroup(1, 'web-2').id.toLowerCase()]);
  });

  it('keeps a gap open', () => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })], {
      openGaps: [aGap(1)],
    });

    expect(look(before, [anUnreadable(1)]).record.openGaps).toEqual([aGap(1)]);
  });

  it('does not open a gap for a delegation that was not ready a day ago', () => {
    const before = aCoveredTenant([
      aScopeRecord(1, { verdict: 'delegation-not-ready', since: '2026-03-08T12:00:00.000Z' }),
    ]);

    const assessment = look(before, [anUnreadable(1)]);

    expect(assessment.record.openGaps).toEqual([]);
  });
});

describe('a gap', () => {
  it('is opened by the first look that shows it, with the last look that showed it earning', () => {
    const before = aCoveredTenant([aScopeRecord(1)]);

    const assessment = look(before, [aReadingWithRole(1, roles.reader)]);

    expect(assessment.record.openGaps).toEqual([
      {
        scope: scopeId(1),
        reason: 'role-not-eligible',
        openedAt: NOON.toISOString(),
        firstBadAt: NOON.toISOString(),
        lastBadAt: NOON.toISOString(),
        lastEarningAt: '2026-03-09T12:00:00.000Z',
        closedAt: null,
        ending: null,
        acceptance: null,
      },
    ]);
    expect(assessment.change).toMatchObject({ gapsOpened: [scopeId(1)], gapsClosed: [] });
  });

  it('of a scope that never earned names no last good look', () => {
    const { record } = look(aTenantRecord(), [aReadingWithRole(1, roles.reader)]);

    expect(record.openGaps).toMatchObject([{ openedAt: NOON.toISOString(), lastEarningAt: null }]);
  });

  it('stays one gap when its reason changes', () => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })], {
      openGaps: [aGap(1)],
    });
    const delegations = [aDelegation({ authorizations: [aGrant(roles.contributor, ids.stranger)] })];

    const assessment = look(before, [aReading(1, { delegations })]);

    expect(assessment.record.openGaps).toEqual([
      aGap(1, { reason: 'principal-missing', lastBadAt: NOON.toISOString() }),
    ]);
    expect(assessment.change).toMatchObject({ gapsOpened: [], gapsClosed: [] });
  });

  it('is closed by the look that shows it repaired', () => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })], {
      openGaps: [aGap(1)],
    });

    const assessment = look(before, [aReading(1)]);

    expect(assessment.record.openGaps).toEqual([]);
    expect(assessment.closedGaps).toEqual([
      aGap(1, {
        lastBadAt: '2026-03-09T12:00:00.000Z',
        closedAt: NOON.toISOString(),
        ending: { as: 'repaired' },
      }),
    ]);
    expect(assessment.change).toMatchObject({ gapsClosed: [scopeId(1)] });
  });

  it.each<[string, ReturnType<typeof aReading>]>([
    ['an unknown role', aReadingWithRole(1, roles.assignmentDelete)],
    ['a disabled subscription', aReading(1, { facts: someFacts(1, { state: 'Disabled' }) })],
  ])('is closed by %s, which is not counted as one', (_, reading) => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })], {
      openGaps: [aGap(1)],
    });

    expect(look(before, [reading]).closedGaps).toHaveLength(1);
  });

  it.each<[string, Reading]>([
    ['is being redeployed', aReading(1, { delegations: [aDelegation({ provisioningState: 'Updating' })] })],
    ['is out of sight', notVisible(1)],
  ])('is not repaired by a delegation that %s', (_, reading) => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' }), aScopeRecord(2)], {
      openGaps: [aGap(1)],
    });

    const assessment = look(before, [reading, aReading(2)]);

    expect(assessment.record.openGaps).toEqual([aGap(1, { lastBadAt: '2026-03-09T12:00:00.000Z' })]);
    expect(assessment.closedGaps).toEqual([]);
  });

  it('opens after a delegation has not been ready for a day', () => {
    const coming = aReading(1, { delegations: [aDelegation({ provisioningState: 'Accepted' })] });
    const first = look(aTenantRecord(), [coming]);

    const before = look(first.record, [coming], new Date(NOON.getTime() + DAY - 1));
    const after = look(first.record, [coming], new Date(NOON.getTime() + DAY));

    expect(before.change).toBeNull();
    expect(after.record.openGaps).toMatchObject([{ reason: 'delegation-not-ready', lastEarningAt: null }]);
    expect(after.change).toMatchObject({ scopes: [], gapsOpened: [scopeId(1)] });
  });
});

describe('a scope has gone', () => {
  const before = aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]);

  it('when that is proven', () => {
    const assessment = look(before, [gone(1), aReading(2)]);

    const at = NOON.toISOString();
    expect(assessment.record.scopes[0]).toMatchObject({ verdict: 'gone', since: at, directAt: at });
    expect(assessment.record.openGaps).toMatchObject([{ scope: scopeId(1), reason: 'gone' }]);
  });

  it('when a direct list lacks our delegation', () => {
    const assessment = look(before, [nothingDelegated(1), aReading(2)]);

    expect(verdictsIn(assessment.record)).toEqual([
      [scopeId(1), 'gone'],
      [scopeId(2), 'earning'],
    ]);
  });

  it('but not when only the index lacks it', () => {
    const assessment = look(before, [aReading(1, { delegations: [], direct: false }), aReading(2)]);

    expect(assessment.change).toBeNull();
  });

  it('with its resource groups, when the whole subscription has', () => {
    const web = resourceGroup(1, 'web');
    const withGroup = aCoveredTenant([aScopeRecord(1), aScopeRecord(1, { scope: web.id })]);

    expect(verdictsIn(look(withGroup, [gone(1)]).record)).toEqual([
      [scopeId(1), 'gone'],
      [web.id, 'gone'],
    ]);
  });

  it('not, when it is a resource group whose whole subscription earns: it is covered with it', () => {
    const web = resourceGroup(1, 'web');
    const withGroup = aCoveredTenant([aScopeRecord(1), aScopeRecord(1, { scope: web.id })]);

    expect(verdictsIn(look(withGroup, [aReading(1)]).record)).toEqual([[scopeId(1), 'earning']]);
  });

  it('alone, when it is a resource group that earned while its subscription does not', () => {
    const web = resourceGroup(1, 'web');
    const withGroup = aCoveredTenant([
      aScopeRecord(1, { verdict: 'principal-missing' }),
      aScopeRecord(1, { scope: web.id }),
    ]);
    const withoutUs = aReading(1, { delegations: [aDelegation({ authorizations: [] })] });

    expect(verdictsIn(look(withGroup, [withoutUs]).record)).toEqual([
      [scopeId(1), 'principal-missing'],
      [web.id, 'gone'],
    ]);
  });

  it.each([
    ['inactive', 'subscription-inactive'],
    ['never seen', 'not-visible'],
  ] as const)('unless it was %s: then it is dropped', (_, verdict) => {
    const withLoss = aCoveredTenant([aScopeRecord(1, { verdict }), aScopeRecord(2)]);

    const assessment = look(withLoss, [gone(1), aReading(2)]);

    expect(verdictsIn(assessment.record)).toEqual([[scopeId(2), 'earning']]);
    expect(assessment.droppedScopes).toEqual([scopeId(1)]);
    expect(assessment.record.openGaps).toEqual([]);
  });

  it('and stays told until it is seen again', () => {
    const after = look(before, [gone(1), aReading(2)]).record;

    const later = look(after, [aReading(2)], new Date(NOON.getTime() + HOUR));
    const back = look(later.record, [aReading(1), aReading(2)], new Date(NOON.getTime() + 2 * HOUR));

    expect(later.change).toBeNull();
    expect(verdictsIn(later.record)[0]).toEqual([scopeId(1), 'gone']);
    expect(back.record.openGaps).toEqual([]);
    expect(back.closedGaps).toHaveLength(1);
  });

  it('and is not taken back by nobody seeing it', () => {
    const after = look(before, [gone(1), aReading(2)]).record;

    expect(look(after, [notVisible(1), aReading(2)]).change).toBeNull();
  });

  it('and leaves the tenant not delegated when it was the last one', () => {
    const { record } = look(aCoveredTenant([aScopeRecord(1)]), [gone(1)]);

    expect(record.phase).toBe('not-delegated');
  });
});

describe('a tenant that showed nothing', () => {
  const nothing = aTenantRecord({ phase: 'not-delegated', version: 1, lastGood: NOON.toISOString() });

  it('stays not delegated, silently', () => {
    expect(look(nothing, []).change).toBeNull();
  });

  it('is covered as soon as something shows', () => {
    expect(look(nothing, [aReading(1)])).toMatchObject({
      record: { phase: 'covered', version: 2 },
      change: { phase: { from: 'not-delegated', to: 'covered' } },
    });
  });
});

describe('closing a record', () => {
  it('ends its gaps and forgets its scopes and attestations', () => {
    const before = aCoveredTenant([aScopeRecord(1, { verdict: 'role-not-eligible' })], {
      openGaps: [aGap(1)],
      attestations: [anAttestation()],
    });

    const closed = closeRecord(before, { at: NOON, causeId: 'event-2' });

    expect(closed.complete).toBe(true);
    const ended = aGap(1, {
      lastBadAt: '2026-03-09T12:00:00.000Z',
      closedAt: NOON.toISOString(),
      ending: { as: 'offboarded' },
    });
    expect(closed.record).toEqual({
      ...before,
      phase: 'closed',
      scopes: [],
      attestations: [],
      openGaps: [],
      closedGaps: [ended],
      version: 2,
    });
    expect(closed.droppedScopes).toEqual([scopeId(1)]);
    expect(closed.closedGaps).toEqual([ended]);
    expect(closed.change).toEqual({
      version: 2,
      at: NOON.toISOString(),
      causeId: 'event-2',
      phase: { from: 'covered', to: 'closed' },
      scopes: [{ scope: scopeId(1), from: 'role-not-eligible', to: null }],
      gapsOpened: [],
      gapsClosed: [scopeId(1)],
      gapsAccepted: [],
      gapsReopened: [],
    });
  });

  it('again changes nothing', () => {
    const closed = closeRecord(aCoveredTenant([aScopeRecord(1)]), { at: NOON, causeId: 'event-2' }).record;

    expect(closeRecord(closed, { at: NOON, causeId: 'event-3' })).toMatchObject({
      record: closed,
      change: null,
      complete: true,
    });
  });
});

describe('readings that overlap', () => {
  const web = resourceGroup(1, 'web');
  const before = aCoveredTenant([aScopeRecord(1), aScopeRecord(1, { scope: web.id })]);
  const groupStays: Reading = aReading(1, { scope: web, delegations: [aDelegation({ scope: web })] });

  it('do not lose a resource group that is delegated still when its subscription no longer is', () => {
    const assessment = look(before, [groupStays, gone(1)]);

    expect(verdictsIn(assessment.record)).toEqual([
      [scopeId(1), 'gone'],
      [web.id, 'earning'],
    ]);
  });
});
