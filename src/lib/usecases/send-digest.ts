import { windowAt } from '../domain/notice-window.ts';
import type { Announcements, Clock, Queues } from '../domain/ports.ts';
import { askNotice } from './ask-notice.ts';

export interface SendDigestDeps {
  readonly announcements: Pick<Announcements, 'digestedUntil' | 'digested'>;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly windowMs: number;
  /** Whether anybody is to be told. */
  readonly heard: boolean;
}

export type SendDigest = () => Promise<void>;

const DAY_MS = 86_400_000;

/**
 * Asks for the day's digest: of everything since the last one that was not told at once. A digest that was missed is made
 * up for by the next. Throws `Failure` when table or queue cannot be read or written.
 */
export function makeSendDigest(deps: SendDigestDeps): SendDigest {
  return async () => {
    if (!deps.heard) return;
    const now = deps.clock();
    // Windows that have been gone through by now.
    const until = windowAt(new Date(now.getTime() - 2 * deps.windowMs), deps.windowMs);
    const from =
      (await deps.announcements.digestedUntil()) ?? windowAt(new Date(now.getTime() - DAY_MS), deps.windowMs);
    if (from >= until) return;
    await askNotice(deps.queues, { do: 'digest', from, until });
    await deps.announcements.digested(until);
  };
}
