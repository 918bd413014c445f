import * as z from 'zod';
import { agreements } from '../../../lib/domain/agreement.ts';
import { verdicts } from '../../../lib/domain/coverage.ts';
import { onboardingData } from '../../../lib/domain/event.ts';
import { guid } from '../../../lib/domain/guid.ts';
import { accessKinds } from '../../../lib/domain/tenant.ts';
import { tenantStates } from '../../../lib/domain/tenant-state.ts';
import { operation } from './operation.ts';
import { askedOutcome } from './relink.ts';
import {
  byReason,
  byState,
  continuation,
  daysAtRisk,
  failureNote,
  instant,
  paging,
  tenantParams,
} from './shared.ts';

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
  acceptedGaps: z.int().describe('of the open ones, those an operator has accepted'),
  daysAtRisk,
  toReverify: z.int().describe('earning scopes to be proven anew, because their agreement changed'),
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
    states: byState,
    reasons: byReason.describe('by state and then by reason, where a state has one'),
    daysAtRisk: daysAtRisk.nullable(),
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
    'A page may hold fewer than `top`, or none, when the time for looking is up: `continuation` goes on from there. As `text/csv` without `top` and `continuation` it gives every tenant that fits, up to 100,000; with one of them a page, whose header `x-ms-continuation` says where the next one begins.',
  role: 'Pal.Read',
  query: z.strictObject({
    state: z.enum(tenantStates).optional(),
    reason: z.string().min(1).max(64).optional(),
    q: z.string().min(1).max(100).optional().describe('how the id or the name begins, whatever the case'),
    tag: tag.optional(),
    principal: z.string().min(1).max(64).optional(),
    top: paging.top.unwrap().optional().describe('how many at most; 100 when it is not said'),
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
    agreement: z.enum(agreements).describe('as it was told; `unknown` where it was not'),
    reverifySince: instant
      .nullable()
      .describe('since when it has to be proven anew, because its agreement changed'),
    principal: z.string(),
    roleIds: z.array(z.string()),
    conditional: z.boolean(),
    endsAt: instant
      .nullable()
      .describe(
        'when the last role that makes it earn ends; null where one is permanent, or it does not earn',
      ),
    quotaId: z.string().nullable(),
    marketplace: z.boolean(),
    since: instant.describe('since when the verdict has stood'),
    directAt: instant.nullable().describe('the last direct read'),
  })
  .meta({ id: 'Scope' });

const gap = z
  .object({
    id: z.string(),
    scope: z.string(),
    reason: z.enum(verdicts),
    openedAt: instant,
    lastEarningAt: instant.nullable(),
    accepted: z
      .object({ by: z.string(), why: z.string(), until: instant, ticket: z.string().nullable() })
      .nullable()
      .describe('by an operator, until a time'),
  })
  .meta({ id: 'Gap' });

const attestation = z
  .object({
    objectId: z.string().describe('the person’s object in the tenant'),
    partnerId: z.string(),
    partnerName: z.string().nullable(),
    attestedBy: z.string(),
    attestedAt: instant.describe('when the person read the link'),
    expiresAt: instant.describe('from when on it counts no longer'),
  })
  .meta({ id: 'Attestation' });

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
    attestations: z
      .array(attestation)
      .describe('what people have shown of links that no pass can read; the newest of each person'),
    asked: z.array(askedOutcome).describe('the last things operators asked for, and what came of them'),
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

const { tenantId, accessKind: _short, requestedBy: _asked, ...told } = onboardingData.shape;
/** A person who sends a name means one; an event of a system may well have nothing to say. */
const displayName = z
  .string()
  .refine((name) => name.trim() !== '', 'must not be blank')
  .pipe(told.displayName.unwrap())
  .optional()
  .describe('What the customer is called.');
const facts = { ...told, displayName };

/** What can be told of a tenant, as an onboarding event does. */
export const registerTenant = operation({
  id: 'registerTenant',
  method: 'POST',
  path: '/tenants',
  tag: 'Tenants',
  summary: 'Register a tenant, or onboard it again',
  description: 'As an onboarding event of a trusted source does; a look at the tenant is asked for.',
  role: 'Pal.Operate',
  body: {
    type: 'application/json',
    maxBytes: 256 * 1024,
    schema: z.strictObject({ tenantId, ...facts }).meta({ id: 'RegisterTenant' }),
  },
  answers: {
    200: { description: 'It was on record already', schema: tenantDetail },
    201: { description: 'It is on record now', schema: tenantDetail },
  },
});

export const changeTenant = operation({
  id: 'changeTenant',
  method: 'PATCH',
  path: '/tenants/{tenantId}',
  tag: 'Tenants',
  summary: 'Change what is known of a tenant',
  description:
    'Fields that are absent stay; of those that are sent the last writer wins, field by field, and `If-Match` is not looked at. It also decides about a change that was withheld of the same field.',
  role: 'Pal.Operate',
  params: tenantParams,
  body: {
    type: 'application/json',
    maxBytes: 256 * 1024,
    schema: z.strictObject(facts).meta({ id: 'ChangeTenant' }),
  },
  answers: { 200: { description: 'The tenant as it is on record now', schema: tenantDetail } },
  mayMiss: true,
});

export const offboardTenant = operation({
  id: 'offboardTenant',
  method: 'DELETE',
  path: '/tenants/{tenantId}',
  tag: 'Tenants',
  summary: 'Offboard a tenant: it is no longer ours, and its history stays',
  description:
    'Nothing is written in Azure: a link of our service principal in the tenant is given up separately.',
  role: 'Pal.Operate',
  params: tenantParams,
  answers: { 200: { description: 'The tenant as it is on record now', schema: tenantDetail } },
  mayMiss: true,
});

const importedLine = z
  .object({
    line: z.int().describe('counted from 1, the header among them'),
    problems: z.array(z.string()),
  })
  .meta({ id: 'ImportProblem' });

export const importResult = z
  .object({
    dryRun: z.boolean(),
    lines: z.int(),
    imported: z.int().describe('lines that are on record now; in a dry run, that would be'),
    onboardedAgain: z
      .array(z.object({ line: z.int(), tenantId: z.string(), offboardedAt: instant }))
      .describe(
        'imported lines whose tenants had been offboarded; in a dry run, those it would onboard again',
      ),
    refused: z.array(importedLine),
  })
  .meta({ id: 'ImportResult' });
export type ImportResult = z.infer<typeof importResult>;

export const importTenants = operation({
  id: 'importTenants',
  method: 'POST',
  path: '/tenants/import',
  tag: 'Tenants',
  summary: 'Register many tenants from CSV',
  description:
    'The first line names the columns: `tenantId`, and any of `displayName`, `accessKinds`, `agreement`, `subscriptionIds`, `principal`, `servicePrincipalObjectId`, `tags`. Several values in a cell stand apart by spaces or semicolons; tags are `name=value`, apart by semicolons. An empty cell says nothing. A tenant that was offboarded is onboarded again, and its line told. Good lines are imported, bad ones reported. At most 5,000 lines.',
  role: 'Pal.Operate',
  query: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
  body: { type: 'text/csv', maxBytes: 5 * 1024 * 1024 },
  answers: { 200: { description: 'What became of each line', schema: importResult } },
});

const difference = z.object({
  scope: z.string(),
  from: z.enum(verdicts).nullable(),
  to: z.enum(verdicts).nullable(),
});

/** One committed difference. */
export const tenantChange = z
  .object({
    version: z.int(),
    at: instant,
    causeId: z.string(),
    phase: z.object({ from: z.string(), to: z.string() }),
    scopes: z.array(difference),
    gapsOpened: z.array(z.string()).describe('scopes'),
    gapsClosed: z.array(z.string()).describe('scopes'),
    gapsAccepted: z.array(z.looseObject({ scope: z.string() })),
    gapsReopened: z.array(z.string()),
    endings: z
      .array(z.object({ scope: z.string(), from: instant.nullable(), to: instant.nullable() }))
      .describe('end dates of earning scopes; null: no end'),
    moves: z
      .array(
        z.union([
          z.object({ subscriptionId: z.string(), to: z.string() }),
          z.object({ subscriptionId: z.string(), from: z.string() }),
        ]),
      )
      .describe('subscriptions that went `to` another tenant or came `from` one, each by its tenant id'),
    agreementChanges: z.array(
      z.object({ subscriptionId: z.string(), from: z.enum(agreements), to: z.enum(agreements) }),
    ),
    reverified: z
      .array(z.string())
      .describe('scopes that were to be verified anew after a change of agreement, and are proven now'),
    told: z.array(z.looseObject({ what: z.string() })).describe('what people told'),
    leftOut: z
      .record(z.string(), z.int())
      .describe('by list, how many more there were: of a long one the first 300 are named'),
  })
  .meta({ id: 'TenantChange' });

export const tenantHistory = z
  .object({ items: z.array(tenantChange), continuation })
  .meta({ id: 'TenantHistory' });

export const getHistory = operation({
  id: 'getTenantHistory',
  method: 'GET',
  path: '/tenants/{tenantId}/history',
  tag: 'Tenants',
  summary: 'What changed, newest first',
  role: 'Pal.Read',
  params: tenantParams,
  query: z.strictObject({
    ...paging,
    continuation: z.coerce.number().int().min(1).max(9_999_999_999).optional(),
  }),
  answers: { 200: { description: 'A page of changes', schema: tenantHistory } },
  mayMiss: true,
});
