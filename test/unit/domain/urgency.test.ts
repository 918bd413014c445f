import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../../src/lib/domain/announcement.ts';
import { urgenciesOf } from '../../../src/lib/domain/urgency.ts';
import { anAnnouncement } from '../../support/announcements.ts';
import {
  aBreach,
  aLinkAnnouncement,
  anObserverAnnouncement,
  aSweep,
  aSweepAnnouncement,
  aTenantAnnouncement,
} from '../../support/notices.ts';

const settled = aSweep({ sweepId: 'sweep-20260309020000000' });
const first = aSweep({ sweepId: 'sweep-20260310020000000', baseline: true });

function urgencyOf(announcement: Announcement, lastSweep: typeof settled | null = settled) {
  return urgenciesOf([announcement], { breachScopes: 10, lastSweep })[0];
}

describe('people hear at once', () => {
  it.each<[string, Announcement]>([
    ['of a link that is lost', aLinkAnnouncement({ from: 'linked', to: 'unlinked' })],
    ['of a link that is made', aLinkAnnouncement({ from: 'unlinked', to: 'linked' })],
    ['of an observer that is refused', anObserverAnnouncement('lost')],
    ['of an observer that sees again', anObserverAnnouncement('regained')],
    ['of a parked message', anAnnouncement('message~1')],
    ['of a sweep that could read nothing', aSweepAnnouncement({ partial: true, coveredUpTo: null })],
    ['of a loss that is held back', aSweepAnnouncement({ heldScopes: 40 })],
    ['of the first sweep', aSweepAnnouncement({ baseline: true })],
    ['of a customer with a breach of its own', aBreach(10)],
  ])('%s', (_what, announcement) => {
    expect(urgencyOf(announcement)).toBe('at-once');
  });

  it('of customers whose gaps are a breach together, and of no others', () => {
    const announcements = [aBreach(6), aBreach(4), aTenantAnnouncement()];

    expect(urgenciesOf(announcements, { breachScopes: 10, lastSweep: settled })).toEqual([
      'at-once',
      'at-once',
      'daily',
    ]);
  });
});

describe('people hear once a day', () => {
  it.each<[string, Announcement]>([
    ['of a customer that earns now', aTenantAnnouncement()],
    ['of a few gaps', aBreach(9)],
    ['of a sweep that finished', aSweepAnnouncement()],
    ['of a sweep that was partial', aSweepAnnouncement({ partial: true, coveredUpTo: 'c0' })],
  ])('%s', (_what, announcement) => {
    expect(urgencyOf(announcement)).toBe('daily');
  });
});

describe('what the first sweep finds', () => {
  const causeId = first.sweepId;

  it('is silent while it runs, and when it has finished', () => {
    for (const lastSweep of [null, first]) {
      expect(urgencyOf(aBreach(40, { causeId }), lastSweep)).toBe('silent');
      expect(urgencyOf(aLinkAnnouncement({ causeId }), lastSweep)).toBe('silent');
    }
  });

  it('does not silence that nothing can be looked at', () => {
    const blind = aLinkAnnouncement({ causeId, sight: 'lost', from: 'unknown', to: 'unknown' });

    expect(urgencyOf(blind, null)).toBe('at-once');
    expect(urgencyOf(anObserverAnnouncement('lost'), null)).toBe('at-once');
  });

  it('is silent until a sweep has come to the end of the estate, and then what earlier ones found', () => {
    const blind = aSweep({ ...first, partial: true, coveredUpTo: null });
    const second = 'sweep-20260311020000000';
    const whole = aSweep({ sweepId: second, baseline: true });

    expect(urgencyOf(aBreach(40, { causeId: second }), blind)).toBe('silent');
    expect(urgencyOf(aBreach(40, { causeId }), whole)).toBe('silent');
    expect(urgencyOf(aBreach(40, { causeId: 'sweep-20260312020000000' }), whole)).toBe('at-once');
  });

  it('makes no breach of what else happens', () => {
    const announcements = [aBreach(40, { causeId }), aBreach(1)];

    expect(urgenciesOf(announcements, { breachScopes: 10, lastSweep: null })).toEqual(['silent', 'daily']);
  });

  it('does not silence what an event has caused meanwhile, nor a later sweep', () => {
    expect(urgencyOf(aBreach(40), null)).toBe('at-once');
    expect(urgencyOf(aBreach(40, { causeId: 'sweep-20260311020000000' }), first)).toBe('at-once');
  });
});
