import { describe, expect, it } from 'vitest';
import { secondLookAt } from '../../../src/lib/domain/second-look.ts';
import type { TenantRecord } from '../../../src/lib/domain/tenant-record.ts';
import { DAY, HOUR, MINUTE } from '../../support/clock.ts';
import { aCoveredTenant, aScopeRecord, aTenantRecord } from '../../support/tenants.ts';

const policy = { firstPauseMs: MINUTE, forMs: HOUR, expectDelegationWithinMs: 14 * DAY };
const denied = { kind: 'denied', message: 'x', at: '2026-03-01T12:00:00.000Z', requestId: null } as const;
const unavailable = { ...denied, kind: 'unavailable' } as const;
const awaiting = aTenantRecord({ phase: 'awaiting' });

describe('a tenant announced at noon that shows nothing yet', () => {
  it.each([
    ['2026-03-01T12:00:00.000Z', '2026-03-01T12:01:00.000Z'],
    ['2026-03-01T12:00:59.999Z', '2026-03-01T12:01:00.000Z'],
    ['2026-03-01T12:01:00.000Z', '2026-03-01T12:02:00.000Z'],
    ['2026-03-01T12:02:00.001Z', '2026-03-01T12:04:00.000Z'],
    ['2026-03-01T12:15:00.000Z', '2026-03-01T12:16:00.000Z'],
    ['2026-03-01T12:16:00.000Z', '2026-03-01T12:32:00.000Z'],
    ['2026-03-01T12:32:00.000Z', '2026-03-01T13:00:00.000Z'],
    ['2026-03-01T12:59:59.999Z', '2026-03-01T13:00:00.000Z'],
  ])('and is looked at at %s is looked at again at %s', (now, again) => {
    expect(secondLookAt(awaiting, policy, new Date(now))).toEqual(new Date(again));
  });

  it('is left to the sweep after an hour', () => {
    expect(secondLookAt(awaiting, policy, new Date('2026-03-01T13:00:00.000Z'))).toBeNull();
  });

  it('is looked at last right after the time a delegation may take, where that ends sooner', () => {
    const local = { ...policy, expectDelegationWithinMs: 90_000 };

    expect(secondLookAt(awaiting, local, new Date('2026-03-01T12:01:10.000Z'))).toEqual(
      new Date('2026-03-01T12:01:30.050Z'),
    );
    expect(secondLookAt(awaiting, local, new Date('2026-03-01T12:01:30.050Z'))).toBeNull();
  });
});

describe('a further look', () => {
  const soon = new Date('2026-03-01T12:00:10.000Z');
  const withVerdict = (verdict: 'not-visible' | 'delegation-not-ready' | 'role-not-eligible') =>
    aCoveredTenant([aScopeRecord(1), aScopeRecord(2, { verdict })]);

  it.each<[string, TenantRecord]>([
    ['awaits its delegation', awaiting],
    ['was denied before anything was seen', aTenantRecord({ failure: denied })],
    ['was denied in part', aCoveredTenant([aScopeRecord()], { failure: denied })],
    ['expects a scope nobody sees', withVerdict('not-visible')],
    ['has a delegation that is not ready', withVerdict('delegation-not-ready')],
  ])('is owed to a new tenant that %s', (_, record) => {
    expect(secondLookAt(record, policy, soon)).toEqual(new Date('2026-03-01T12:01:00.000Z'));
  });

  it.each<[string, TenantRecord]>([
    ['is covered', aCoveredTenant([aScopeRecord()])],
    ['has a gap, which only a person repairs', withVerdict('role-not-eligible')],
    ['could not be reached, which is retried anyway', aTenantRecord({ failure: unavailable })],
    ['shows nothing after the time it had', aTenantRecord({ phase: 'not-delegated' })],
    ['is no longer ours', aTenantRecord({ phase: 'closed' })],
  ])('is not owed to a tenant that %s', (_, record) => {
    expect(secondLookAt(record, policy, soon)).toBeNull();
  });
});
