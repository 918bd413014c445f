/** Fires timer-triggered functions when they are due. One function never overlaps itself; times missed meanwhile are skipped. */
import type { TypedData } from './core-api.ts';
import type { Invoke, TriggerInput } from './invocation.ts';
import { nextOccurrence } from './ncrontab.ts';
import type { TimerTrigger } from './trigger.ts';

export interface TimerListener {
  /** Runs one timer by hand, as an administrator would. */
  run(trigger: TimerTrigger): Promise<unknown>;
  stop(): void;
}

/** What a real host remembers of a timer in its storage; here it lives as long as the process. */
interface ScheduleStatus {
  last: Date | null;
  lastUpdated: Date | null;
}

// setTimeout overflows beyond 2^31 - 1 ms and then fires at once.
const longestWaitMs = 2 ** 31 - 1;

/** Starts all timers. A run that fails has been logged and counted by `invoke`. */
export function startTimers(
  triggers: readonly TimerTrigger[],
  invoke: Invoke,
  now: () => Date = () => new Date(),
): TimerListener {
  const waiting = new Map<string, NodeJS.Timeout>();
  const statuses = new Map<string, ScheduleStatus>();
  let stopped = false;

  const run = async (trigger: TimerTrigger) => {
    const status = statuses.get(trigger.functionName) ?? { last: null, lastUpdated: null };
    statuses.set(trigger.functionName, status);
    const startedAt = now();
    const input = timerInput(trigger, status, startedAt);
    status.last = status.lastUpdated = startedAt;
    await invoke(trigger.functionName, input);
  };

  const schedule = (trigger: TimerTrigger, from: Date) => {
    if (stopped) return;
    const due = nextOccurrence(trigger.schedule, from);
    if (due) waitUntil(due, trigger);
  };

  const waitUntil = (due: Date, trigger: TimerTrigger) => {
    const remaining = due.getTime() - now().getTime();
    const timer = setTimeout(
      () => {
        if (remaining > longestWaitMs) waitUntil(due, trigger);
        else fire(trigger, due);
      },
      Math.min(Math.max(0, remaining), longestWaitMs),
    );
    waiting.set(trigger.functionName, timer);
  };

  const fire = (trigger: TimerTrigger, due: Date) => {
    // A clock may ring a little early; what was due then must not be due again.
    const again = () => schedule(trigger, new Date(Math.max(now().getTime(), due.getTime())));
    run(trigger).then(again, again);
  };

  for (const trigger of triggers) {
    if (trigger.runOnStartup) fire(trigger, now());
    else schedule(trigger, now());
  }

  return {
    run,
    stop: () => {
      stopped = true;
      waiting.forEach((timer) => clearTimeout(timer));
    },
  };
}

/** The trigger's value, named as .NET names it; the library lowers the first letters. */
function timerInput(trigger: TimerTrigger, status: ScheduleStatus, now: Date): TriggerInput {
  const json = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: trigger.useMonitor
      ? {
          Last: instant(status.last),
          LastUpdated: instant(status.lastUpdated),
          Next: instant(nextOccurrence(trigger.schedule, now)),
        }
      : null,
    IsPastDue: false,
  };
  return { data: { json: JSON.stringify(json) } satisfies TypedData };
}

function instant(date: Date | null): string {
  // .NET's default DateTime stands for "never".
  return date ? date.toISOString().replace(/\.\d+Z$/, '+00:00') : '0001-01-01T00:00:00';
}
