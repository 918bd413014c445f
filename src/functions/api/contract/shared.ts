import { z } from 'zod';
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
