import { setTimeout as sleep } from 'node:timers/promises';

/** The numbers of one queue, as the broker counts them. */
export interface QueueNumbers {
  readonly active: number;
  readonly locked: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  readonly completed: number;
}

/** How much is still to be done. */
export interface Remaining {
  readonly waiting: number;
  readonly scheduled: number;
  readonly inFlight: number;
  readonly timeline: number;
}

const POLL_MS = 150;
/** So many looks in a row must find nothing: a message may be between two queues. */
const QUIET_LOOKS = 3;

/** What has to be still. */
interface Work {
  queues(): Promise<Readonly<Record<string, QueueNumbers>>>;
  hostInFlight(): Promise<number>;
}

async function remaining(stack: Work): Promise<Omit<Remaining, 'timeline'>> {
  const [queues, inFlight] = await Promise.all([stack.queues(), stack.hostInFlight()]);
  const all = Object.values(queues);
  const sum = (pick: (queue: (typeof all)[number]) => number) =>
    all.reduce((total, queue) => total + pick(queue), 0);
  return {
    waiting: sum((queue) => queue.active + queue.locked + queue.deadLettered),
    scheduled: sum((queue) => queue.scheduled),
    inFlight,
  };
}

/**
 * Waits until every message is settled: completed, parked or dead-lettered and kept, none scheduled, and the estate's
 * timeline played out. Gives false when `timeoutSeconds` passes first.
 */
export async function settled(
  stack: Work & { timelinePending(): number },
  timeoutSeconds: number | null,
  onLook: (left: Remaining) => void,
): Promise<boolean> {
  const until = timeoutSeconds === null ? Infinity : Date.now() + timeoutSeconds * 1000;
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    if (Date.now() > until) return false;
    await sleep(POLL_MS);
    // Asked first: what the last step of the timeline sends is then among what is left.
    const timeline = stack.timelinePending();
    const left = { ...(await remaining(stack)), timeline };
    onLook(left);
    quiet = left.waiting + left.scheduled + left.inFlight + left.timeline === 0 ? quiet + 1 : 0;
  }
  return true;
}
