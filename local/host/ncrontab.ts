/** NCRONTAB, the six-field cron dialect of timer triggers, always in UTC here. */
import { Cron } from 'croner';

const cronOptions = { timezone: 'UTC', mode: '6-part', domAndDow: true } as const;

// Narrower than croner, which also takes L, W, # and ?: Azure would refuse those.
const field = /^(?:[\d*/,-]|[a-z]{3})+$/i;

/** Checks an NCRONTAB expression and gives it back; throws with `owner` when Azure would not take it. */
export function readSchedule(expression: string, owner: string): string {
  const fields = expression.trim().split(/\s+/);
  const fault = (why: string) =>
    new Error(`${owner}: "${expression}" is no NCRONTAB expression of six fields (${why})`);
  if (fields.length !== 6) throw fault(`it has ${fields.length}`);
  const odd = fields.find((part) => !field.test(part));
  if (odd !== undefined) throw fault(`"${odd}"`);
  try {
    new Cron(expression, { ...cronOptions, paused: true });
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error));
  }
  return expression;
}

/** The first time after `from` at which the schedule is due; null when there is none. */
export function nextOccurrence(expression: string, from: Date): Date | null {
  return new Cron(expression, { ...cronOptions, paused: true }).nextRun(from);
}
