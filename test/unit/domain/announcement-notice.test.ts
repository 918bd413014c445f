import { everything } from '../../../src/lib/domain/watch.ts';
import { describe, expect, it } from 'vitest';
import {
  linkAnnouncement,
  tenantAnnouncement,
  type Announcement,
} from '../../../src/lib/domain/announcement.ts';
import { noticeOf, type NoticeBasis } from '../../../src/lib/domain/announcement-notice.ts';
import { remedyHint, noticeSchemas } from '../../../src/lib/domain/notice.ts';
import { verdicts } from '../../../src/lib/domain/coverage.ts';
import { linksOnRecord } from '../../../src/lib/domain/tenant-state.ts';
import { anAnnouncement } from '../../support/announcements.ts';
import { HOUR } from '../../support/clock.ts';
import { aPrincipal, ids, subscriptionId } from '../../support/delegations.ts';
import {
  aBreach,
  aLinkAnnouncement,
  anObserverAnnouncement,
  aSweepAnnouncement,
  aTenantAnnouncement,
} from '../../support/notices.ts';
import {
  aCoveredTenant,
  aGap,
  aLinkRecord,
  anObservedLink,
  aRegistration,
  aScopeRecord,
} from '../../support/tenants.ts';

async function aBasis(changes: Partial<NoticeBasis> = {}): Promise<NoticeBasis> {
  const link = aLinkRecord({ observed: anObservedLink(), readAt: '2026-03-10T11:59:00.000Z' });
  async function* links() {
    yield await Promise.resolve(link);
  }
  return {
    managingTenantId: ids.managingTenant,
    principals: [aPrincipal()],
    principalRules: [],
    watchRules: everything,
    links: await linksOnRecord(links()),
    sweep: null,
    staleAfterMs: 48 * HOUR,
    publicUrl: 'https://pal.fabrikam.example',
    ...changes,
  };
}

describe('every notice', () => {
  it.each<[keyof typeof noticeSchemas, Announcement, string, string]>([
    ['tenant', aTenantAnnouncement(), `tenants/${ids.customer}`, `#/tenants/${ids.customer}`],
    ['tenant', aBreach(3), `tenants/${ids.customer}`, `#/tenants/${ids.customer}`],
    ['link', aLinkAnnouncement(), `links/${ids.managingTenant}/${ids.pal}`, '#/links'],
    ['observer', anObserverAnnouncement('lost'), 'observer', '#/'],
    ['sweep', aSweepAnnouncement(), 'sweeps/sweep-20260310020000000', '#/sweeps'],
    ['message', anAnnouncement('message~1'), 'messages/message~1', '#/parked'],
  ])('about a %s is a CloudEvent as published', async (kind, announcement, subject, view) => {
    const notice = noticeOf(announcement, await aBasis());

    expect(noticeSchemas[kind].parse(notice)).toEqual(notice);
    expect(notice).toMatchObject({
      specversion: '1.0',
      id: announcement.id,
      source: `urn:pal-autopilot:${ids.managingTenant}`,
      subject,
      time: announcement.at,
      data: { page: `https://pal.fabrikam.example/api/dashboard${view}` },
    });
  });

  it('has no page where no setting says what the address is', async () => {
    const notice = noticeOf(anAnnouncement('message~1'), await aBasis({ publicUrl: null }));

    expect(notice.data.page).toBeNull();
  });
});

describe('a notice about a customer', () => {
  it('says the state before and after, the reason, the gaps and the remedy', async () => {
    const before = aCoveredTenant([aScopeRecord(1), aScopeRecord(2)]);
    const lost = aScopeRecord(2, { verdict: 'principal-missing' });
    const gap = aGap(2, { reason: 'principal-missing' });
    const announcement = tenantAnnouncement(
      before,
      { ...before, scopes: [aScopeRecord(1), lost], openGaps: [gap], version: 2 },
      {
        version: 2,
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'event-1',
        phase: { from: 'covered', to: 'covered' },
        scopes: [{ scope: lost.scope, from: 'earning', to: 'principal-missing' }],
        gapsOpened: [lost.scope],
        gapsClosed: [],
        gapsAccepted: [],
        gapsReopened: [],
      },
      [],
    );

    const { data } = noticeOf(announcement, await aBasis());

    const remedy = 'Deploy the offer again with the principal beside all it has now.';
    expect(announcement.id).toBe(`tenant~${ids.customer}~2`);
    expect(data).toMatchObject({
      displayName: 'Contoso',
      version: 2,
      state: { from: 'earning', to: 'partly-earning' },
      reason: 'principal-missing',
      gapsOpened: { total: 1, listed: [{ scope: lost.scope, reason: 'principal-missing', remedy }] },
      gapsClosed: { total: 0, listed: [] },
      summary: 'Contoso: earning → partly-earning, principal-missing, 1 gap opened.',
      remedy,
    });
  });

  it('says that an end date is another one, though nothing else is', async () => {
    const before = aCoveredTenant([aScopeRecord(1)]);
    const to = '2026-06-30T22:00:00.000Z';
    const endings = [{ scope: aScopeRecord(1).scope, from: null, to }];
    const nothing = { scopes: [], gapsOpened: [], gapsClosed: [], gapsAccepted: [], gapsReopened: [] };
    const phase = { from: 'covered', to: 'covered' } as const;
    const change = { version: 2, at: '2026-03-10T12:00:00.000Z', causeId: 'event-1', phase, ...nothing };

    const told = tenantAnnouncement(before, { ...before, version: 2 }, { ...change, endings }, []);
    const untold = tenantAnnouncement(before, { ...before, version: 2 }, change, []);

    const notice = noticeOf(told, await aBasis());
    expect(noticeSchemas.tenant.parse(notice)).toEqual(notice);
    expect(notice.data).toMatchObject({
      summary: 'Contoso: still earning, 1 end date changed.',
      endings: { total: 1, listed: endings },
    });
    expect(noticeOf(untold, await aBasis()).data).toMatchObject({ endings: { total: 0, listed: [] } });
  });

  it('is honest about a link that is not there: the customer does not earn', async () => {
    const { data } = noticeOf(aTenantAnnouncement(), await aBasis({ links: new Map() }));

    expect(data).toMatchObject({ state: { to: 'unobserved' }, reason: 'link-not-read' });
  });

  it('names twenty scopes of a large one, and counts the others; what was expected of it is left out', () => {
    const scopes = Array.from({ length: 300 }, (_, n) => aScopeRecord(n));
    const subscriptionIds = scopes.map((_, n) => subscriptionId(n));
    const registration = aRegistration({ facts: { displayName: 'Contoso', subscriptionIds } });
    const before = aCoveredTenant([], { registration });
    const announcement = tenantAnnouncement(
      before,
      { ...before, scopes, version: 2 },
      {
        version: 2,
        at: '2026-03-10T12:00:00.000Z',
        causeId: 'event-1',
        phase: { from: 'covered', to: 'covered' },
        scopes: scopes.map(({ scope }) => ({ scope, from: null, to: 'earning' as const })),
        gapsOpened: [],
        gapsClosed: [],
        gapsAccepted: [],
        gapsReopened: [],
      },
      [],
    );

    expect(announcement.scopes.total).toBe(300);
    expect(announcement.scopes.listed).toHaveLength(20);
    expect(JSON.stringify(announcement).length).toBeLessThan(10_000);
  });
});

describe('a notice about a link', () => {
  it.each([
    ['unknown', 'linked', null, /: unknown → linked \(partner ID 4681234\)\.$/, null],
    ['linked', 'unlinked', null, /: linked → unlinked \(partner ID 4681234\)\.$/, /observe mode/],
    ['linked', 'linked-elsewhere', null, /linked → linked-elsewhere/, /nothing was overwritten/],
    [
      'linked',
      'linked',
      'Entra refused.',
      /cannot be looked at; it was last seen linked: Entra refused\.$/,
      /credential/,
    ],
  ] as const)('from %s to %s (%s) says so', async (from, to, trouble, summary, remedy) => {
    const { data } = noticeOf(aLinkAnnouncement({ from, to }, { trouble }), await aBasis());

    expect(data.summary).toMatch(summary);
    if (remedy) expect(data.remedy).toMatch(remedy);
    else expect(data.remedy).toBeNull();
  });

  it('that can be looked at again says so, and how it was found', async () => {
    const seen = aLinkAnnouncement({ from: 'linked', to: 'linked', sight: 'regained' });

    expect(noticeOf(seen, await aBasis()).data.summary).toMatch(
      /can be looked at again: linked \(partner ID 4681234\)\.$/,
    );
  });

  it('that was never seen does not claim that it was', async () => {
    const blind = aLinkAnnouncement({ from: 'unknown', to: 'unknown', sight: 'lost' }, { trouble: 'No.' });

    expect(noticeOf(blind, await aBasis()).data.summary).toMatch(/it has never been seen: No\.$/);
  });

  it('is made with the change, under its version', () => {
    const { change } = aLinkAnnouncement({ version: 3 });
    const announcement = linkAnnouncement(aLinkRecord({ version: 3 }), change);

    expect(announcement).toMatchObject({ id: `link~${ids.managingTenant}~${ids.pal}~3`, trouble: null });
  });
});

describe('a notice about the observer', () => {
  it('says that it is refused, why, and what to check', async () => {
    const { data } = noticeOf(anObserverAnnouncement('lost'), await aBasis());

    expect(data.summary).toBe('The observer is refused, and no delegation can be looked at: Entra refused.');
    expect(data.remedy).toMatch(/identity exists, gets a token/);
  });

  it('says that it sees again, with nothing left to do', async () => {
    const { data } = noticeOf(anObserverAnnouncement('regained'), await aBasis());

    expect(data).toMatchObject({ summary: 'The observer can read the delegations again.', remedy: null });
  });
});

describe('a notice about a sweep', () => {
  const none = { count: 0, first: [] };
  const news = {
    found: none,
    gone: none,
    earning: { count: 1, first: [ids.otherCustomer] },
    bad: { count: 2, first: [ids.customer] },
  };
  const daysAtRisk = { certain: 4, possible: 9, neverEarned: 0 };

  it('tells reasons, news, days at risk and calls beside the states', async () => {
    const reasons = { 'not-earning': { gone: 3 } };
    const calls = { graphQueries: 2, subscriptionPages: 1 };

    const { data } = noticeOf(aSweepAnnouncement({ reasons, news, daysAtRisk, calls }), await aBasis());

    expect(data).toMatchObject({ reasons, news, daysAtRisk, calls });
  });

  it.each([
    [{}, 'The sweep has finished: 12 earning, 3 not-earning.'],
    [{ baseline: true, states: {} }, 'The first sweep has finished: no customers.'],
    [
      { partial: true, coveredUpTo: null, states: { earning: 1 } },
      'The sweep has finished: 1 earning. Nothing of the estate could be read.',
    ],
    [
      { states: { earning: 1 }, news, daysAtRisk },
      'The sweep has finished: 1 earning. New since the last one: 2 in trouble, 1 set up to earn. Scope-days at risk in 30 days: 4 certain, 9 possible.',
    ],
    [
      { heldScopes: 40, states: { earning: 1 } },
      'The sweep has finished: 1 earning. 40 scopes would be lost at once; the loss is held back.',
    ],
  ])('with %j says so', async (changes, summary) => {
    expect(noticeOf(aSweepAnnouncement(changes), await aBasis()).data.summary).toBe(summary);
  });
});

describe('the remedy of a verdict', () => {
  it('is said for all that loses something', () => {
    const silent = verdicts.filter((verdict) => remedyHint(verdict) === null);
    expect(silent).toEqual(['subscription-inactive', 'earning']);
  });
});
