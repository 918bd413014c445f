/**
 * Announcements are told in windows of time, so that what comes about together is heard of together. A window is named by
 * the instant it begins (ISO instant), so names sort by time.
 */
export type NoticeWindow = string;

/** How soon people hear of something: with its window, with the day's digest, or not by themselves at all. */
export type Urgency = 'at-once' | 'daily' | 'silent';

/** The window an instant lies in. */
export function windowAt(instant: Date, lengthMs: number): NoticeWindow {
  const start = Math.floor(instant.getTime() / lengthMs) * lengthMs;
  return new Date(start).toISOString();
}

/** The window after a window. */
export function windowAfter(window: NoticeWindow, lengthMs: number): NoticeWindow {
  return new Date(Date.parse(window) + lengthMs).toISOString();
}

/** When a window is gone through: a little after its end, so that whoever began within it has finished. */
export function dueAt(window: NoticeWindow, lengthMs: number): Date {
  return new Date(Date.parse(window) + lengthMs * 1.25);
}

/** Whether an instant comes too late for a window: it may have been gone through already, as clocks differ. */
export function isTooLateFor(window: NoticeWindow, lengthMs: number, instant: Date): boolean {
  return instant.getTime() >= Date.parse(window) + lengthMs * 1.1;
}
