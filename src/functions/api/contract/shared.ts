import * as z from 'zod';
import { failureKinds } from '../../../lib/domain/failure.ts';
import { guid } from '../../../lib/domain/guid.ts';

/** An instant, ISO 8601, UTC. */
export const instant = z.iso.datetime();

/** What went wrong at the last look. */
export const failureNote = z
  .object({
    kind: z.enum(failureKinds),
    message: z.string(),
    at: instant,
    requestId: z.string().nullable(),
  })
  .meta({ id: 'Failure' });

export const tenantParams = z.object({ tenantId: guid.describe('the customer’s Entra tenant id') });

/** How many, and where to go on. */
export const paging = {
  top: z.coerce.number().int().min(1).max(1000).default(100).describe('how many at most'),
};

/** A list's last field: where the next page begins; null at the end. */
export const continuation = z
  .string()
  .nullable()
  .describe('where the next page begins, to be sent back as it is; null when there is no more');

/** Scope-days of the last 30 UTC days, today among them: one day of each of ten scopes is ten. */
export const daysAtRisk = z
  .object({
    certain: z.int().describe('whole days on which a scope was lost beyond doubt'),
    possible: z.int().describe('days on which it may have been, the certain ones among them'),
    neverEarned: z.int().describe('days of scopes that have never earned; in neither of the others'),
  })
  .meta({ id: 'DaysAtRisk' });

/** Tenants by state. */
export const byState = z.record(z.string(), z.int());

/** Tenants by state and then by reason, where a state has one. */
export const byReason = z.record(z.string(), byState);
