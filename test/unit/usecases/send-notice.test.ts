import { everything } from '../../../src/lib/domain/watch.ts';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../../src/lib/domain/announcement.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import type { NoticeRoute } from '../../../src/lib/domain/notice-route.ts';
import type { Digest } from '../../../src/lib/domain/ports.ts';
import type { SweepRecord } from '../../../src/lib/domain/sweep-record.ts';
import { makeOutbox } from '../../../src/lib/usecases/outbox.ts';
import { makeSendDigest } from '../../../src/lib/usecases/send-digest.ts';
import { makeSendNotice } from '../../../src/lib/usecases/send-notice.ts';
import { makeFakeAnnouncements } from '../../fakes/announcements.ts';
import { makeFakeLinkLedger } from '../../fakes/link-ledger.ts';
import { makeFakeLog } from '../../fakes/log.ts';
import { makeFakeQueues, type QueuedMessage } from '../../fakes/queues.ts';
import { anAnnouncement } from '../../support/announcements.ts';
import { aClock, DAY, HOUR, MINUTE, SECOND } from '../../support/clock.ts';
import { aPrincipal, ids } from '../../support/delegations.ts';
import { aBreach, aLinkAnnouncement, aRoute, aTenantAnnouncement } from '../../support/notices.ts';
import { aCoveredTenant, aRegistration, aScopeRecord } from '../../support/tenants.ts';

interface Sent {
  readonly route: string;
  readonly id: string;
  readonly from: number;
  readonly events: readonly string[];
}

/** Everything from what is announced to what a sink is given; the clock is moved until nothing is left to do. */
function aDesk(
  routes: readonly NoticeRoute[],
  { lastSweep = null as SweepRecord | null, takes = [] as (number | Failure)[] } = {},
) {
  const announcements = makeFakeAnnouncements();
  const queues = makeFakeQueues();
  const clock = aClock('2026-03-10T12:00:30.000Z');
  const log = makeFakeLog();
  const sent: Sent[] = [];
  const trouble = new Map<string, Failure[]>();
  const telling = { announcements, queues, clock, windowMs: MINUTE, heard: true };
  const sendNotice = makeSendNotice({
    ...telling,
    routes,
    breachScopes: 5,
    managingTenantId: ids.managingTenant,
    principals: [aPrincipal()],
    principalRules: [],
    watchRules: everything,
    publicUrl: null,
    staleAfterMs: 48 * HOUR,
    sweeps: { lastFinished: () => Promise.resolve(lastSweep) },
    links: makeFakeLinkLedger(),
    sink: {
      send(route: NoticeRoute, digest: Digest, from: number) {
        const failure = trouble.get(route.name)?.shift();
        if (failure) return Promise.reject(failure);
        const room = takes.shift();
        if (room instanceof Failure) return Promise.reject(room);
        const taken = digest.notices.slice(from).slice(0, room);
        sent.push({ route: route.name, id: digest.id, from, events: taken.map(({ id }) => id) });
        return Promise.resolve({ sent: from + taken.length });
      },
    },
    retry: { limit: 3, baseMs: 10 * SECOND, capMs: MINUTE, ceilingMs: HOUR },
    random: () => 0.5,
    log,
  });
  const handle = (message: QueuedMessage) => sendNotice({ queue: 'notices', attempts: 1, ...message });
  return {
    announcements,
    queues,
    clock,
    log,
    sent,
    announce: (...news: readonly Announcement[]) => makeOutbox(telling).announce(news),
    digest: () => makeSendDigest(telling)(),
    handle,
    fail: (route: string, ...failures: readonly Failure[]) => trouble.set(route, [...failures]),
    /** Takes message after message, and says what became of each. */
    async work(): Promise<string[]> {
      const outcomes: string[] = [];
      for (let idle = 0; idle < 60;) {
        const message = queues.take('notices', clock());
        idle = message ? 0 : idle + 1;
        if (message) outcomes.push(await handle(message));
        else clock.pass(10 * SECOND);
      }
      return outcomes;
    },
  };
}

const down = new Failure('unavailable', 'The sink answered 500.');
const link = aLinkAnnouncement();
const tagged = (tags: Record<string, string>, id: string) =>
  aBreach(5, {
    id,
    after: {
      ...aBreach(5).after,
      registration: aRegistration({ facts: { displayName: 'Contoso', tags } }),
    },
  });

describe('a window of announcements', () => {
  it('is one notice for each route, with all that is urgent', async () => {
    const desk = aDesk([aRoute({ name: 'ops' }), aRoute({ name: 'crm', min: 'immediate' })]);

    await desk.announce(link);
    await desk.announce(anAnnouncement('message~1'), aTenantAnnouncement());
    await desk.work();

    const events = [link.id, 'message~1'];
    expect(desk.sent).toEqual([
      { route: 'ops', id: 'at-once-20260310T120000000Z-20260310-ops', from: 0, events },
      { route: 'crm', id: 'at-once-20260310T120000000Z-20260310-crm', from: 0, events },
    ]);
  });

  it('is told once, however often its message is delivered', async () => {
    const desk = aDesk([aRoute()]);
    await desk.announce(link);
    desk.clock.pass(2 * MINUTE);
    const message = desk.queues.take('notices', desk.clock());

    await desk.handle(message!);
    await desk.handle(message!);
    await desk.work();

    expect(desk.sent).toHaveLength(1);
  });

  it('is told whole where the first to go through it broke off', async () => {
    const desk = aDesk([aRoute({ name: 'ops' }), aRoute({ name: 'crm' })]);
    await desk.announce(link, anAnnouncement('message~1'));
    desk.clock.pass(2 * MINUTE);
    const message = desk.queues.take('notices', desk.clock());
    for (const where of ['update', 'select']) desk.announcements.fail(where, down);
    desk.queues.fail('send notices', down);

    for (let tries = 1; tries <= 3; tries++) await expect(desk.handle(message!)).rejects.toBe(down);
    await desk.handle(message!);
    await desk.work();

    expect(desk.sent.map(({ route, events }) => [route, events.length])).toEqual([
      ['ops', 2],
      ['crm', 2],
    ]);
  });

  it('is nobody’s news where all of it can wait', async () => {
    const desk = aDesk([aRoute()]);

    await desk.announce(aTenantAnnouncement());
    await desk.work();

    expect(desk.sent).toEqual([]);
    expect(desk.announcements.entries()).toMatchObject([{ urgency: 'daily' }]);
  });

  it('goes to the routes whose tags a customer has, and what concerns the estate to those without', async () => {
    const desk = aDesk([
      aRoute({ name: 'all' }),
      aRoute({ name: 'north', tags: { team: 'north' } }),
      aRoute({ name: 'north-gold', tags: { team: 'north', tier: 'gold' } }),
    ]);

    await desk.announce(
      link,
      tagged({ team: 'north' }, 'one'),
      tagged({ team: 'north', tier: 'gold' }, 'two'),
    );
    await desk.work();

    expect(desk.sent.map(({ route, events }) => [route, events])).toEqual([
      ['all', [link.id, 'one', 'two']],
      ['north', ['one', 'two']],
      ['north-gold', ['two']],
    ]);
  });
});

describe('the day’s digest', () => {
  it('tells what was not urgent, once, to the routes that want it', async () => {
    const desk = aDesk([aRoute({ name: 'ops' }), aRoute({ name: 'crm', min: 'immediate' })]);
    await desk.announce(aTenantAnnouncement(), link);
    await desk.work();
    desk.sent.length = 0;

    desk.clock.pass(HOUR);
    await desk.digest();
    await desk.work();
    desk.clock.pass(DAY);
    await desk.digest();
    await desk.work();

    expect(desk.sent).toMatchObject([{ route: 'ops', events: [aTenantAnnouncement().id] }]);
    expect(desk.sent[0]?.id).toMatch(/^daily-20260310T\d+Z-ops$/);
  });

  it('makes up for one that was missed', async () => {
    const desk = aDesk([aRoute()]);
    await desk.digest();
    await desk.work();
    await desk.announce(aTenantAnnouncement({ id: 'one', at: desk.clock().toISOString() }));
    await desk.work();

    desk.clock.pass(3 * DAY);
    await desk.digest();
    await desk.work();

    expect(desk.sent).toMatchObject([{ events: ['one'] }]);
  });

  it('tells of what was gone through too late for it at once', async () => {
    const desk = aDesk([aRoute()]);
    await desk.announce(aTenantAnnouncement());
    await desk.announcements.digested('2026-03-10T12:05:00.000Z');

    await desk.work();

    expect(desk.sent).toMatchObject([{ events: [aTenantAnnouncement().id] }]);
  });

  it('asks for nothing where nobody listens', async () => {
    const desk = aDesk([]);
    const quiet = makeSendDigest({ ...desk, windowMs: MINUTE, heard: false });

    await quiet();

    expect(desk.queues.messages('notices')).toEqual([]);
  });
});

describe('a delivery in trouble', () => {
  const routes = [aRoute({ name: 'shaky' }), aRoute({ name: 'sound' })];

  it('is tried again later, and keeps no other route waiting or hearing twice', async () => {
    const desk = aDesk(routes);
    desk.fail('shaky', down, down);

    await desk.announce(link);
    const outcomes = await desk.work();

    expect(outcomes).toEqual(['told', 'retried', 'delivered', 'retried', 'delivered']);
    expect(desk.sent.map(({ route }) => route)).toEqual(['sound', 'shaky']);
    expect(desk.queues.messages('parked')).toEqual([]);
  });

  it('is parked in the end, with the route’s name and what happened', async () => {
    const desk = aDesk(routes);
    desk.fail('shaky', down, down, down);

    await desk.announce(link);
    const outcomes = await desk.work();

    expect(outcomes.at(-1)).toBe('parked');
    expect(desk.queues.messages('parked')).toMatchObject([
      {
        properties: {
          source: 'notices',
          reason: 'Route shaky: Given up after 3 attempts: The sink answered 500.',
        },
      },
    ]);
  });

  it('waits as long as the sink asks, uncounted', async () => {
    const desk = aDesk(routes);
    const retryAt = new Date('2026-03-10T12:30:00.000Z');
    const busy = new Failure('throttled', 'The sink answered 429: it asks to wait.', { retryAt });
    desk.fail('shaky', busy);
    await desk.announce(link);
    desk.clock.pass(2 * MINUTE);

    for (let message; (message = desk.queues.take('notices', desk.clock()));) await desk.handle(message);

    const [copy] = desk.queues.messages('notices');
    expect(copy?.at).toEqual(retryAt);
    expect(JSON.parse(new TextDecoder().decode(copy?.body))).toMatchObject({ attempt: 0, hop: 1 });
  });

  it('goes on with what did not arrive, however many fit at each try', async () => {
    const desk = aDesk([aRoute({ name: 'shaky' })], { takes: [4, down, 3, 2] });
    const news = Array.from({ length: 10 }, (_, n) => anAnnouncement(`message~${n}`));

    await desk.announce(...news);
    const outcomes = await desk.work();

    expect(outcomes).toEqual(['told', 'retried', 'delivered']);
    expect(desk.sent.map(({ from, events }) => [from, events.length])).toEqual([
      [0, 4],
      [4, 3],
      [7, 2],
      [9, 1],
    ]);
    expect(desk.sent.flatMap(({ events }) => events)).toEqual(news.map(({ id }) => id));
  });

  it('is dropped, and said so, when the settings no longer name the route', async () => {
    const desk = aDesk([aRoute({ name: 'sound' })]);
    await desk.announce(link);
    desk.clock.pass(2 * MINUTE);
    await desk.handle(desk.queues.take('notices', desk.clock())!);
    const asked = desk.queues.take('notices', desk.clock())!;
    const body = new TextEncoder().encode(new TextDecoder().decode(asked.body).replace('sound', 'former'));

    expect(await desk.handle({ ...asked, body })).toBe('delivered');

    expect(desk.sent).toEqual([]);
    expect(desk.log.entries.at(-1)).toMatchObject({ level: 'warn', event: 'notice.dropped' });
  });
});

describe('a message on notices that is none', () => {
  it('is parked', async () => {
    const desk = aDesk([aRoute()]);
    const message = { messageId: 'm', body: new TextEncoder().encode('{}'), at: null, properties: {} };

    expect(await desk.handle(message)).toBe('parked');
    expect(desk.queues.messages('parked')).toHaveLength(1);
  });
});

describe('logs of notices', () => {
  it('name no customer', async () => {
    const desk = aDesk([aRoute()]);
    desk.fail('crm', down);
    const record = aCoveredTenant([aScopeRecord(1)]);

    await desk.announce(aBreach(9), aTenantAnnouncement({ record, id: 'other' }));
    await desk.work();

    expect(desk.log.entries.length).toBeGreaterThan(2);
    expect(JSON.stringify(desk.log.entries)).not.toContain('Contoso');
  });
});
