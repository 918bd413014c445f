import { describe, expect, it } from 'vitest';
import { makeAnnouncements } from '../../src/lib/adapters/tables/announcements.ts';
import type { Announcements } from '../../src/lib/domain/ports.ts';
import { makeFakeAnnouncements } from '../fakes/announcements.ts';
import { anAnnouncement } from '../support/announcements.ts';
import { aSweepAnnouncement } from '../support/notices.ts';
import { useAzurite } from '../support/azurite.ts';
import { collect } from '../support/collect.ts';

const azurite = useAzurite();

const implementations: { name: string; make: () => Announcements }[] = [
  { name: 'in memory', make: makeFakeAnnouncements },
  { name: 'in table Changes', make: () => makeAnnouncements(azurite.table()) },
];

const NOON = '2026-03-10T12:00:00.000Z';
const LATER = '2026-03-10T12:01:00.000Z';
const allDay = {
  firstDay: '2026-03-10',
  lastDay: '2026-03-10',
  from: '2026-03-10T00:00:00.000Z',
  until: '2026-03-11T00:00:00.000Z',
};

describe.each(implementations)('announcements $name', ({ make }) => {
  it('are entered for a window, nobody told yet', async () => {
    const announcements = make();
    const announcement = anAnnouncement('one');

    const entered = await announcements.enter(announcement, NOON);

    expect(entered.record).toEqual({ announcement, window: NOON, urgency: null });
    expect(await collect(announcements.select(allDay))).toEqual([entered]);
  });

  it('stand as they were entered first', async () => {
    const announcements = make();
    const first = await announcements.enter(anAnnouncement('one'), NOON);
    const told = await announcements.update(first, { ...first.record, urgency: 'daily' });

    const again = await announcements.enter(anAnnouncement('one', { reason: 'Told otherwise.' }), LATER);

    expect(again).toEqual(told);
    expect(await collect(announcements.select(allDay))).toEqual([told]);
  });

  it('are updated by one of two who have read the same', async () => {
    const announcements = make();
    const known = await announcements.enter(anAnnouncement('one'), NOON);

    const updates = await Promise.allSettled([
      announcements.update(known, { ...known.record, window: LATER }),
      announcements.update(known, { ...known.record, urgency: 'at-once' }),
    ]);

    const refused = updates.find(({ status }) => status === 'rejected');
    expect(updates.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(refused).toMatchObject({ reason: { kind: 'conflict' } });
  });

  it('are selected by the days they came about, and by the windows they are told in', async () => {
    const announcements = make();
    await announcements.enter(anAnnouncement('yesterday', { at: '2026-03-09T23:59:59.000Z' }), NOON);
    await announcements.enter(anAnnouncement('in-time'), NOON);
    await announcements.enter(anAnnouncement('later'), LATER);
    const idsOf = async (selection: typeof allDay) =>
      (await collect(announcements.select(selection))).map(({ record }) => record.announcement.id).sort();

    expect(await idsOf({ ...allDay, from: NOON, until: LATER })).toEqual(['in-time']);
    expect(await idsOf(allDay)).toEqual(['in-time', 'later']);
    expect(await idsOf({ ...allDay, firstDay: '2026-03-09' })).toEqual(['in-time', 'later', 'yesterday']);
  });

  it('know up to when the digest was asked for, and do not take that for an announcement', async () => {
    const announcements = make();
    expect(await announcements.digestedUntil()).toBeNull();

    await announcements.digested(NOON);
    await announcements.digested(LATER);

    expect(await announcements.digestedUntil()).toBe(LATER);
    expect(await collect(announcements.select({ ...allDay, lastDay: '9999-12-31' }))).toEqual([]);
  });
});

it('reads a sweep that was announced before news and days at risk were told', async () => {
  const table = azurite.table();
  const announcement = aSweepAnnouncement();
  const { reasons: _reasons, news: _news, daysAtRisk: _days, calls: _calls, ...earlier } = announcement.sweep;
  const former = { ...announcement, sweep: earlier } as unknown as typeof announcement;
  await makeAnnouncements(table).enter(former, NOON);

  const [entry] = await collect(makeAnnouncements(table).select(allDay));

  expect(entry?.record.announcement).toEqual(announcement);
});
