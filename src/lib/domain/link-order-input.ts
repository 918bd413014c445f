import * as z from 'zod';
import { guid } from './guid.ts';
import { partnerId } from './partner-id.ts';

const shared = {
  tenantId: guid
    .optional()
    .describe('A customer’s tenant, for the link there; absent: the principal’s home tenant.'),
  why: z.string().trim().min(1).max(500).optional().describe('For the record; needed to unlink.'),
  expectedCurrentPartnerId: z
    .string()
    .regex(/^[0-9]{1,20}$/, 'must be the digits of a partner ID, or null for no link')
    .nullable()
    .optional()
    .describe('The current partner ID, as the preview showed it; null where it showed no link.'),
  confirmAffected: z
    .int()
    .min(0)
    .optional()
    .describe('The number of affected tenants, as the preview showed it. Without it nothing is done.'),
};

/** What an operator sends to change a link, by verb. Without a confirmation it is a question, answered by a preview. */
export const linkOrderInputs = {
  unlink: z.strictObject({
    ...shared,
    until: z.iso.datetime({ offset: true }).optional().describe('When the link is wanted again.'),
  }),
  restore: z.strictObject(shared),
  relink: z.strictObject({
    ...shared,
    partnerId: partnerId.optional().describe('The partner ID to link; absent: the one of the settings.'),
  }),
} as const;

/** Any of them, as a use case takes it. */
export interface LinkOrderInput {
  readonly tenantId?: string | undefined;
  readonly why?: string | undefined;
  readonly expectedCurrentPartnerId?: string | null | undefined;
  readonly confirmAffected?: number | undefined;
  readonly until?: string | undefined;
  readonly partnerId?: string | undefined;
}

/** What an operator sends to have a tenant looked at again. */
export const relinkTenantInput = z.strictObject({
  dryRun: z
    .boolean()
    .default(false)
    .describe('Say what would be done, from a fresh read; do and send nothing.'),
});
