import * as z from 'zod';
import { attestationInput } from '../../../lib/domain/attestation.ts';
import { dporInput } from '../../../lib/domain/dpor.ts';
import { gapAcceptance } from '../../../lib/domain/gap-acceptance.ts';
import { operation } from './operation.ts';
import { tenantParams } from './shared.ts';
import { tenantDetail } from './tenants.ts';

const onRecord = { 200: { description: 'The tenant as it is on record now', schema: tenantDetail } };

export const attest = operation({
  id: 'attestLink',
  method: 'POST',
  path: '/tenants/{tenantId}/attestations',
  tag: 'Tenants',
  summary: 'Show a link that no pass can read: a guest’s, or a directory account’s',
  role: 'Pal.Operate',
  params: tenantParams,
  body: { type: 'application/json', schema: attestationInput },
  answers: onRecord,
  mayMiss: true,
  mayConflict: true,
});

export const recordPartnerOfRecord = operation({
  id: 'recordPartnerOfRecord',
  method: 'POST',
  path: '/tenants/{tenantId}/partners-of-record',
  tag: 'Tenants',
  summary: 'Keep one step of a subscription’s partner of record (DPOR): asked, confirmed, void',
  role: 'Pal.Operate',
  params: tenantParams,
  body: { type: 'application/json', schema: dporInput },
  answers: onRecord,
  mayMiss: true,
  mayConflict: true,
});

export const acceptGap = operation({
  id: 'acceptGap',
  method: 'POST',
  path: '/tenants/{tenantId}/gaps/{gapId}/accept',
  tag: 'Tenants',
  summary: 'Accept an open gap until a time: it is neither counted nor alarmed as long',
  role: 'Pal.Operate',
  params: z.object({
    ...tenantParams.shape,
    gapId: z.string().min(1).max(300).describe('the gap’s id, as the tenant shows it'),
  }),
  body: { type: 'application/json', schema: z.strictObject(gapAcceptance.shape) },
  answers: onRecord,
  mayMiss: true,
  mayConflict: true,
});

const step = z.object({
  text: z.string(),
  commands: z.array(z.string()).optional(),
  link: z.string().optional(),
});

const instructions = z
  .object({
    summary: z.string(),
    before: z.array(step),
    ways: z.array(z.object({ by: z.enum(['portal', 'powershell', 'azure-cli']), steps: z.array(step) })),
    afterwards: z.array(step),
  })
  .meta({ id: 'Instructions' });

const authorization = z.object({
  principalId: z.string(),
  principalName: z.string().nullable(),
  roleId: z.string(),
  roleName: z.string().nullable().describe('null: a role that no list names'),
  delegatedRoleIds: z
    .array(z.string())
    .optional()
    .describe('roles that a User Access Administrator may hand on'),
});

const authorizationDiff = z.object({
  kept: z.array(authorization),
  added: z.array(authorization),
  removed: z.array(authorization),
});

const template = z.looseObject({}).describe('an ARM template, ready to be deployed');

const remedy = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('nothing'), text: z.string() }).describe('nothing to deploy, and why'),
    z
      .object({
        kind: z.literal('redeploy'),
        diff: authorizationDiff,
        definition: z.looseObject({}).describe('all that is delegated then'),
        template,
        instructions,
      })
      .describe('the live definition again, with what is missing'),
    z
      .object({ kind: z.literal('delegate'), diff: authorizationDiff, template, instructions })
      .describe('the published template, filled in'),
    z
      .object({ kind: z.literal('publish-plan'), diff: authorizationDiff, instructions })
      .describe('a marketplace offer, which only a new version of its plan changes'),
    z
      .object({ kind: z.literal('assign-role'), instructions })
      .describe('a role for our service principal in the customer’s tenant'),
    z
      .object({ kind: z.literal('unreadable'), text: z.string() })
      .describe('what is delegated could not be read now'),
  ])
  .meta({ id: 'Remedy' });

export const remedies = z
  .object({
    people: z.array(instructions).describe('what a person has to do where no pass can'),
    firstSteps: z
      .array(remedy)
      .describe(
        'how the customer begins, where nothing is delegated yet and no subscription is known: the ready template, filled in',
      ),
    scopes: z.array(z.object({ scope: z.string(), verdict: z.string(), remedy })),
    leftOut: z.int().describe('scopes in trouble that were left out: ask for one by its id'),
    partnersOfRecord: z.array(z.looseObject({ subscriptionId: z.string(), status: z.string() })),
  })
  .meta({ id: 'Remedies' });

export const getRemedy = operation({
  id: 'getTenantRemedy',
  method: 'GET',
  path: '/tenants/{tenantId}/remedy',
  tag: 'Tenants',
  summary: 'What puts a tenant right, made from what is delegated now',
  role: 'Pal.Read',
  params: tenantParams,
  query: z.strictObject({
    scope: z.string().min(1).max(300).optional().describe('one scope, by its ARM id'),
  }),
  answers: { 200: { description: 'What can be done', schema: remedies } },
  mayMiss: true,
  mayConflict: true,
});
