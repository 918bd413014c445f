import { isConflict } from '../domain/failure.ts';
import { dayOf, type Announcement } from '../domain/announcement.ts';
import { dueAt, isTooLateFor, windowAt, type NoticeWindow } from '../domain/notice-window.ts';
import type { Announcements, Clock, Outbox, Queues } from '../domain/ports.ts';
import { askNotice } from './ask-notice.ts';

export interface OutboxDeps {
  readonly announcements: Announcements;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly windowMs: number;
  /** Whether anybody is to be told; otherwise announcements are only put on record. */
  readonly heard: boolean;
}

/**
 * Puts announcements on record, each once by its id, and asks that the window they are told in be gone through; all that
 * falls into one window asks under one id. An entry nobody has told of although its window has passed is told in the
 * present one: whoever made it broke off. Throws `Failure` when table or queue cannot be written.
 */
export function makeOutbox(deps: OutboxDeps): Outbox {
  return {
    async announce(announcements) {
      const windows = new Map<string, { readonly window: NoticeWindow; readonly day: string }>();
      for (const announcement of announcements) {
        const window = await enterInTime(deps, announcement);
        const day = dayOf(announcement);
        if (window !== null) windows.set(`${window} ${day}`, { window, day });
      }
      if (!deps.heard) return;
      for (const due of windows.values()) {
        await askNotice(deps.queues, { do: 'tell', ...due }, dueAt(due.window, deps.windowMs));
      }
    },
  };
}

/** The window an announcement will be told in; null when it has been gone through. */
async function enterInTime(deps: OutboxDeps, announcement: Announcement): Promise<NoticeWindow | null> {
  const { announcements, clock, windowMs } = deps;
  const enter = () => announcements.enter(announcement, windowAt(clock(), windowMs));
  let entry = await enter();
  // The clock is asked after the write: whoever goes through the window must find the entry there.
  while (entry.record.urgency === null && isTooLateFor(entry.record.window, windowMs, clock())) {
    const record = { ...entry.record, window: windowAt(clock(), windowMs) };
    entry = await announcements.update(entry, record).catch(overtaken(enter));
  }
  return entry.record.urgency === null ? entry.record.window : null;
}

/** Somebody else wrote in the meantime: then what they wrote counts. */
function overtaken<T>(again: () => Promise<T>) {
  return (error: unknown): Promise<T> => {
    if (isConflict(error)) return again();
    throw error;
  };
}
