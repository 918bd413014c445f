import * as z from 'zod';
import { operation } from './operation.ts';
import { instant, tenantParams } from './shared.ts';

export const foundTenant = z
  .object({
    tenantId: z.string(),
    firstSeenAt: instant,
    lastSeenAt: instant,
    subscriptions: z.int().describe('how many of its subscriptions are delegated to us'),
    offers: z.array(z.string()),
    dismissed: z.object({ by: z.string(), at: instant }).nullable(),
  })
  .meta({ id: 'FoundTenant' });

/** The most that are shown at once; who has more decides about these first. */
export const MOST_FOUND = 1_000;

export const foundTenants = z
  .object({ items: z.array(foundTenant), more: z.boolean() })
  .meta({ id: 'FoundTenants' });

export const listFound = operation({
  id: 'listFoundTenants',
  method: 'GET',
  path: '/found-tenants',
  tag: 'Found tenants',
  summary: 'Customers that carry a delegation to us and were announced by nobody',
  role: 'Pal.Read',
  answers: { 200: { description: `The first ${MOST_FOUND} by id`, schema: foundTenants } },
});

const decision = { method: 'POST', tag: 'Found tenants', role: 'Pal.Operate', params: tenantParams } as const;
const decided = z
  .object({ tenantId: z.string(), decided: z.enum(['adopted', 'dismissed']) })
  .meta({ id: 'Decided' });
const answers = { 200: { description: 'Decided', schema: decided } };

export const adoptFound = operation({
  ...decision,
  id: 'adoptFoundTenant',
  path: '/found-tenants/{tenantId}/adopt',
  summary: 'Register a found customer, and have it looked at',
  answers,
  mayMiss: true,
});

export const dismissFound = operation({
  ...decision,
  id: 'dismissFoundTenant',
  path: '/found-tenants/{tenantId}/dismiss',
  summary: 'None of ours: it is not put up again while it is delegated to us',
  answers,
  mayMiss: true,
});
