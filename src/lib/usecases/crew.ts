/** Runs tasks a few at a time, with no queue of its own: whoever brings the next one waits for a free hand. */
export interface Crew {
  /** Resolves when the task has begun. Throws the first error of a task that came before. */
  start(task: () => Promise<void>): Promise<void>;
  /** Resolves when every task has ended; throws the first error. */
  end(): Promise<void>;
}

export function makeCrew(atOnce: number): Crew {
  const busy = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const check = () => {
    if (errors.length > 0) throw errors[0];
  };
  return {
    async start(task) {
      while (busy.size >= atOnce) await Promise.race(busy);
      check();
      const running: Promise<void> = task()
        .catch((error: unknown) => void errors.push(error))
        .finally(() => busy.delete(running));
      busy.add(running);
    },
    async end() {
      await Promise.all(busy);
      check();
    },
  };
}
