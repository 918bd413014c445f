import type { Announcement, TenantAnnouncement } from './announcement.ts';
import type { Urgency } from './notice-window.ts';
import { isBaselinePending, isBlind, isSweepId, type SweepRecord } from './sweep-record.ts';

export interface UrgencyRules {
  /** So many gaps opened within one window are a breach, and told at once. */
  readonly breachScopes: number;
  /** The last sweep that finished; null before the first. */
  readonly lastSweep: SweepRecord | null;
}

/**
 * How soon people hear of each announcement of one window. At once: every change of a link, being blind and no longer, a loss that is
 * held back, a breach, a parked message. With the day's digest: the rest. Not by itself: what the first sweep found,
 * because its summary tells it.
 */
export function urgenciesOf(announcements: readonly Announcement[], rules: UrgencyRules): Urgency[] {
  const news = announcements.filter((announcement) => !isBaseline(announcement, rules));
  const opened = news.reduce((sum, announcement) => sum + gapsOpenedBy(announcement), 0);
  const breach = opened >= rules.breachScopes;
  return announcements.map((announcement) => {
    if (isBaseline(announcement, rules)) return 'silent';
    return isUrgent(announcement, breach) ? 'at-once' : 'daily';
  });
}

function isUrgent(announcement: Announcement, breach: boolean): boolean {
  switch (announcement.kind) {
    case 'link':
    case 'observer':
    case 'message':
      return true;
    case 'sweep':
      return announcement.sweep.baseline || announcement.sweep.heldScopes > 0 || isBlind(announcement.sweep);
    case 'tenant':
      return breach && gapsOpenedBy(announcement) > 0;
  }
}

function gapsOpenedBy(announcement: Announcement): number {
  return announcement.kind === 'tenant' ? announcement.gapsOpened.total : 0;
}

/**
 * Whether the first sweep found it, itself or by the passes it asked for. Until one has come to the end of the estate,
 * every sweep is a first one. Being blind is no finding.
 */
function isBaseline(announcement: Announcement, { lastSweep }: UrgencyRules): boolean {
  const causeId = causeOf(announcement);
  if (causeId === null || !isSweepId(causeId)) return false;
  if (lastSweep === null || isBaselinePending(lastSweep)) return true;
  // Ids rise with time.
  return lastSweep.baseline && causeId <= lastSweep.sweepId;
}

function causeOf(announcement: Announcement): TenantAnnouncement['causeId'] | null {
  if (announcement.kind === 'tenant') return announcement.causeId;
  if (announcement.kind !== 'link' || announcement.change.sight) return null;
  return announcement.change.causeId;
}
