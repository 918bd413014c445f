import * as z from 'zod';
import { operation } from './operation.ts';
import { continuation, failureNote, instant, paging } from './shared.ts';

/** Where a page of links goes on. */
const linkKey = z.string().regex(/^[0-9a-f-]{36}~[0-9a-f-]{36}$/i, 'must be a continuation as it was given');

export const link = z
  .object({
    principal: z.string(),
    tenantId: z.string().describe('the tenant the identity is in: its home, or a customer’s'),
    objectId: z.string(),
    wanted: z.string().nullable().describe('the partner ID that is wanted; null while the link is held'),
    partnerId: z.string().nullable().describe('as it was last read'),
    partnerName: z.string().nullable(),
    state: z.enum(['unknown', 'linked', 'unlinked', 'linked-elsewhere']),
    readAt: instant.nullable(),
    failure: failureNote.nullable(),
    lastOutcome: z.string().nullable(),
    gapSince: instant.nullable().describe('since when it has been wrong, as far as is known'),
    version: z.int(),
  })
  .meta({ id: 'Link' });

export const linkPage = z.object({ items: z.array(link), continuation }).meta({ id: 'LinkPage' });

export const listLinks = operation({
  id: 'listLinks',
  method: 'GET',
  path: '/links',
  tag: 'Links',
  summary: 'Links: one a principal at home, and one in each tenant with a service principal of ours',
  role: 'Pal.Read',
  query: z.strictObject({ ...paging, continuation: linkKey.optional() }),
  answers: { 200: { description: 'A page', schema: linkPage } },
});
