import { z } from 'zod';
import { verdicts } from '../../../lib/domain/coverage.ts';
import { guid } from '../../../lib/domain/guid.ts';
import { accessKinds, agreements } from '../../../lib/domain/tenant.ts';
import { tenantStates } from '../../../lib/domain/tenant-state.ts';
import { operation } from './operation.ts';
import { continuation, failureNote, instant, paging, tenantParams } from './shared.ts';

const verdictCounts = z.partialRecord(z.enum(verdicts), z.int());

/** How a tenant stands, computed when it is read: coverage × link × freshness. */
const standing = {
  state: z.enum(tenantStates),
  reason: z.string().nullable().describe('the verdict or circumstance behind a state that is not earning'),
  stale: z.boolean().describe('no good look for so long that it no longer counts as earning'),
  lastGood: instant.nullable().describe('the last complete look, its own or a sweep’s'),
  failure: failureNote.nullable(),
};

const tenantFields = {
  tenantId: z.string(),
  displayName: z.string().nullable(),
  ...standing,
  accessKinds: z.array(z.enum(accessKinds)),
  agreement: z.enum(agreements),
  principal: z.string().nullable().describe('the principal it uses; null when the settings name none such'),
  tags: z.record(z.string(), z.string()),
  openGaps: z.int(),
  verdicts: verdictCounts.describe('how many scopes have each verdict'),
  lastOutcome: z.string().nullable(),
  announcedAt: instant,
  offboardedAt: instant.nullable(),
  version: z.int().describe('rises with every committed change'),
};

/** A tenant as lists show it. */
export const tenantItem = z.object(tenantFields).meta({ id: 'TenantItem' });
export type TenantItem = z.infer<typeof tenantItem>;

const totals = z
  .object({
    states: z.record(z.string(), z.int()),
    countedAt: instant.describe('when the last sweep that finished counted them'),
  })
  .meta({ id: 'Totals' });

export const tenantPage = z
  .object({
    items: z.array(tenantItem),
    continuation,
    totals: totals.nullable().describe('null before the first sweep has finished'),
  })
  .meta({ id: 'TenantPage' });
export type TenantPage = z.infer<typeof tenantPage>;

const tag = z
  .string()
  .regex(/^[^=]{1,100}(=.{0,200})?$/, 'must be name or name=value')
  .describe('name, or name=value');

export const listTenants = operation({
  id: 'listTenants',
  method: 'GET',
  path: '/tenants',
  tag: 'Tenants',
  summary: 'Tenants in the order of their ids, a page at a time',
  description:
    'A page may hold fewer than `top`, or none, when the time for looking is up: `continuation` goes on from there. As `text/csv` it gives every tenant that fits, in one answer.',
  role: 'Pal.Read',
  query: z.strictObject({
    state: z.enum(tenantStates).optional(),
    reason: z.string().min(1).max(64).optional(),
    q: z.string().min(1).max(100).optional().describe('how the id or the name begins, whatever the case'),
    tag: tag.optional(),
    principal: z.string().min(1).max(64).optional(),
    ...paging,
    continuation: guid.optional(),
    bom: z.enum(['true', 'false']).optional().describe('CSV begins with a byte order mark, for spreadsheets'),
  }),
  answers: { 200: { description: 'A page', schema: tenantPage, csv: true } },
});

const scope = z
  .object({
    scope: z.string(),
    subscriptionId: z.string(),
    displayName: z.string().nullable(),
    verdict: z.enum(verdicts),
    inherited: z.boolean(),
    countsFor: z.string(),
    principal: z.string(),
    roleIds: z.array(z.string()),
    conditional: z.boolean(),
    quotaId: z.string().nullable(),
    marketplace: z.boolean(),
    since: instant.describe('since when the verdict has stood'),
    directAt: instant.nullable().describe('the last direct read'),
  })
  .meta({ id: 'Scope' });

const gap = z
  .object({
    scope: z.string(),
    reason: z.enum(verdicts),
    openedAt: instant,
    lastEarningAt: instant.nullable(),
  })
  .meta({ id: 'Gap' });

const tenantLink = z
  .object({
    access: z.enum(['lighthouse', 'service-principal']),
    state: z.enum(['unknown', 'linked', 'unlinked', 'linked-elsewhere']),
    readAt: instant.nullable(),
    failure: failureNote.nullable(),
  })
  .meta({ id: 'TenantLink' });

export const tenantDetail = z
  .object({
    ...tenantFields,
    expectedSubscriptionIds: z.array(z.string()),
    scopes: z.array(scope),
    gaps: z.array(gap).describe('open ones'),
    links: z.array(tenantLink).describe('the link behind each way of access'),
    instructions: z.array(z.string()).describe('what a person can do about it, in plain words'),
    withheld: z
      .array(z.object({ what: z.string(), value: z.string(), source: z.string(), at: instant }))
      .describe('changes told by sources that are not trusted: an operator decides'),
  })
  .meta({ id: 'Tenant' });
export type TenantDetail = z.infer<typeof tenantDetail>;

export const getTenant = operation({
  id: 'getTenant',
  method: 'GET',
  path: '/tenants/{tenantId}',
  tag: 'Tenants',
  summary: 'One tenant: its scopes, gaps, links, and what to do',
  role: 'Pal.Read',
  params: tenantParams,
  answers: { 200: { description: 'The tenant', schema: tenantDetail } },
  mayMiss: true,
});
