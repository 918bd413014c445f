import pLimit from 'p-limit';
import { noticeOf, type NoticeBasis } from '../domain/announcement-notice.ts';
import type { Announcement } from '../domain/announcement.ts';
import { dispositionOf, Failure, isConflict, type RetryPolicy } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import { noticeId, noticeRequest, type Delivery, type NoticeRequest } from '../domain/notice-request.ts';
import { isRoutedTo, type NoticeRoute } from '../domain/notice-route.ts';
import { windowAfter } from '../domain/notice-window.ts';
import type {
  Announcements,
  Clock,
  Entry,
  EntrySelection,
  LinkLedger,
  NoticeSink,
  Queues,
  SweepLedger,
  Versioned,
} from '../domain/ports.ts';
import { linksOnRecord } from '../domain/tenant-state.ts';
import { urgenciesOf } from '../domain/urgency.ts';
import { askNotice } from './ask-notice.ts';
import { park, type Unprocessed } from './park.ts';
import { readRequest } from './read-request.ts';

export interface SendNoticeDeps extends Pick<
  NoticeBasis,
  'managingTenantId' | 'principals' | 'principalRules' | 'watchRules' | 'publicUrl' | 'staleAfterMs'
> {
  readonly announcements: Announcements;
  readonly sweeps: Pick<SweepLedger, 'lastFinished'>;
  readonly links: Pick<LinkLedger, 'all'>;
  readonly sink: NoticeSink;
  readonly queues: Queues;
  readonly routes: readonly NoticeRoute[];
  readonly windowMs: number;
  /** So many gaps opened within one window are told at once. */
  readonly breachScopes: number;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

export type SendNotice = (message: Unprocessed) => Promise<'told' | 'delivered' | 'retried' | 'parked'>;

/**
 * One message from `notices`. A window is gone through: each entry learns how soon people hear of it, and every route
 * that is to hear something at once gets a message of its own; so does each route's share of the day's digest. A
 * delivery reads its entries again and sends them; in trouble it is sent on as a scheduled copy or parked, by the table
 * of fates, and no other route waits for it. Throws `Failure` when table or queue cannot be read or written.
 */
export function makeSendNotice(deps: SendNoticeDeps): SendNotice {
  return async (message) => {
    const request = readRequest(message.body, noticeRequest);
    if (!request) {
      await park(deps.queues, message, 'The message is not a request to tell people something.');
      return 'parked';
    }
    if (request.do === 'deliver') return deliver(deps, request, message);
    await (request.do === 'tell' ? tell(deps, request) : shareDigest(deps, request));
    return 'told';
  };
}

/** Updates of one window that are under way at a time. */
const UPDATES = 16;

async function tell(
  deps: SendNoticeDeps,
  { window, day }: Extract<NoticeRequest, { do: 'tell' }>,
): Promise<void> {
  const selection = { firstDay: day, lastDay: day, from: window, until: windowAfter(window, deps.windowMs) };
  const decided = await decide(deps, await entriesOf(deps, selection));
  const atOnce = decided.filter(({ urgency }) => urgency === 'at-once');
  for (const { name } of deps.routes.filter((route) => shareOf(route, atOnce).length > 0)) {
    await askNotice(deps.queues, firstDelivery(deps, name, 'at-once', selection));
  }
  deps.log.info('notice.told', { window, entries: decided.length, atOnce: atOnce.length });
}

/** Writes down how soon people hear of each entry, where that is open. The deliveries go by what is written. */
async function decide(deps: SendNoticeDeps, known: readonly Versioned<Entry>[]): Promise<Entry[]> {
  const announcements = known.map(({ record }) => record.announcement);
  const lastSweep = await deps.sweeps.lastFinished();
  const digestedUntil = await deps.announcements.digestedUntil();
  const urgencies = urgenciesOf(announcements, { breachScopes: deps.breachScopes, lastSweep });
  const limit = pLimit(UPDATES);
  const decided = await Promise.all(
    known.map((entry, index) =>
      limit(async () => {
        const urgency = urgencies[index] ?? 'at-once';
        // The day's digest has gone already: what comes after it is told by itself.
        const late = urgency === 'daily' && digestedUntil !== null && entry.record.window < digestedUntil;
        return write(deps, entry, { ...entry.record, urgency: late ? 'at-once' : urgency });
      }),
    ),
  );
  return decided.filter((entry) => entry !== null);
}

/** Null where somebody has moved the entry to another window, which tells it. */
async function write(deps: SendNoticeDeps, known: Versioned<Entry>, entry: Entry): Promise<Entry | null> {
  if (known.record.urgency !== null) return known.record;
  try {
    return (await deps.announcements.update(known, entry)).record;
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}

const DAY_MS = 86_400_000;
/** News may be told so much later than it came about: whoever was to tell it broke off, and its redelivery healed it. */
const LATEST_DAYS = 7;

async function shareDigest(
  deps: SendNoticeDeps,
  { from, until }: Extract<NoticeRequest, { do: 'digest' }>,
): Promise<void> {
  const firstDay = new Date(Date.parse(from) - LATEST_DAYS * DAY_MS).toISOString().slice(0, 10);
  const selection = { firstDay, lastDay: until.slice(0, 10), from, until };
  for (const { name } of deps.routes.filter(({ min }) => min === 'all')) {
    await askNotice(deps.queues, firstDelivery(deps, name, 'daily', selection));
  }
}

function firstDelivery(
  { clock }: SendNoticeDeps,
  route: string,
  urgency: Delivery['urgency'],
  selection: EntrySelection,
): Delivery {
  return {
    do: 'deliver',
    route,
    urgency,
    selection,
    sent: 0,
    attempt: 0,
    hop: 0,
    since: clock().toISOString(),
  };
}

async function deliver(
  deps: SendNoticeDeps,
  request: Delivery,
  message: Unprocessed,
): Promise<'delivered' | 'retried' | 'parked'> {
  const route = deps.routes.find(({ name }) => name === request.route);
  if (!route) {
    deps.log.warn('notice.dropped', { route: request.route, why: 'The settings no longer name the route.' });
    return 'delivered';
  }
  const entries = (await entriesOf(deps, request.selection)).map(({ record }) => record);
  const share = shareOf(
    route,
    entries.filter(({ urgency }) => urgency === request.urgency),
  );
  if (share.length === 0) return 'delivered';
  const basis = await basisFor(deps, share);
  const digest = {
    id: noticeId(request),
    urgency: request.urgency,
    notices: share.map((announcement) => noticeOf(announcement, basis)),
  };
  let { sent } = request;
  try {
    while (sent < share.length) ({ sent } = await deps.sink.send(route, digest, sent));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return sendLater(deps, { ...request, sent }, message, error);
  }
  deps.log.info('notice.delivered', { route: route.name, notice: digest.id, entries: share.length });
  return 'delivered';
}

/** What of some entries a route is to hear, the oldest first. */
function shareOf(route: NoticeRoute, entries: readonly Entry[]): Announcement[] {
  return entries
    .map(({ announcement }) => announcement)
    .filter((announcement) => isRoutedTo(route, tagsOf(announcement)))
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

function tagsOf(announcement: Announcement): Readonly<Record<string, string>> | null {
  return announcement.kind === 'tenant' ? (announcement.after.registration.facts.tags ?? {}) : null;
}

async function basisFor(deps: SendNoticeDeps, share: readonly Announcement[]): Promise<NoticeBasis> {
  const { managingTenantId, principals, principalRules, watchRules, publicUrl, staleAfterMs } = deps;
  const tenants = share.some(({ kind }) => kind === 'tenant');
  const links = tenants ? await linksOnRecord(deps.links.all()) : new Map<string, never>();
  const settings = { managingTenantId, principals, principalRules, watchRules, publicUrl, staleAfterMs };
  return { ...settings, links, sweep: null };
}

async function sendLater(
  deps: SendNoticeDeps,
  request: Delivery,
  message: Unprocessed,
  failure: Failure,
): Promise<'retried' | 'parked'> {
  const { attempt, hop, since, route } = request;
  const now = deps.clock();
  const disposition = dispositionOf(
    failure,
    { attempt, since: new Date(since) },
    deps.retry,
    now,
    deps.random(),
  );
  const fields = { route, notice: noticeId(request), kind: failure.kind, message: failure.message };
  if (disposition.do === 'retry') {
    const next = { ...request, hop: hop + 1, attempt: disposition.counted ? attempt + 1 : attempt };
    await askNotice(deps.queues, next, disposition.at);
    deps.log.warn('notice.retried', { ...fields, at: disposition.at.toISOString() });
    return 'retried';
  }
  const reason = disposition.do === 'park' ? disposition.reason : failure.message;
  await park(deps.queues, { ...message, attempts: attempt + 1 }, `Route ${route}: ${reason}`);
  deps.log.error('notice.parked', fields);
  return 'parked';
}

async function entriesOf(deps: SendNoticeDeps, selection: EntrySelection): Promise<Versioned<Entry>[]> {
  const found: Versioned<Entry>[] = [];
  for await (const entry of deps.announcements.select(selection)) found.push(entry);
  return found;
}
