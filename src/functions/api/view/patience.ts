import type * as z from 'zod';
import type { patience } from '../contract/relink.ts';

/** So long is waited at the most (seconds): the platform cuts a call off that takes minutes. */
const LONGEST = 60;

/** How long a caller waits for the outcome (milliseconds), and the answer's word for it. */
export function patienceOf({ prefer }: z.infer<typeof patience>) {
  const asked = /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(prefer ?? '')?.[1];
  const seconds = asked === undefined ? 0 : Math.min(LONGEST, Number(asked));
  const headers: Readonly<Record<string, string>> =
    seconds > 0 ? { 'preference-applied': `wait=${seconds}` } : {};
  return { waitMs: seconds * 1000, headers };
}
