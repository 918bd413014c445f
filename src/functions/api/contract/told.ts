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

const remedy = z.looseObject({
  kind: z.enum(['nothing', 'redeploy', 'delegate', 'publish-plan', 'assign-role', 'unreadable']),
});

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
