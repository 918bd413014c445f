import * as z from 'zod';
import { linkOrderInputs, relinkTenantInput } from '../../../lib/domain/link-order-input.ts';
import { operation } from './operation.ts';
import { instant, tenantParams } from './shared.ts';

/** How a caller says that it may be the same call again, and how long it waits for the outcome. */
export const patience = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable characters')
    .optional()
    .describe('the same key makes one pass, however often it is sent'),
  prefer: z
    .string()
    .max(200)
    .optional()
    .describe('`wait=N`: answer with the outcome, when it is there within N seconds (60 at most)'),
});

/** What came of what an operator asked for. */
export const askedOutcome = z
  .object({
    causeId: z.string(),
    by: z.string().nullable(),
    at: instant,
    outcome: z.string(),
    detail: z.string().nullable().describe('why it was refused, or what failed'),
  })
  .meta({ id: 'AskedOutcome' });

const done = z.object({ kind: z.literal('done'), asked: askedOutcome });

const wouldBeLink = z.object({
  accessKind: z.enum(['lighthouse', 'service-principal']),
  tenantId: z.string(),
  objectId: z.string(),
  currentPartnerId: z.string().nullable(),
  outcome: z.string(),
  reason: z.string().nullable(),
});

export const relinkAnswer = z
  .discriminatedUnion('kind', [
    done,
    z.object({
      kind: z.literal('dry-run'),
      links: z.array(wouldBeLink),
      notChecked: z.array(z.string()).describe('what only the pass itself would tell'),
    }),
  ])
  .meta({ id: 'RelinkAnswer' });

export const accepted = z
  .object({ causeId: z.string().describe('under which its outcome will stand on record') })
  .meta({ id: 'Accepted' });

const acceptedAnswer = {
  description: 'Asked for; `Location` is where its outcome will stand',
  schema: accepted,
};

export const relinkTenant = operation({
  id: 'relinkTenant',
  method: 'POST',
  path: '/tenants/{tenantId}/relink',
  tag: 'Tenants',
  summary: 'Look at a tenant again now, with fresh reads, and make a missing link',
  description: 'Never replaces a link: that goes through `/links/{principal}/relink`.',
  role: 'Pal.Operate',
  params: tenantParams,
  headers: patience,
  body: { type: 'application/json', optional: true, schema: relinkTenantInput },
  answers: {
    200: { description: 'What would be done, or what was', schema: relinkAnswer },
    202: acceptedAnswer,
  },
  mayMiss: true,
  mayConflict: true,
});

const preview = z
  .object({
    verb: z.enum(['unlink', 'restore', 'relink']),
    principal: z.string(),
    tenantId: z.string(),
    objectId: z.string(),
    currentPartnerId: z.string().nullable(),
    currentPartnerName: z.string().nullable(),
    partnerIdAfter: z.string().nullable().describe('null: no link'),
    affected: z.object({ tenants: z.int(), scopes: z.int() }),
    mode: z.enum(['observe', 'enforce']),
  })
  .meta({ id: 'LinkPreview' });

export const linkOrderAnswer = z
  .discriminatedUnion('kind', [done, z.object({ kind: z.literal('preview'), preview })])
  .meta({ id: 'LinkOrderAnswer' });

const order = {
  method: 'POST',
  tag: 'Links',
  description:
    'Without a confirmation it answers with a preview and does nothing. To confirm, send `expectedCurrentPartnerId` and `confirmAffected` back as the preview shows them.',
  role: 'Pal.Operate',
  params: z.object({ principal: z.string().min(1).max(64).describe('the principal’s name in the settings') }),
  headers: patience,
  answers: {
    200: { description: 'A preview, or the outcome', schema: linkOrderAnswer },
    202: acceptedAnswer,
  },
  mayMiss: true,
  mayConflict: true,
  mayReuseKey: true,
} as const;

export const unlinkLink = operation({
  ...order,
  id: 'unlinkLink',
  path: '/links/{principal}/unlink',
  summary: 'Remove a link, and keep it from being made again',
  body: { type: 'application/json', schema: linkOrderInputs.unlink },
});

export const restoreLink = operation({
  ...order,
  id: 'restoreLink',
  path: '/links/{principal}/restore',
  summary: 'Want a link again',
  body: { type: 'application/json', schema: linkOrderInputs.restore },
});

export const relinkLink = operation({
  ...order,
  id: 'relinkLink',
  path: '/links/{principal}/relink',
  summary: 'Link to a partner ID, replacing another',
  body: { type: 'application/json', schema: linkOrderInputs.relink },
});
