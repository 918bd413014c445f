import type { Announcement } from '../domain/announcement.ts';
import type { LinkChange } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Outbox } from '../domain/ports.ts';

/**
 * An outbox that also logs every gap that was opened, whatever the pass or sweep that found it: alerts listen for
 * `gap.opened`. Like any announcement, a gap may be logged twice after a crash, and is never left out.
 */
export function makeLoggedOutbox(outbox: Outbox, log: Log): Outbox {
  return {
    async announce(announcements) {
      await outbox.announce(announcements);
      for (const announcement of announcements) logGaps(announcement, log);
    },
  };
}

function logGaps(announcement: Announcement, log: Log): void {
  if (announcement.kind === 'tenant' && announcement.gapsOpened.total > 0) {
    const { total, listed } = announcement.gapsOpened;
    const reasons = [...new Set(listed.map(({ reason }) => reason ?? 'unknown'))].sort();
    const id = announcement.after.registration.tenantId;
    log.warn('gap.opened', { subject: 'tenant', id, gaps: total, reasons: reasons.join(',') });
  }
  if (announcement.kind === 'link' && isLost(announcement.change)) {
    const { tenantId, objectId, change } = announcement;
    log.warn('gap.opened', { subject: 'link', id: `${tenantId}~${objectId}`, gaps: 1, reasons: change.to });
  }
}

/** What an operator has ordered is no alarm. */
function isLost({ from, to, order }: LinkChange): boolean {
  return from === 'linked' && to !== 'linked' && order === undefined;
}
