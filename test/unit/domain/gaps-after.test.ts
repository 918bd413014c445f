import { describe, expect, it } from 'vitest';
import { assess, closeRecord, type Look } from '../../../src/lib/domain/assessment.ts';
import type { Gap } from '../../../src/lib/domain/gap.ts';
import { planSweep } from '../../../src/lib/domain/sweep.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { summaryOf } from '../../../src/lib/domain/tenant-summary.ts';
import {
  aDelegation,
  aReading,
  aReadingWithRole,
  anUnreadable,
  ids,
  roles,
  someFacts,
  someRules,
  subscription,
} from '../../support/delegations.ts';
import { aCoveredTenant, aGap, aRegistration, aScopeRecord } from '../../support/tenants.ts';

const NOON = '2026-03-10T12:00:00.000Z';

/** A look on 10 March 2026, at noon; the record's own last good look was the day before. */
function look(before: TenantRecord, readings: Look['readings'], changes: Partial<Look> = {}) {
  return assess(before, { at: new Date(NOON), causeId: 'event-1', readings, ...changes }, someRules());
}

const earning = aReading(1);
const reader = aReadingWithRole(1, roles.reader);
const disabled = aReading(1, { facts: someFacts(1, { state: 'Disabled' }) });
const undecidedRole = aReadingWithRole(1, roles.assignmentDelete);
const redeploying = aReading(1, {
  delegations: [aDelegation({ scope: subscription(1), provisioningState: 'Accepted' })],
});
const lost = aScopeRecord(1, {
  verdict: 'role-not-eligible',
  roleIds: [roles.reader],
  since: '2026-03-05T12:00:00.000Z',
});
const notEligible = (changes: Partial<Gap> = {}) => aCoveredTenant([lost], { openGaps: [aGap(1, changes)] });

describe('the last good look before a gap', () => {
  it('is the last sweep that saw the tenant well, where that wrote no row', () => {
    const { record } = look(aCoveredTenant([aScopeRecord(1)]), [reader], {
      sweptAt: '2026-03-10T02:00:00.000Z',
    });

    expect(record.openGaps).toMatchObject([{ lastEarningAt: '2026-03-10T02:00:00.000Z', firstBadAt: NOON }]);
  });

  it('outlives the time in which a redeployed delegation is given its day', () => {
    const waiting = look(aCoveredTenant([aScopeRecord(1)]), [redeploying]).record;

    const { record } = look(waiting, [redeploying], { at: new Date('2026-03-11T13:00:00.000Z') });

    expect(record.openGaps).toMatchObject([
      {
        reason: 'delegation-not-ready',
        lastEarningAt: '2026-03-09T12:00:00.000Z',
        firstBadAt: NOON,
        openedAt: '2026-03-11T13:00:00.000Z',
      },
    ]);
  });

  it.each([
    ['inactive', disabled],
    ['unproven', undecidedRole],
  ])('is the last one that showed it %s, because nothing was lost until then', (_, harmless) => {
    const paused = look(aCoveredTenant([aScopeRecord(1)]), [harmless]).record;

    const { record } = look(paused, [reader], { at: new Date('2026-06-10T12:00:00.000Z') });

    expect(record.openGaps).toMatchObject([{ lastEarningAt: NOON }]);
  });

  it('is unknown to a scope that has never earned', () => {
    const { record } = look(aCoveredTenant([aScopeRecord(2)]), [aReading(2), reader]);

    expect(record.openGaps).toMatchObject([{ lastEarningAt: null }]);
  });

  it('is unknown again where the tenant was offboarded and announced anew', () => {
    const closed = closeRecord(aCoveredTenant([aScopeRecord(1)]), { at: new Date(NOON), causeId: 'event-1' });
    const back = {
      ...closed.record,
      registration: aRegistration({ announcedAt: '2026-05-01T12:00:00.000Z' }),
    };

    const { record } = look(back, [reader], { at: new Date('2026-05-01T12:05:00.000Z') });

    expect(record.openGaps).toMatchObject([{ lastEarningAt: null }]);
  });
});

describe('a gap that ends', () => {
  it('was last seen bad by the last sweep before, where that wrote no row', () => {
    const { closedGaps, record } = look(notEligible(), [earning], { sweptAt: '2026-03-10T02:00:00.000Z' });

    expect(closedGaps).toEqual([
      aGap(1, { lastBadAt: '2026-03-10T02:00:00.000Z', closedAt: NOON, ending: { as: 'repaired' } }),
    ]);
    expect(record.closedGaps).toEqual(closedGaps);
  });

  it.each([
    ['inactive', disabled],
    ['unproven', undecidedRole],
  ])('because its scope is %s says so', (as, reading) => {
    expect(look(notEligible(), [reading]).closedGaps).toMatchObject([{ ending: { as } }]);
  });

  it('after it was out of sight was last seen bad before that', () => {
    const out = look(notEligible(), [{ kind: 'not-visible', scope: subscription(1) }]).record;

    const { closedGaps } = look(out, [earning], { at: new Date('2026-03-20T12:00:00.000Z') });

    expect(closedGaps).toMatchObject([{ lastBadAt: '2026-03-09T12:00:00.000Z' }]);
  });

  it('is kept beside the open ones for 31 days', () => {
    const ended = look(notEligible(), [earning]).record;
    const later = (at: string) => look(ended, [earning], { at: new Date(at) }).record.closedGaps.length;

    expect(later('2026-04-10T12:00:00.000Z')).toBe(1);
    expect(later('2026-04-10T12:00:00.001Z')).toBe(0);
  });
});

describe('an accepted gap', () => {
  const acceptance = {
    by: 'ola',
    why: 'leaving',
    until: '2026-03-10T12:00:00.000Z',
    ticket: null,
    at: '2026-03-06T12:00:00.000Z',
    reopenedAt: null,
  };
  const accepted = notEligible({ acceptance });

  it('is told as open again by the first look after its time, once', () => {
    const first = look(accepted, [reader]);
    const second = look(first.record, [reader], { at: new Date('2026-03-11T12:00:00.000Z') });

    expect(first.change).toMatchObject({ scopes: [], gapsOpened: [], gapsReopened: [aGap(1).scope] });
    expect(first.record.openGaps).toMatchObject([{ acceptance: { reopenedAt: NOON } }]);
    expect(second.change).toBeNull();
  });

  it('stays accepted a moment before its time, and through looks that cannot read', () => {
    expect(look(accepted, [reader], { at: new Date('2026-03-10T11:59:59.999Z') }).change).toBeNull();
    expect(look(accepted, [anUnreadable(1)]).change).toBeNull();
  });

  it('is no longer accepted when it opens anew after a repair', () => {
    const repaired = look(accepted, [earning], { at: new Date('2026-03-08T12:00:00.000Z') }).record;

    const { record } = look(repaired, [reader], { at: new Date('2026-03-09T12:00:00.000Z') });

    expect(record.openGaps).toMatchObject([{ acceptance: null }]);
  });

  it('ends with the tenant', () => {
    const closed = closeRecord(accepted, { at: new Date('2026-03-08T12:00:00.000Z'), causeId: 'event-1' });

    expect(summaryOf(closed.record)).toMatchObject({ openGaps: 0, acceptedGaps: 0, acceptedUntil: null });
    expect(closed.closedGaps).toMatchObject([{ ending: { as: 'offboarded' }, acceptance }]);
  });

  it.each([
    ['2026-03-10T11:59:59.999Z', 'nothing'],
    ['2026-03-10T12:00:00.000Z', 'compare'],
  ])('has a sweep at %s do %s, though the index shows nothing new', (at, what) => {
    const listed = summaryOf(accepted);
    const tenant = { tenantId: ids.customer, listed, sameDigest: true, indexed: [], at: new Date(at) };

    expect(planSweep(tenant, someRules()).do).toBe(what);
  });

  it('that was told as open again leaves the sweep nothing to do', () => {
    const told = summaryOf(look(accepted, [reader]).record);
    const at = new Date('2026-03-11T02:00:00.000Z');
    const tenant = { tenantId: ids.customer, listed: told, sameDigest: true, indexed: [], at };

    expect(told).toMatchObject({ openGaps: 1, acceptedGaps: 0 });
    expect(planSweep(tenant, someRules()).do).toBe('nothing');
  });
});
