import type {
  Announcement,
  LinkAnnouncement,
  MessageAnnouncement,
  ObserverAnnouncement,
  SweepAnnouncement,
  TenantAnnouncement,
} from './announcement.ts';
import { RISK_DAYS } from './days-at-risk.ts';
import {
  remedyHint,
  type LinkNotice,
  type MessageNotice,
  type Notice,
  type ObserverNotice,
  type SweepNotice,
  type TenantNotice,
} from './notice.ts';
import { standingOn, type StandingBasis } from './standing.ts';
import { noNews } from './sweep-news.ts';
import { isBlind, type SweepRecord } from './sweep-record.ts';
import type { TenantStanding } from './tenant-state.ts';

/** What notices need beside what was announced. */
export interface NoticeBasis extends Omit<StandingBasis, 'now'> {
  readonly managingTenantId: string;
  /** Where people reach the app, without a slash at its end; null where no setting says so. */
  readonly publicUrl: string | null;
}

/** The words for an announcement, as the CloudEvent that is sent. Pure; the same announcement has the same id. */
export function noticeOf(announcement: Announcement, basis: NoticeBasis): Notice {
  const common = {
    specversion: '1.0' as const,
    id: announcement.id,
    source: `urn:pal-autopilot:${basis.managingTenantId}`,
    time: announcement.at,
    datacontenttype: 'application/json' as const,
  };
  switch (announcement.kind) {
    case 'tenant':
      return { ...common, type: 'pal.tenant.changed.v1', ...tenantNews(announcement, basis) };
    case 'link':
      return { ...common, type: 'pal.link.changed.v1', ...linkNews(announcement, basis) };
    case 'observer':
      return { ...common, type: 'pal.observer.changed.v1', ...observerNews(announcement, basis) };
    case 'sweep':
      return { ...common, type: 'pal.sweep.finished.v1', ...sweepNews(announcement, basis) };
    case 'message':
      return { ...common, type: 'pal.message.parked.v1', ...messageNews(announcement, basis) };
  }
}

type News<T extends Notice> = Pick<T, 'subject' | 'data'>;

function tenantNews(announcement: TenantAnnouncement, basis: NoticeBasis): News<TenantNotice> {
  const { before, after, version, causeId, scopes, gapsOpened, gapsClosed, endings } = announcement;
  const { tenantId, facts } = after.registration;
  const standings = { ...basis, now: new Date(announcement.at) };
  const from = standingOn(standings, before);
  const to = standingOn(standings, after);
  const opened = gapsOpened.listed.map(({ scope, reason }) => ({
    scope,
    reason,
    remedy: remedyHint(reason),
  }));
  return {
    subject: `tenants/${tenantId}`,
    data: {
      tenantId,
      displayName: facts.displayName ?? null,
      tags: { ...facts.tags },
      version,
      state: { from: from.state, to: to.state },
      reason: to.reason,
      scopes: { total: scopes.total, listed: [...scopes.listed] },
      endings: { total: endings?.total ?? 0, listed: [...(endings?.listed ?? [])] },
      gapsOpened: { total: gapsOpened.total, listed: opened },
      gapsClosed: { total: gapsClosed.total, listed: [...gapsClosed.listed] },
      causeId,
      summary: tenantSentence(facts.displayName ?? tenantId, from, to, announcement),
      remedy: opened.find((gap) => gap.remedy !== null)?.remedy ?? null,
      page: pageOf(basis, `tenants/${tenantId}`),
    },
  };
}

function tenantSentence(
  name: string,
  from: TenantStanding,
  to: TenantStanding,
  { gapsOpened, gapsClosed, scopes, endings }: TenantAnnouncement,
): string {
  const state = from.state === to.state ? `still ${to.state}` : `${from.state} → ${to.state}`;
  const counts = [
    gapsOpened.total > 0 ? `${count(gapsOpened.total, 'gap')} opened` : '',
    gapsClosed.total > 0 ? `${count(gapsClosed.total, 'gap')} closed` : '',
    gapsOpened.total + gapsClosed.total === 0 && scopes.total > 0
      ? `${count(scopes.total, 'scope')} changed`
      : '',
    endings ? `${count(endings.total, 'end date')} changed` : '',
  ];
  const details = [to.reason ?? '', ...counts].filter((part) => part !== '');
  return `${name}: ${[state, ...details].join(', ')}.`;
}

function linkNews(announcement: LinkAnnouncement, basis: NoticeBasis): News<LinkNotice> {
  const { tenantId, objectId, principal, change, trouble } = announcement;
  const { version, from, to, partnerId, causeId } = change;
  return {
    subject: `links/${tenantId}/${objectId}`,
    data: {
      principal,
      tenantId,
      objectId,
      version,
      state: { from, to },
      partnerId,
      trouble,
      causeId,
      summary: linkSentence(announcement),
      remedy: linkRemedy(announcement),
      page: pageOf(basis, 'links'),
    },
  };
}

function linkSentence({ principal, tenantId, change, trouble }: LinkAnnouncement): string {
  const link = `The link of ${principal} in tenant ${tenantId}`;
  if (trouble !== null) {
    const seen = change.to === 'unknown' ? 'it has never been seen' : `it was last seen ${change.to}`;
    return `${link} cannot be looked at; ${seen}: ${trouble}`;
  }
  const id = change.partnerId === null ? '' : ` (partner ID ${change.partnerId})`;
  const now = change.from === change.to ? change.to : `${change.from} → ${change.to}`;
  return `${link}${change.sight === 'regained' ? ' can be looked at again' : ''}: ${now}${id}.`;
}

function linkRemedy({ change, trouble }: LinkAnnouncement): string | null {
  if (trouble !== null)
    return 'Check the principal’s credential, its consent and its conditional access; no customer’s link can be proven meanwhile.';
  if (change.to === 'unlinked')
    return 'In observe mode, switch to enforce; else see the outcome of the link’s last look.';
  if (change.to === 'linked-elsewhere')
    return 'Find out whose partner ID it is before you replace it: nothing was overwritten.';
  return null;
}

function observerNews({ change }: ObserverAnnouncement, basis: NoticeBasis): News<ObserverNotice> {
  const { version, sight, trouble, causeId } = change;
  const lost = sight === 'lost';
  return {
    subject: 'observer',
    data: {
      version,
      sight,
      trouble,
      causeId,
      summary: lost
        ? `The observer is refused, and no delegation can be looked at: ${trouble ?? 'no reason was given'}`
        : 'The observer can read the delegations again.',
      remedy: lost
        ? 'Check that the observer’s identity exists, gets a token and stands in the delegations; what was known before stands meanwhile.'
        : null,
      page: pageOf(basis, ''),
    },
  };
}

function sweepNews({ sweep }: SweepAnnouncement, basis: NoticeBasis): News<SweepNotice> {
  const { sweepId, startedAt, baseline, partial, heldScopes, openFollowUps, states } = sweep;
  const { reasons, news, daysAtRisk, calls } = sweep;
  const blind = isBlind(sweep);
  return {
    subject: `sweeps/${sweepId}`,
    data: {
      sweepId,
      startedAt,
      finishedAt: sweep.finishedAt ?? startedAt,
      baseline,
      partial,
      blind,
      heldScopes,
      openFollowUps,
      states: { ...states },
      reasons: mapped(reasons, (tenants) => ({ ...tenants })),
      news: news && mapped(news, ({ count: total, first }) => ({ count: total, first: [...first] })),
      daysAtRisk,
      calls: { ...calls },
      summary: sweepSentence(sweep),
      remedy: blind
        ? 'Check that the observer’s identity works and stands in the delegations; what was known before stands.'
        : heldScopes > 0
          ? 'Look at a few of the customers: confirm the sweep if the loss is real, or wait for the next one to agree.'
          : null,
      page: pageOf(basis, 'sweeps'),
    },
  };
}

function sweepSentence(sweep: SweepAnnouncement['sweep']): string {
  const states = Object.entries(sweep.states)
    .toSorted(([, a], [, b]) => b - a)
    .map(([state, tenants]) => `${tenants} ${state}`);
  const found = states.length > 0 ? states.join(', ') : 'no customers';
  const sentences = [
    `${sweep.baseline ? 'The first sweep has finished' : 'The sweep has finished'}: ${found}.`,
    isBlind(sweep)
      ? 'Nothing of the estate could be read.'
      : sweep.partial
        ? 'The estate could not be read to its end.'
        : '',
    sweep.heldScopes > 0
      ? `${count(sweep.heldScopes, 'scope')} would be lost at once; the loss is held back.`
      : '',
    newsSentence(sweep.news),
    riskSentence(sweep.daysAtRisk),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function newsSentence(news: SweepRecord['news']): string {
  const { found, gone, earning, bad } = news ?? noNews;
  const counts: [number, string][] = [
    [bad.count, 'in trouble'],
    [gone.count, 'gone'],
    [earning.count, 'set up to earn'],
    [found.count, 'found'],
  ];
  const told = counts.filter(([tenants]) => tenants > 0).map(([tenants, what]) => `${tenants} ${what}`);
  return told.length > 0 ? `New since the last one: ${told.join(', ')}.` : '';
}

function riskSentence(days: SweepRecord['daysAtRisk']): string {
  if (!days || days.possible === 0) return '';
  return `Scope-days at risk in ${RISK_DAYS} days: ${days.certain} certain, ${days.possible} possible.`;
}

function messageNews(announcement: MessageAnnouncement, basis: NoticeBasis): News<MessageNotice> {
  const { id, queue, messageId, reason, attempts } = announcement;
  return {
    subject: `messages/${id}`,
    data: {
      queue,
      messageId,
      reason,
      attempts,
      summary: `A message from the queue ${queue} was parked: ${reason}`,
      remedy: 'See what is wrong with it; then redrive or discard it.',
      page: pageOf(basis, 'parked'),
    },
  };
}

/** A view of the dashboard. */
function pageOf({ publicUrl }: NoticeBasis, view: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/api/dashboard#/${view}`;
}

/** The same keys with other values. */
function mapped<K extends string, From, To>(
  values: Readonly<Record<K, From>>,
  to: (value: From) => To,
): Record<K, To> {
  const entries = Object.entries<From>(values).map(([key, value]) => [key, to(value)]);
  return Object.fromEntries(entries) as Record<K, To>;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
