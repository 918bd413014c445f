import type { Digest } from '../../domain/ports.ts';
import type { Notice, TenantNotice } from '../../domain/notice.ts';

/** Teams refuses about 28 KB measured inside; what it measures is larger than what is sent. */
const LIMIT_BYTES = 18_000;
/** No one line is longer; what it leaves out stands on the page. */
const LINE_LENGTH = 400;

interface Element {
  readonly type: 'TextBlock' | 'Container';
  readonly [property: string]: unknown;
}

/**
 * A digest as the body a Teams workflow takes: one Adaptive Card of version 1.4 (later ones are not shown) below the
 * size limit, the worst news first, and the number of what there was no room for.
 */
export function teamsCard(digest: Digest, limit = LIMIT_BYTES): string {
  const sorted = digest.notices.toSorted((a, b) => weightOf(b) - weightOf(a));
  let shown = sorted.slice(0, 100);
  let card = cardOf(digest, shown);
  while (Buffer.byteLength(card) >= limit && shown.length > 0) {
    shown = shown.slice(0, shown.length > 10 ? Math.floor(shown.length * 0.9) : shown.length - 1);
    card = cardOf(digest, shown);
  }
  return card;
}

function cardOf(digest: Digest, shown: readonly Notice[]): string {
  const more = digest.notices.length - shown.length;
  const page = digest.notices.map(({ data }) => data.page).find((found) => found !== null);
  const body: Element[] = [
    text(titleOf(digest), { weight: 'Bolder', size: 'Medium' }),
    text(countsOf(digest.notices), { isSubtle: true, spacing: 'None' }),
    ...shown.map(sectionOf),
    ...(more > 0 ? [text(`… and ${more} more.`, { isSubtle: true })] : []),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
    ...(page
      ? { actions: [{ type: 'Action.OpenUrl', title: 'Open PAL Autopilot', url: dashboardOf(page) }] }
      : {}),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', attachments: [attachment] });
}

function titleOf({ urgency, notices }: Digest): string {
  return urgency === 'daily' ? 'Partner links: the day’s digest' : headlineOf(notices);
}

/** The worst that the notices tell, in a few words. */
function headlineOf(notices: readonly Notice[]): string {
  const worst = notices.toSorted((a, b) => weightOf(b) - weightOf(a))[0];
  switch (worst?.type) {
    case 'pal.link.changed.v1':
      return 'A partner link has changed';
    case 'pal.observer.changed.v1':
      return worst.data.sight === 'lost' ? 'Nothing can be looked at' : 'Delegations can be looked at again';
    case 'pal.sweep.finished.v1':
      return 'A sweep has finished';
    case 'pal.message.parked.v1':
      return 'A message was parked';
    case 'pal.tenant.changed.v1':
    case undefined:
      return customersHeadline(notices);
  }
}

/** What the customers have in common: the worst of it, where they have not. */
function customersHeadline(notices: readonly Notice[]): string {
  const customers = notices
    .filter((notice) => notice.type === 'pal.tenant.changed.v1')
    .map(({ data }) => data);
  if (customers.some(({ state, gapsOpened }) => gapsOpened.total > 0 || isLoss(state)))
    return 'Customers have stopped earning';
  const earn = customers.every(({ state }) => state.to === 'earning');
  return earn ? 'Customers are set up to earn' : 'Customers have changed';
}

/** How far a state earns; all others do not. */
const EARNS: Readonly<Record<string, number>> = { earning: 2, 'partly-earning': 1 };
/** Nobody lost anything that was ended by order. */
const ENDED: readonly string[] = ['offboarded', 'excluded'];

function isLoss({ from, to }: TenantNotice['data']['state']): boolean {
  return !ENDED.includes(to) && (EARNS[to] ?? 0) < (EARNS[from] ?? 0);
}

function countsOf(notices: readonly Notice[]): string {
  const of = (type: Notice['type']) => notices.filter((notice) => notice.type === type).length;
  const counts: readonly (readonly [number, string])[] = [
    [of('pal.link.changed.v1'), 'link'],
    [of('pal.observer.changed.v1'), 'observer'],
    [of('pal.tenant.changed.v1'), 'customer'],
    [of('pal.sweep.finished.v1'), 'sweep'],
    [of('pal.message.parked.v1'), 'parked message'],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(' · ');
}

function sectionOf({ data }: Notice): Element {
  const link = data.page === null ? '' : ` [Open](${data.page})`;
  const items = [text(`${plain(data.summary)}${link}`, {})];
  if (data.remedy !== null) items.push(text(plain(data.remedy), { isSubtle: true, spacing: 'None' }));
  return { type: 'Container', separator: true, items };
}

function text(words: string, how: Readonly<Record<string, unknown>>): Element {
  return { type: 'TextBlock', text: words, wrap: true, ...how };
}

/** Words from outside as they are: a card's text is Markdown, in which a customer's name could be a link. */
function plain(words: string): string {
  const line = words.toWellFormed().replaceAll(/[\p{Cc}\s]+/gu, ' ');
  const characters = Array.from(line);
  const short = characters.length > LINE_LENGTH ? `${characters.slice(0, LINE_LENGTH).join('')}…` : line;
  return short.replaceAll(/[\\`*_~[\]<>#|]/g, '\\$&');
}

/** How much a notice weighs: links first, then blindness, parked messages, and customers by the gaps they opened. */
function weightOf(notice: Notice): number {
  switch (notice.type) {
    case 'pal.link.changed.v1':
      return notice.data.state.to === 'linked' && notice.data.trouble === null ? 1e6 : 2e6;
    case 'pal.observer.changed.v1':
      return notice.data.sight === 'lost' ? 1.7e6 : 1e6;
    case 'pal.sweep.finished.v1':
      return notice.data.blind || notice.data.heldScopes > 0 ? 1.5e6 : 0.5;
    case 'pal.message.parked.v1':
      return 0.9e6;
    case 'pal.tenant.changed.v1':
      return notice.data.gapsOpened.total;
  }
}

function dashboardOf(page: string): string {
  return page.replace(/#.*$/, '');
}
