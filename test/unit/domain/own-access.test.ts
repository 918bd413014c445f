/** Coverage by our service principal's roles in a customer's tenant, alone and beside Lighthouse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess, type Look } from '../../../src/lib/domain/assessment.ts';
import type { Reading } from '../../../src/lib/domain/reading.ts';
import type { Verdict } from '../../../src/lib/domain/coverage.ts';
import type { RoleAssignment } from '../../../src/lib/domain/role-assignment.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import type { AccessKind, ObservedKind } from '../../../src/lib/domain/tenant.ts';
import { DAY, HOUR } from '../../support/clock.ts';
import {
  aDelegation,
  aGrant,
  anAssignment,
  anOwnReading,
  anUnreadable,
  aReading,
  aReadingWithRole,
  resourceGroup,
  roles,
  someFacts,
  someRules,
  subscription,
} from '../../support/delegations.ts';
import { aCoveredTenant, aGap, aRegistration, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');
const rules = someRules({ expectDelegationWithinMs: 14 * DAY });
const whole = subscription(1).id;
const web = resourceGroup(1, 'Web');
const data = resourceGroup(1, 'Data');
const account = `${web.id}/providers/Microsoft.Storage/storageAccounts/one`;
const managementGroup = '/providers/Microsoft.Management/managementGroups/contoso';

const heldBy = (...accessKinds: AccessKind[]) => aRegistration({ facts: { accessKinds } });
const ownOnly = { registration: heldBy('service-principal') };
const both = { registration: heldBy('lighthouse', 'service-principal') };

function look(before: TenantRecord, seen: Partial<Look>, at = NOON) {
  return assess(before, { at, causeId: 'event-1', readings: null, ...seen }, rules);
}

const told = (record: TenantRecord) => record.scopes.map(({ scope, verdict }) => [scope, verdict]);
const ownScope = (changes: Parameters<typeof aScopeRecord>[1] = {}) =>
  aScopeRecord(1, { coveredBy: ['service-principal'], ...changes });
const groupScope = (changes: Parameters<typeof aScopeRecord>[1] = {}) =>
  ownScope({ scope: web.id, ...changes });

describe('the roles our service principal holds', () => {
  it.each<[string, RoleAssignment[], [string, Verdict, boolean][]]>([
    ['on the subscription', [anAssignment()], [[whole, 'earning', false]]],
    ['on a management group', [anAssignment(managementGroup)], [[whole, 'earning', true]]],
    ['at the root', [anAssignment('/')], [[whole, 'earning', true]]],
    ['on a resource group', [anAssignment(web.id)], [[web.id, 'earning', false]]],
    ['on a resource', [anAssignment(account)], [[web.id, 'earning', false]]],
    [
      'on the subscription: Reader',
      [anAssignment(whole, roles.reader)],
      [[whole, 'role-not-eligible', false]],
    ],
    [
      'on the subscription: Reader and one nobody has published',
      [anAssignment(whole, roles.reader), anAssignment(whole, roles.assignmentDelete)],
      [[whole, 'role-unknown', false]],
    ],
    [
      'Reader on the subscription, more above it',
      [anAssignment(whole, roles.reader), anAssignment(managementGroup)],
      [[whole, 'earning', true]],
    ],
    [
      'Reader on the subscription, more on a group',
      [anAssignment(whole, roles.reader), anAssignment(web.id)],
      [
        [whole, 'role-not-eligible', false],
        [web.id, 'earning', false],
      ],
    ],
    [
      'more on the subscription, Reader on a group',
      [anAssignment(), anAssignment(web.id, roles.reader)],
      [[whole, 'earning', false]],
    ],
    [
      'on groups spelled in two ways',
      [anAssignment(web.id, roles.reader), anAssignment(account.toUpperCase())],
      [[web.id, 'earning', false]],
    ],
    ['nowhere', [], [[whole, 'principal-missing', false]]],
  ])('%s', (_, assignments, scopes) => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading(1, assignments)] });

    expect(record.scopes.map((s) => [s.scope, s.verdict, s.inherited])).toEqual(scopes);
    expect(record.phase).toBe('covered');
  });

  it('are told with what a person needs to understand the verdict', () => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading()] });

    const now = NOON.toISOString();
    expect(record.scopes).toEqual([ownScope({ since: now, directAt: now, provenAt: now, offers: [] })]);
  });

  it('do not count in a subscription that is disabled', () => {
    const reading: Reading = {
      kind: 'role-assignments',
      scope: subscription(1),
      facts: someFacts(1, { state: 'Disabled' }),
      assignments: [anAssignment()],
    };

    const { record } = look(aTenantRecord(ownOnly), { inTenant: [reading] });

    expect(told(record)).toEqual([[whole, 'subscription-inactive']]);
  });

  it.each([
    ['each of them is', [anAssignment(whole, roles.contributor, true)], true],
    ['one is not', [anAssignment(whole, roles.contributor, true), anAssignment()], false],
    [
      'those that earn are',
      [anAssignment(whole, roles.contributor, true), anAssignment(whole, roles.reader)],
      true,
    ],
  ])('are told to be conditional where %s', (_, assignments, conditional) => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading(1, assignments)] });

    expect(record.scopes).toMatchObject([{ verdict: 'earning', conditional }]);
  });
});

describe('a role with an end', () => {
  const JUNE = '2026-06-30T22:00:00.000Z';
  const DECEMBER = '2026-12-31T23:00:00.000Z';
  const until = (endsAt: string, scope = whole, roleId = roles.contributor) =>
    anAssignment(scope, roleId, false, { endsAt });
  const justInTime = (scope = whole, roleId = roles.contributor) =>
    anAssignment(scope, roleId, false, { activated: true, endsAt: JUNE });

  it.each<[string, RoleAssignment[], string | null]>([
    ['is that of its one role', [until(JUNE)], JUNE],
    ['is that of the last of its roles', [until(JUNE), until(DECEMBER, managementGroup)], DECEMBER],
    ['is none where one of its roles has none', [until(JUNE), anAssignment(managementGroup)], null],
    ['is not put off by a role that earns nothing', [until(JUNE), anAssignment(whole, roles.reader)], JUNE],
    ['is not put off by one that was taken just in time', [until(DECEMBER), justInTime('/')], DECEMBER],
  ])('earns until then: the end of a scope %s', (_, assignments, endsAt) => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading(1, assignments)] });

    expect(record.scopes).toMatchObject([{ scope: whole, verdict: 'earning', endsAt }]);
    expect(record.openGaps).toEqual([]);
  });

  it.each<[string, RoleAssignment[], Verdict]>([
    ['earns nothing by itself', [justInTime()], 'eligible-only'],
    [
      'earns nothing beside one that earns nothing',
      [justInTime(), anAssignment(whole, roles.reader)],
      'role-not-eligible',
    ],
    [
      'earns nothing beside one that nobody has decided',
      [justInTime(), anAssignment(whole, roles.assignmentDelete)],
      'role-unknown',
    ],
    ['takes nothing from one that is permanent', [justInTime(), anAssignment()], 'earning'],
  ])('that was taken just in time %s', (_, assignments, verdict) => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading(1, assignments)] });

    expect(record.scopes).toMatchObject([{ scope: whole, verdict, endsAt: null }]);
    expect(record.openGaps.map(({ reason }) => reason)).toEqual(
      verdict === 'eligible-only' || verdict === 'role-not-eligible' ? [verdict] : [],
    );
  });

  it('on a group that has been taken just in time is told by the roles it rests on', () => {
    const { record } = look(aTenantRecord(ownOnly), { inTenant: [anOwnReading(1, [justInTime(web.id)])] });

    expect(record.scopes).toMatchObject([
      { scope: web.id, verdict: 'eligible-only', roleIds: [roles.contributor] },
    ]);
  });

  it('is a change when it is another one, told once, and no gap', () => {
    const before = aCoveredTenant([ownScope()], ownOnly);
    const seen = (endsAt: string | null, record: TenantRecord) =>
      look(record, { inTenant: [anOwnReading(1, [endsAt ? until(endsAt) : anAssignment()])] });

    const limited = seen(JUNE, before);
    const again = seen(JUNE, limited.record);
    const prolonged = seen(DECEMBER, again.record);
    const permanent = seen(null, prolonged.record);

    expect(limited.change).toMatchObject({ scopes: [], endings: [{ scope: whole, from: null, to: JUNE }] });
    expect(again.change).toBeNull();
    expect(prolonged.change?.endings).toEqual([{ scope: whole, from: JUNE, to: DECEMBER }]);
    expect(permanent.change?.endings).toEqual([{ scope: whole, from: DECEMBER, to: null }]);
    expect(permanent.record).toMatchObject({ openGaps: [], version: 4 });
  });

  it('is told no more once the scope does not earn', () => {
    const before = aCoveredTenant([ownScope({ endsAt: JUNE })], ownOnly);

    const lost = look(before, { inTenant: [anOwnReading(1, [])] });
    const gone = look(before, { inTenant: [{ kind: 'gone', scope: subscription(1) }] });

    for (const { record, change } of [lost, gone]) {
      expect(record.scopes).toMatchObject([{ endsAt: null }]);
      expect(record.openGaps).toHaveLength(1);
      expect(change?.endings).toBeUndefined();
    }
  });

  it('stands while it cannot be read', () => {
    const before = aCoveredTenant([ownScope({ endsAt: JUNE })], ownOnly);

    expect(look(before, { inTenant: [anUnreadable(1)] })).toMatchObject({ record: before, change: null });
  });

  it('does not end what a delegation makes earn', () => {
    const before = aTenantRecord(both);

    const { record } = look(before, { readings: [aReading()], inTenant: [anOwnReading(1, [until(JUNE)])] });

    expect(record.scopes).toMatchObject([
      { coveredBy: ['lighthouse', 'service-principal'], verdict: 'earning', endsAt: null },
    ]);
  });
});

describe('a role that is taken away', () => {
  it('from a group falls back to what the subscription hands down, as a gap', () => {
    const before = aCoveredTenant([ownScope({ verdict: 'role-not-eligible' }), groupScope()], ownOnly);

    const assessment = look(before, { inTenant: [anOwnReading(1, [anAssignment(whole, roles.reader)])] });

    expect(told(assessment.record)).toEqual([
      [whole, 'role-not-eligible'],
      [web.id, 'role-not-eligible'],
    ]);
    expect(assessment.change?.gapsOpened).toContain(web.id);
  });

  it('from one of two groups is gone, as a gap', () => {
    const before = aCoveredTenant([groupScope()], ownOnly);

    const assessment = look(before, { inTenant: [anOwnReading(1, [anAssignment(data.id)])] });

    expect(told(assessment.record)).toEqual([
      [data.id, 'earning'],
      [web.id, 'gone'],
    ]);
    expect(assessment.change?.gapsOpened).toEqual([web.id]);
  });

  it('from a group and given on the subscription instead loses nothing', () => {
    const before = aCoveredTenant([groupScope({ verdict: 'gone' })], {
      ...ownOnly,
      openGaps: [aGap(1, { scope: web.id, reason: 'gone' })],
    });

    const assessment = look(before, { inTenant: [anOwnReading()] });

    expect(told(assessment.record)).toEqual([[whole, 'earning']]);
    expect(assessment.record.openGaps).toEqual([]);
    expect(assessment.droppedScopes).toEqual([web.id.toLowerCase()]);
  });
});

describe('two ways of access', () => {
  it.each<[string, Reading[], Reading[], Verdict, string[]]>([
    ['both earn', [aReading()], [anOwnReading()], 'earning', ['lighthouse', 'service-principal']],
    [
      'only the delegation earns',
      [aReading()],
      [anOwnReading(1, [anAssignment(whole, roles.reader)])],
      'earning',
      ['lighthouse'],
    ],
    [
      'only the role earns',
      [aReadingWithRole(1, roles.reader)],
      [anOwnReading()],
      'earning',
      ['service-principal'],
    ],
    [
      'the delegation has gone',
      [{ kind: 'gone', scope: subscription(1) }],
      [anOwnReading()],
      'earning',
      ['service-principal'],
    ],
    [
      'one does not see it',
      [aReading()],
      [{ kind: 'not-visible', scope: subscription(1) }],
      'earning',
      ['lighthouse'],
    ],
  ])('make a scope as good as its best coverage when %s', (_, readings, inTenant, verdict, coveredBy) => {
    const before = aCoveredTenant(
      [aScopeRecord(1, { coveredBy: ['lighthouse', 'service-principal'] })],
      both,
    );

    const { record } = look(before, { readings, inTenant });

    expect(record.scopes).toMatchObject([{ scope: whole, verdict, coveredBy }]);
    expect(record.scopes[0]?.since).toBe(aScopeRecord(1).since);
    expect(record.openGaps).toEqual([]);
  });

  it('lose a scope only when neither holds it', () => {
    const before = aCoveredTenant(
      [aScopeRecord(1, { coveredBy: ['lighthouse', 'service-principal'] })],
      both,
    );
    const gone: Reading[] = [{ kind: 'gone', scope: subscription(1) }];

    expect(told(look(before, { readings: gone, inTenant: [anUnreadable(1)] }).record)).toEqual([
      [whole, 'earning'],
    ]);
    expect(told(look(before, { readings: gone }).record)).toEqual([[whole, 'earning']]);
    expect(told(look(before, { readings: gone, inTenant: gone }).record)).toEqual([[whole, 'gone']]);
  });

  const earnsByDelegation = aReading(1, { delegations: [aDelegation()] });
  const readerByDelegation = aReading(1, {
    scope: web,
    delegations: [aDelegation({ scope: web, authorizations: [aGrant(roles.reader)] })],
  });

  it.each<[string, string, Partial<Look>]>([
    [
      'the delegation of its subscription earns, its own role does not',
      'lighthouse',
      { readings: [earnsByDelegation], inTenant: [anOwnReading(1, [anAssignment(web.id, roles.reader)])] },
    ],
    [
      'the role on its subscription earns, its own delegation does not',
      'service-principal',
      { readings: [readerByDelegation], inTenant: [anOwnReading()] },
    ],
  ])('hand down to a group what its subscription earns: %s', (_, way, seen) => {
    const { record } = look(aTenantRecord(both), seen);

    expect(record.scopes).toMatchObject([
      { scope: whole, verdict: 'earning', inherited: false, coveredBy: [way] },
      { scope: web.id, verdict: 'earning', inherited: true, coveredBy: [way], roleIds: [roles.contributor] },
    ]);
    expect(record.openGaps).toEqual([]);
    expect(look(record, seen).change).toBeNull();
  });

  it('lose no group whose subscription earns in the other way', () => {
    const before = aCoveredTenant([aScopeRecord(1), groupScope()], both);

    const assessment = look(before, {
      readings: [earnsByDelegation],
      inTenant: [{ kind: 'gone', scope: subscription(1) }],
    });

    expect(told(assessment.record)).toEqual([[whole, 'earning']]);
    expect(assessment.change?.gapsOpened).toEqual([]);
  });

  it('are complete only when both were looked at', () => {
    const before = aTenantRecord(both);

    expect(look(before, { readings: [aReading()], inTenant: [anOwnReading()] }).complete).toBe(true);
    expect(look(before, { readings: [aReading()] }).complete).toBe(false);
    expect(look(before, { inTenant: [anOwnReading()] }).complete).toBe(false);
  });

  it('are first told by the one that could be read, and then age until both can be', () => {
    const first = look(aTenantRecord(both), { readings: [aReading()] });
    const later = look(first.record, { readings: [aReading()] }, new Date(NOON.getTime() + HOUR));

    expect(first.record).toMatchObject({ phase: 'covered', lastGood: NOON.toISOString(), version: 1 });
    expect(later.record).toMatchObject({ phase: 'covered', lastGood: NOON.toISOString(), version: 1 });
  });

  it.each<[string, Partial<Look>]>([
    ['could not look', {}],
    ['saw nothing while the other could not look', { readings: [] }],
    ['read a part while the other could not look', { readings: [aReading(1), anUnreadable(2)] }],
  ])('tell nothing of a new tenant when one %s', (_, seen) => {
    const before = aTenantRecord(both);

    expect(look(before, seen)).toMatchObject({ record: before, change: null, complete: false });
  });

  it('leave no trace of one that is given up', () => {
    const before = aCoveredTenant([ownScope()], { registration: heldBy('lighthouse') });

    const assessment = look(before, { readings: [aReading(2)] });

    expect(told(assessment.record)).toEqual([[subscription(2).id, 'earning']]);
    expect(assessment.droppedScopes).toEqual([whole]);
  });
});

describe('a way of access that is refused', () => {
  const denied = (n: number) => anUnreadable(n, 'denied');
  const delegated = aScopeRecord(1);
  const lighthouseOnly = aCoveredTenant([delegated], both);
  const good = NOON.toISOString();
  const old = lighthouseOnly.lastGood;

  it.each<[string, Partial<Look>, TenantRecord, string | null]>([
    [
      'and has never shown anything does not make the other grow old',
      { readings: [aReading()], refused: ['service-principal'] },
      lighthouseOnly,
      good,
    ],
    [
      'in all that it lists, and has never shown anything, does not either',
      { readings: [aReading()], inTenant: [denied(2), denied(3)] },
      lighthouseOnly,
      good,
    ],
    [
      'and only expects what nobody has seen does not either',
      { readings: [aReading()], refused: ['service-principal'] },
      aCoveredTenant([delegated, ownScope({ scope: subscription(2).id, verdict: 'not-visible' })], both),
      good,
    ],
    [
      'as Lighthouse, beside our service principal, does not either',
      { inTenant: [anOwnReading()], refused: ['lighthouse'] },
      aCoveredTenant([ownScope()], both),
      good,
    ],
    [
      'and covers a scope makes the tenant grow old',
      { readings: [aReading()], refused: ['service-principal'] },
      aCoveredTenant(
        [delegated, ownScope({ scope: subscription(2).id, subscriptionId: subscription(2).subscriptionId })],
        both,
      ),
      old,
    ],
    [
      'and covered one that has gone makes the tenant grow old',
      { readings: [aReading()], refused: ['service-principal'] },
      aCoveredTenant([delegated, ownScope({ scope: subscription(2).id, verdict: 'gone' })], both),
      old,
    ],
    [
      'for a part, and shows another, makes the tenant grow old',
      { readings: [aReading()], inTenant: [anOwnReading(2), denied(3)] },
      lighthouseOnly,
      old,
    ],
    [
      'is not one that fails: that makes the tenant grow old',
      { readings: [aReading()] },
      lighthouseOnly,
      old,
    ],
    [
      'is not one that fails for a part: that makes the tenant grow old',
      { readings: [aReading()], inTenant: [denied(2), anUnreadable(3)] },
      lighthouseOnly,
      old,
    ],
    [
      'does not make good what the other could not read',
      { readings: [anUnreadable(1)], refused: ['service-principal'] },
      lighthouseOnly,
      old,
    ],
  ])('%s', (_, seen, before, lastGood) => {
    const assessment = look(before, seen);

    expect(assessment.record.lastGood).toBe(lastGood);
    expect(assessment.complete).toBe(false);
    expect(told(assessment.record)).toEqual(expect.arrayContaining(told(before)));
  });

  it('keeps a tenant that nothing is delegated in from growing old, too, and from nothing else', () => {
    const before = aTenantRecord({ ...both, phase: 'not-delegated', lastGood: old });

    expect(look(before, { readings: [], refused: ['service-principal'] })).toMatchObject({
      record: { ...before, lastGood: good },
      change: null,
    });
  });

  it.each<[string, TenantRecord, Partial<Look>]>([
    ['alone, has never been read', aTenantRecord(ownOnly), { refused: ['service-principal'] }],
    ['alone, was covered once', aCoveredTenant([ownScope()], ownOnly), { refused: ['service-principal'] }],
    ['alone, shows that in each subscription', aTenantRecord(ownOnly), { inTenant: [denied(1)] }],
    [
      'beside one that sees nothing, has never been read',
      aTenantRecord(both),
      { readings: [], refused: ['service-principal'] },
    ],
    ['beside one that is refused, too', lighthouseOnly, { refused: ['lighthouse', 'service-principal'] }],
  ])('leaves a tenant as it was when it %s', (_, before, seen) => {
    expect(look(before, seen)).toMatchObject({ record: before, change: null, complete: false });
  });

  it('changes nothing but the age, whatever is on record', () => {
    const anyVerdict = fc.constantFrom<Verdict>('earning', 'role-not-eligible', 'not-visible', 'gone');
    const anyWays = fc.constantFrom<ObservedKind[]>(
      ['lighthouse'],
      ['service-principal'],
      ['lighthouse', 'service-principal'],
    );
    const anyRecord = fc.array(fc.tuple(anyVerdict, anyWays), { maxLength: 3 }).map((scopes) =>
      aCoveredTenant(
        scopes.map(([verdict, coveredBy], n) => aScopeRecord(n + 1, { verdict, coveredBy })),
        both,
      ),
    );
    fc.assert(
      fc.property(anyRecord, (before) => {
        const readings = before.scopes
          .filter(({ coveredBy }) => coveredBy.includes('lighthouse'))
          .map((_scope, n) => aReading(n + 1));
        const [without, refused] = [{ readings }, { readings, refused: ['service-principal' as const] }].map(
          (seen) => look(before, seen),
        );

        expect({ ...refused?.record, lastGood: null }).toEqual({ ...without?.record, lastGood: null });
        const isCounted = before.scopes.some(
          ({ verdict, coveredBy }) => verdict !== 'not-visible' && coveredBy.includes('service-principal'),
        );
        expect(refused?.record.lastGood).toBe(isCounted ? old : good);
      }),
    );
  });
});

describe('whatever our service principal sees', () => {
  const anyRole = fc.constantFrom(roles.contributor, roles.reader, roles.assignmentDelete);
  const anyEnd = fc.record({
    activated: fc.boolean(),
    endsAt: fc.constantFrom(null, '2026-06-30T22:00:00.000Z', '2026-12-31T23:00:00.000Z'),
  });
  const anywhere = fc.constantFrom('/', managementGroup, whole, web.id, data.id, account);
  const assignments = fc
    .array(fc.tuple(anywhere, anyRole, fc.boolean(), anyEnd), { maxLength: 4 })
    .map((list) => list.map((one) => anAssignment(...one)));
  const looks = fc.array(assignments, { maxLength: 3 });
  const after = (history: readonly RoleAssignment[][]) =>
    history.reduce<TenantRecord>(
      (record, seen, hour) =>
        look(record, { inTenant: [anOwnReading(1, seen)] }, new Date(NOON.getTime() + hour * HOUR)).record,
      aTenantRecord(ownOnly),
    );
  const later = new Date(NOON.getTime() + DAY);

  /** What is delegated on the subscription and on one of its groups, as a direct list shows it. */
  const delegated = fc
    .array(
      fc.tuple(fc.constantFrom(subscription(1), web), fc.constantFrom(roles.contributor, roles.reader)),
      {
        minLength: 1,
        maxLength: 2,
      },
    )
    .map((list) => list.map(([scope, role]) => aDelegation({ scope, authorizations: [aGrant(role)] })))
    .map((delegations): Reading[] => [aReading(1, { delegations })]);

  it('one way that cannot be read changes nothing of what both have shown', () => {
    fc.assert(
      fc.property(delegated, assignments, fc.boolean(), (readings, held, isWhole) => {
        const inTenant = [anOwnReading(1, held)];
        const { record } = look(aTenantRecord(both), { readings, inTenant });
        const blind = isWhole ? null : [anUnreadable(1)];

        expect(look(record, { readings, inTenant: blind }, later)).toMatchObject({ change: null });
        expect(look(record, { readings: blind, inTenant }, later)).toMatchObject({ change: null });
      }),
    );
  });

  it('a second look at the same changes nothing', () => {
    fc.assert(
      fc.property(looks, assignments, (history, seen) => {
        const once = look(after(history), { inTenant: [anOwnReading(1, seen)] }, later).record;

        expect(look(once, { inTenant: [anOwnReading(1, seen)] }, later).change).toBeNull();
      }),
    );
  });

  it('nothing earns by what was taken just in time, and an end is told only where something earns', () => {
    fc.assert(
      fc.property(looks, (history) => {
        const seen = history.at(-1) ?? [];
        const justInTime = seen.every(({ activated }) => activated);

        for (const { verdict, endsAt } of after(history).scopes) {
          if (justInTime) expect(verdict).not.toBe('earning');
          if (verdict !== 'earning') expect(endsAt).toBeNull();
        }
      }),
    );
  });

  it('an unreadable look, or none, changes nothing', () => {
    fc.assert(
      fc.property(looks, (history) => {
        const record = after(history);

        expect(look(record, { inTenant: [anUnreadable(1)] }, later)).toMatchObject({ record, change: null });
        expect(look(record, { readings: [] }, later)).toMatchObject({ record, change: null });
      }),
    );
  });
});
