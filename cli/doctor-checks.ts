import type { z } from 'zod';
import type { deploymentCheck } from '../src/functions/api/contract/health.ts';

export type Check = z.output<typeof deploymentCheck>;

/** What only whoever calls can see of a deployment. */
export interface CallerSight {
  readonly url: string;
  /** What /health/live came to: its status, and the time it bore; null when nothing answered. */
  readonly live: { readonly status: number; readonly date: Date | null } | null;
  /** What the token says, unverified; null when there is none, then `trouble` tells why. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly trouble: string | null;
  readonly now: Date;
}

const SKEW_MS = 60_000;

/** The checks that the app cannot make of itself. Pure and total. */
export function callerChecks({ url, live, claims, trouble, now }: CallerSight): Check[] {
  return [reachCheck(url, live), tokenCheck(claims, trouble, now), roleCheck(claims), clockCheck(live, now)];
}

function check(name: string, verdict: Check['verdict'], detail: string, remedy: string | null = null): Check {
  return { name, verdict, detail, remedy };
}

function reachCheck(url: string, live: CallerSight['live']): Check {
  if (!live)
    return check('API', 'failed', `${url} does not answer.`, 'Is the address right, and does the app run?');
  if (live.status === 200) return check('API', 'passed', `${url} answers.`);
  return check(
    'API',
    'failed',
    `${url}/health/live answered ${live.status}.`,
    'A wrong setting stops the start; the log names it. Look whether it is the address of PAL Autopilot, too.',
  );
}

function tokenCheck(claims: CallerSight['claims'], trouble: string | null, now: Date): Check {
  if (!claims) return check('your token', 'failed', trouble ?? 'It cannot be read.', 'Sign in: az login');
  const { tid, exp, oid } = claims;
  const who = `It is of tenant ${shown(tid)} and object ${shown(oid)}.`;
  if (typeof exp === 'number' && exp * 1000 <= now.getTime())
    return check('your token', 'failed', `${who} It has expired.`, 'Sign in again: az login');
  return check('your token', 'passed', who);
}

function roleCheck(claims: CallerSight['claims']): Check {
  const given: readonly unknown[] = claims && Array.isArray(claims['roles']) ? claims['roles'] : [];
  const roles = given.filter((role) => role === 'Pal.Read' || role === 'Pal.Operate');
  const remedy = 'Have Pal.Operate assigned to you in Entra (Enterprise applications, Users and groups).';
  if (!claims)
    return check('your app role', 'could not tell', 'There is no token to look at.', 'Sign in: az login');
  if (roles.length === 0) return check('your app role', 'failed', 'You hold none.', remedy);
  return check('your app role', 'passed', `You hold ${roles.join(' and ')}.`);
}

function clockCheck(live: CallerSight['live'], now: Date): Check {
  if (!live?.date)
    return check('your clock', 'could not tell', 'No answer bore a time.', 'Look at the API first.');
  const seconds = Math.round(Math.abs(now.getTime() - live.date.getTime()) / 1000);
  const detail = `Your clock and the app’s host’s are ${seconds} s apart.`;
  if (seconds * 1000 <= SKEW_MS) return check('your clock', 'passed', detail);
  return check('your clock', 'failed', detail, 'Set your clock: tokens are refused from five minutes on.');
}

function shown(claim: unknown): string {
  return typeof claim === 'string' ? claim : '(not said)';
}
