import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import type { z } from 'zod';
import type { askedOutcome } from '../src/functions/api/contract/relink.ts';
import { complaint } from './complaint.ts';
import type { Column } from './output.ts';

export interface WaitOptions {
  /** Seconds; 0: not at all. */
  readonly wait: number;
  readonly idempotencyKey?: string;
}

/** Adds what orders take whose outcome comes a little later. */
export function withWaiting(command: Command): Command {
  return command
    .option('--wait <seconds>', 'how long to wait for the outcome (0 to 60)', seconds, 30)
    .option('--idempotency-key <key>', 'given again, the same order is carried out once');
}

function seconds(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 60) return Number(text);
  throw new InvalidArgumentError('It is a number from 0 to 60.');
}

export function waitHeaders({ wait, idempotencyKey = randomUUID() }: WaitOptions) {
  return { 'idempotency-key': idempotencyKey, ...(wait > 0 ? { prefer: `wait=${wait}` } : {}) };
}

type AskedOutcome = z.output<typeof askedOutcome>;

export const outcomeColumns: readonly Column<AskedOutcome>[] = [
  { title: 'Outcome', of: ({ outcome }) => outcome },
  { title: 'Detail', of: ({ detail }) => detail },
  { title: 'At', of: ({ at }) => at },
];

/** An order that came to nothing is an error, in words. */
export function reportOutcome({ outcome, detail }: AskedOutcome): void {
  if (outcome !== 'refused' && outcome !== 'failed') return;
  throw complaint(`The outcome is “${outcome}”${detail ? `: ${detail}` : '.'}`);
}
