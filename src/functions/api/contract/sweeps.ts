import * as z from 'zod';
import { operation } from './operation.ts';
import { byReason, byState, continuation, daysAtRisk, instant, paging } from './shared.ts';

const sweepId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,36}$/, 'must be a sweep’s id')
  .describe('the id of a sweep');

const listing = z.object({
  count: z.int(),
  first: z.array(z.string()).describe('tenant ids; the rest are counted'),
});

const news = z
  .object({
    found: listing.describe('on record since'),
    gone: listing.describe('was delegated, or expected to be, and is not any more'),
    earning: listing.describe('set up to earn, and was not'),
    bad: listing.describe('in trouble that somebody has to look at, and was not'),
  })
  .meta({ id: 'SweepNews' });

export const sweep = z
  .object({
    sweepId: z.string(),
    status: z.enum(['running', 'following-up', 'finished', 'skipped']),
    startedAt: instant,
    assessedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    tenants: z.record(z.string(), z.int()).describe('what became of the tenants it came by'),
    durationMs: z.int().nullable().describe('from its start to its end; null while it is under way'),
    states: byState.describe('tenants by state, counted at its end'),
    reasons: byReason.describe('the same by state and then by reason, where a state has one'),
    daysAtRisk: daysAtRisk.nullable().describe('of all tenants; null while it is under way'),
    news: news.nullable().describe('what differs from the last finished sweep; null of the first'),
    calls: z.record(z.string(), z.int()).describe('calls to Azure it made itself; its passes make their own'),
    partial: z.boolean().describe('not everything could be read'),
    baseline: z.boolean().describe('the first one: its findings are no news'),
    heldScopes: z
      .int()
      .describe('earning scopes whose loss is held back, because too many would be lost at once'),
    confirmed: z
      .object({ by: z.string(), at: instant, tenants: z.int() })
      .nullable()
      .describe('by whom it was believed after all'),
    openFollowUps: z.int(),
  })
  .meta({ id: 'Sweep' });

export const sweepPage = z.object({ items: z.array(sweep), continuation }).meta({ id: 'SweepPage' });

export const listSweeps = operation({
  id: 'listSweeps',
  method: 'GET',
  path: '/sweeps',
  tag: 'Sweeps',
  summary: 'Sweeps, newest first',
  role: 'Pal.Read',
  query: z.strictObject({ ...paging, continuation: sweepId.optional() }),
  answers: { 200: { description: 'A page', schema: sweepPage } },
});

export const sweepStarted = z.object({ sweepId: z.string() }).meta({ id: 'SweepStarted' });

export const startSweep = operation({
  id: 'startSweep',
  method: 'POST',
  path: '/sweeps',
  tag: 'Sweeps',
  summary: 'Look at the whole estate now',
  description: 'While another sweep is under way, the new one is recorded as skipped.',
  role: 'Pal.Operate',
  answers: { 202: { description: 'Asked for; `Location` is where it will show', schema: sweepStarted } },
});

export const getSweep = operation({
  id: 'getSweep',
  method: 'GET',
  path: '/sweeps/{sweepId}',
  tag: 'Sweeps',
  summary: 'One sweep',
  role: 'Pal.Read',
  params: z.object({ sweepId }),
  answers: { 200: { description: 'The sweep', schema: sweep } },
  mayMiss: true,
});

export const sweepConfirmed = z
  .object({ tenants: z.int().describe('handed to passes, which prove each loss as any other') })
  .meta({ id: 'SweepConfirmed' });

export const confirmSweep = operation({
  id: 'confirmSweep',
  method: 'POST',
  path: '/sweeps/{sweepId}/confirm',
  tag: 'Sweeps',
  summary: 'Believe the mass worsening that a sweep holds back',
  role: 'Pal.Operate',
  params: z.object({ sweepId }),
  answers: { 200: { description: 'What was handed on; asked again, the same', schema: sweepConfirmed } },
  mayMiss: true,
  mayConflict: true,
});
