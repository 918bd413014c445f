import type * as z from 'zod';
import type { patience } from '../contract/relink.ts';

/** So long is waited at the most (seconds): the platform cuts a call off that takes minutes. */
const LONGEST = 60;

/** Among other preferences, with spaces around its sign and in quotes or not (source: RFC 7240, section 2). */
const WAIT = /(?:^|[,;\s])wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:$|[,;\s])/i;

/** How long a caller waits for the outcome (milliseconds), and the answer's word for it. */
export function patienceOf({ prefer }: z.infer<typeof patience>) {
  const [, bare, quoted] = WAIT.exec(prefer ?? '') ?? [];
  const seconds = Math.min(LONGEST, Number(bare ?? quoted ?? 0));
  const headers: Readonly<Record<string, string>> =
    seconds > 0 ? { 'preference-applied': `wait=${seconds}` } : {};
  return { waitMs: seconds * 1000, headers };
}
