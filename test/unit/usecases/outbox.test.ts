import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { noticeRequest } from '../../../src/lib/domain/notice-request.ts';
import { makeOutbox } from '../../../src/lib/usecases/outbox.ts';
import { makeFakeAnnouncements } from '../../fakes/announcements.ts';
import { makeFakeQueues } from '../../fakes/queues.ts';
import { makeFakeTenantLedger } from '../../fakes/tenant-ledger.ts';
import { anAnnouncement } from '../../support/announcements.ts';
import { aClock, MINUTE, SECOND } from '../../support/clock.ts';
import { ids } from '../../support/delegations.ts';
import { aRegistration } from '../../support/tenants.ts';

function anOutbox({ heard = true } = {}) {
  const announcements = makeFakeAnnouncements();
  const queues = makeFakeQueues();
  const clock = aClock('2026-03-10T12:00:30.000Z');
  const outbox = makeOutbox({ announcements, queues, clock, windowMs: MINUTE, heard });
  const asked = () =>
    queues.messages('notices').map(({ body, at }) => ({
      ...noticeRequest.parse(JSON.parse(new TextDecoder().decode(body))),
      at: at?.toISOString(),
    }));
  return { announcements, queues, clock, outbox, asked };
}

const NOON = '2026-03-10T12:00:00.000Z';
const unavailable = new Failure('unavailable', 'The queue notices could not be written.');

describe('the outbox', () => {
  it('asks once for all that is announced within a window, a little after its end', async () => {
    const { outbox, announcements, asked } = anOutbox();

    await outbox.announce([anAnnouncement('one'), anAnnouncement('two')]);
    await outbox.announce([anAnnouncement('three')]);

    expect(announcements.entries().map(({ announcement }) => announcement.id)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(asked()).toEqual([
      { do: 'tell', window: NOON, day: '2026-03-10', at: '2026-03-10T12:01:15.000Z' },
    ]);
  });

  it('asks for each day by itself where late news comes with fresh news', async () => {
    const { outbox, asked } = anOutbox();

    await outbox.announce([
      anAnnouncement('late', { at: '2026-03-09T23:59:00.000Z' }),
      anAnnouncement('fresh'),
    ]);

    expect(asked()).toMatchObject([
      { window: NOON, day: '2026-03-09' },
      { window: NOON, day: '2026-03-10' },
    ]);
  });

  it('asks again for an announcement whose message was never sent, in the window it fell into', async () => {
    const { outbox, queues, clock, asked } = anOutbox();
    queues.fail('send notices', unavailable);
    await expect(outbox.announce([anAnnouncement('one')])).rejects.toBe(unavailable);

    clock.pass(10 * SECOND);
    await outbox.announce([anAnnouncement('one')]);

    expect(asked()).toMatchObject([{ window: NOON }]);
  });

  it('moves an announcement nobody was told of to the present window, when its own has passed', async () => {
    const { outbox, queues, clock, announcements, asked } = anOutbox();
    queues.fail('send notices', unavailable);
    await expect(outbox.announce([anAnnouncement('one')])).rejects.toBe(unavailable);

    clock.pass(10 * MINUTE);
    await outbox.announce([anAnnouncement('one')]);

    expect(announcements.entries()).toMatchObject([{ window: '2026-03-10T12:10:00.000Z', urgency: null }]);
    expect(asked()).toMatchObject([{ window: '2026-03-10T12:10:00.000Z' }]);
  });

  it('asks for nothing when the announcement has been told', async () => {
    const { outbox, clock, announcements, asked } = anOutbox();
    const known = await announcements.enter(anAnnouncement('one'), NOON);
    await announcements.update(known, { ...known.record, urgency: 'at-once' });

    clock.pass(10 * MINUTE);
    await outbox.announce([anAnnouncement('one')]);

    expect(asked()).toEqual([]);
  });

  it('goes by what somebody else has written in the meantime', async () => {
    const { outbox, clock, announcements, asked } = anOutbox();
    await announcements.enter(anAnnouncement('one'), NOON);
    announcements.fail('update', new Failure('conflict', 'Written by somebody else.'));

    clock.pass(10 * MINUTE);
    await outbox.announce([anAnnouncement('one')]);

    expect(asked()).toMatchObject([{ window: '2026-03-10T12:10:00.000Z' }]);
  });

  it('keeps the record and asks nobody where nobody listens', async () => {
    const { outbox, announcements, asked } = anOutbox({ heard: false });

    await outbox.announce([anAnnouncement('one')]);

    expect(announcements.entries()).toHaveLength(1);
    expect(asked()).toEqual([]);
  });

  it('has each change on record once, and asks to tell it, wherever passes break off', async () => {
    const step = fc.record({
      breaksAt: fc.constantFrom('none', 'commit', 'committed', 'enter', 'update', 'send notices'),
      changes: fc.boolean(),
      pauseMs: fc.constantFrom(0, 20 * SECOND, 3 * MINUTE, 26 * 60 * MINUTE),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { outbox, announcements, queues, clock, asked } = anOutbox();
        const ledger = makeFakeTenantLedger(outbox);
        await ledger.register(aRegistration(), null);
        for (const { breaksAt, changes, pauseMs } of [...steps, ...LAST]) {
          const broken = { commit: ledger, committed: ledger, enter: announcements, update: announcements };
          if (breaksAt === 'send notices') queues.fail(breaksAt, unavailable);
          else if (breaksAt !== 'none') broken[breaksAt].fail(breaksAt, unavailable);
          await pass(ledger, changes, clock()).catch((error: unknown) => {
            if (error !== unavailable) throw error;
          });
          clock.pass(pauseMs);
        }

        const committed = ledger
          .changes(ids.customer)
          .map(({ version }) => `tenant~${ids.customer}~${version}`);
        const entries = announcements.entries();
        expect(entries.map(({ announcement }) => announcement.id).sort()).toEqual(committed.sort());
        for (const { window, announcement } of entries) {
          expect(asked()).toContainEqual(
            expect.objectContaining({ window, day: announcement.at.slice(0, 10) }),
          );
        }
      }),
    );
  });
});

/** Sound passes at the end: more than any trouble that is still planned. */
const LAST = Array.from({ length: 40 }, () => ({ breaksAt: 'none' as const, changes: false, pauseMs: 0 }));

/** One pass over the customer, as the use cases write it. */
async function pass(
  ledger: ReturnType<typeof makeFakeTenantLedger>,
  changes: boolean,
  now: Date,
): Promise<void> {
  const known = await ledger.read(ids.customer);
  if (!known) throw new Error('never registered');
  if (!changes) return ledger.note(known, known.record);
  const version = known.record.version + 1;
  const { phase } = known.record;
  await ledger.commit(known, {
    record: { ...known.record, version },
    change: {
      version,
      at: now.toISOString(),
      causeId: 'event-1',
      phase: { from: phase, to: phase },
      scopes: [],
      gapsOpened: [],
      gapsClosed: [],
      gapsAccepted: [],
      gapsReopened: [],
    },
    closedGaps: [],
    droppedScopes: [],
  });
}
