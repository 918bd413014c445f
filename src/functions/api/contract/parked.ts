import * as z from 'zod';
import { operation } from './operation.ts';
import { continuation, instant, paging } from './shared.ts';

const parkedId = z
  .string()
  .regex(/^[a-z-]{1,64}~[0-9a-f]{1,1000}$/, 'must be the id of a parked message')
  .describe('the id of a parked message');

export const parkedMessage = z
  .object({
    id: z.string(),
    queue: z.string().describe('where it came from'),
    messageId: z.string(),
    reason: z.string(),
    attempts: z.int(),
    parkedAt: instant,
    ageSeconds: z.int(),
    size: z.int().describe('bytes of its body'),
    preview: z.string().describe('the beginning of its body'),
    lineage: z
      .array(z.string())
      .describe('the last ids it was sent under before; the number after `~r` counts its redrives'),
  })
  .meta({ id: 'ParkedMessage' });

export const parkedPage = z
  .object({ items: z.array(parkedMessage), continuation })
  .meta({ id: 'ParkedPage' });

export const listParked = operation({
  id: 'listParked',
  method: 'GET',
  path: '/parked',
  tag: 'Parked messages',
  summary: 'Messages that could not be processed, kept whole',
  role: 'Pal.Read',
  query: z.strictObject({ ...paging, continuation: parkedId.optional() }),
  answers: { 200: { description: 'A page', schema: parkedPage } },
});

const reason = z.string().min(1).max(1000);
const which = {
  id: parkedId.optional(),
  reason: reason.optional().describe('those with exactly this reason'),
  all: z.literal(true).optional(),
};
const exactlyOne = (given: { id?: unknown; reason?: unknown; all?: unknown }) =>
  [given.id, given.reason, given.all].filter((one) => one !== undefined).length === 1;
const ONE_OF = 'has to say exactly one of id, reason, all';

export const parkedHandled = z
  .object({
    handled: z.int(),
    homeless: z.int().describe('nobody knows which queue they came from: they can only be discarded'),
    refused: z.int().describe('their queue does not take them, being too large: they stay parked'),
    more: z.boolean().describe('there are more of them: call again'),
  })
  .meta({ id: 'ParkedHandled' });

export const redriveParked = operation({
  id: 'redriveParked',
  method: 'POST',
  path: '/parked/redrive',
  tag: 'Parked messages',
  summary: 'Send parked messages back to their queues: one, those of a reason, or all',
  role: 'Pal.Operate',
  body: {
    type: 'application/json',
    schema: z.strictObject(which).refine(exactlyOne, ONE_OF).meta({ id: 'RedriveParked' }),
  },
  answers: { 200: { description: 'What was done', schema: parkedHandled } },
  mayMiss: true,
});

export const discardParked = operation({
  id: 'discardParked',
  method: 'POST',
  path: '/parked/discard',
  tag: 'Parked messages',
  summary: 'Take parked messages out of the way, with a reason that is recorded',
  role: 'Pal.Operate',
  body: {
    type: 'application/json',
    schema: z
      .strictObject({ ...which, why: z.string().trim().min(3).max(500) })
      .refine(exactlyOne, ONE_OF)
      .meta({ id: 'DiscardParked' }),
  },
  answers: { 200: { description: 'What was done', schema: parkedHandled } },
  mayMiss: true,
});
