import { describe, expect, it } from 'vitest';
import { checksOf, type DeploymentSight, type Sight } from '../../../src/lib/domain/deployment-check.ts';
import { newSweepRecord } from '../../../src/lib/domain/sweep-record.ts';
import { aPrincipal } from '../../support/delegations.ts';
import { anObservedLink } from '../../support/tenants.ts';

const at = new Date('2026-11-23T10:00:00Z');
const principal = aPrincipal();
const seen = <T>(value: T): Sight<T> => ({ kind: 'seen', value });
const trouble = (failure: 'denied' | 'unavailable') =>
  ({ kind: 'failed', failure, message: 'in words' }) as const;
const reach = { tenants: 3, awaited: 0, unseen: [], missingSubscriptions: [], visible: 5 };
const finished = newSweepRecord('sweep-1', '2026-11-23T02:00:00.000Z');
const one = (changes: Partial<DeploymentSight['principals'][number]>) => ({
  principals: [{ principal, token: seen(principal.objectId), link: seen(anObservedLink()), ...changes }],
});
const sight = (changes: Partial<DeploymentSight> = {}): DeploymentSight => ({
  at,
  mode: 'enforce',
  globalPartnerIds: [],
  observerObjectId: 'the-observer',
  ...one({}),
  observer: seen(reach),
  tables: seen([]),
  queues: [{ queue: 'reconcile', reached: seen(undefined) }],
  azureTime: seen(at),
  lastSweep: seen(finished),
  parked: seen(0),
  staleAfterMs: 48 * 3_600_000,
  ...changes,
});
const checkOf = (name: string, changes: Partial<DeploymentSight>) =>
  checksOf(sight(changes)).find((check) => check.name === name);
const link = `link of ${principal.name}`;
const token = `token of ${principal.name}`;

describe('a deployment', () => {
  it('is well when all of it is', () => {
    expect(checksOf(sight()).filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  });

  it.each<[string, string, Partial<DeploymentSight>, string]>([
    ['its token is of another object', token, one({ token: seen('another') }), 'enterprise application'],
    ['its token is refused', token, one({ token: trouble('denied') }), 'credential'],
    [
      'it is linked to another partner ID',
      link,
      one({ link: seen(anObservedLink({ partnerId: '4685678' })) }),
      'relink',
    ],
    ['it is linked to a global account', link, { globalPartnerIds: [anObservedLink().partnerId] }, 'relink'],
    ['it may not read its link', link, one({ link: trouble('denied') }), 'token'],
    ['a table is refused', 'tables', { tables: trouble('denied') }, 'Storage Table Data'],
    [
      'a queue is not there',
      'queue reconcile',
      { queues: [{ queue: 'reconcile', reached: trouble('denied') }] },
      'Service Bus',
    ],
    ['its clock is wrong', 'clock', { azureTime: seen(new Date('2026-11-23T10:02:00Z')) }, 'Restart'],
    ['the timer stands still', 'last sweep', { at: new Date('2026-11-26T10:00:00Z') }, 'SWEEP_SCHEDULE'],
    [
      'a sweep holds bad news back',
      'last sweep',
      { lastSweep: seen({ ...finished, heldScopes: 12 }) },
      'pal sweep confirm',
    ],
    ['messages are parked', 'parked messages', { parked: seen(2) }, 'redrive'],
  ])('fails where %s, and says what to do', (_what, name, changes, remedy) => {
    const check = checkOf(name, changes);

    expect(check?.verdict).toBe('failed');
    expect(check?.remedy).toContain(remedy);
  });

  it.each<[string, string, Partial<DeploymentSight>]>([
    ['nothing is linked yet', link, one({ link: seen(null) })],
    ['ARM does not answer', link, one({ link: trouble('unavailable') })],
    ['the list of subscriptions cannot be had', 'observer', { observer: trouble('unavailable') }],
    [
      'nothing is expected and nothing seen',
      'observer',
      { observer: seen({ ...reach, tenants: 0, visible: 0 }) },
    ],
    ['no sweep has finished', 'last sweep', { lastSweep: seen(null) }],
  ])('says that it could not tell where %s', (_what, name, changes) => {
    expect(checkOf(name, changes)).toMatchObject({ verdict: 'could not tell' });
    expect(checkOf(name, changes)?.remedy).not.toBeNull();
  });

  it('names the tenants the observer sees nothing of, and who the observer is', () => {
    const check = checkOf('observer', { observer: seen({ ...reach, unseen: ['tenant-a'] }) });

    expect(check).toMatchObject({ verdict: 'failed' });
    expect(check?.detail).toContain('nothing of 1 of 3 tenants');
    expect(check?.detail).toContain('tenant-a');
    expect(check?.remedy).toContain('the-observer');
  });

  it('suspects the observer of being in no delegation when it sees none of the tenants', () => {
    const check = checkOf('observer', {
      observer: seen({ ...reach, tenants: 1, unseen: ['tenant-a'], visible: 0 }),
    });

    expect(check?.detail).toContain('probably in no delegation');
  });

  it('names expected subscriptions that are not visible, the first few of many', () => {
    const missingSubscriptions = Array.from({ length: 9 }, (_, index) => `subscription-${index}`);

    const check = checkOf('observer', { observer: seen({ ...reach, missingSubscriptions }) });

    expect(check).toMatchObject({ verdict: 'failed' });
    expect(check?.detail).toContain('subscription-0');
    expect(check?.detail).toContain('4 more');
  });
});
