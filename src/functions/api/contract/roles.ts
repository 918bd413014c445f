import * as z from 'zod';
import { guid } from '../../../lib/domain/guid.ts';
import { roleDecisionInput } from '../../../lib/domain/role-decision.ts';
import { operation } from './operation.ts';
import { instant } from './shared.ts';

const roleDecision = z
  .object({
    roleId: z.string(),
    earns: z.boolean(),
    by: z.string().describe('who decided it'),
    source: z.string().describe('where it is known from'),
    at: instant,
  })
  .meta({ id: 'RoleDecision' });

const unknownRole = z
  .object({
    roleId: z.string().describe('role definition GUID'),
    tenants: z.int(),
    scopes: z.int().describe('scopes that rest on it: no gap, and not earning either'),
    example: z
      .object({ tenantId: z.string(), displayName: z.string().nullable() })
      .describe('the first of the tenants by id'),
    standing: z
      .enum(['unknown', 'earns', 'earns-nothing'])
      .describe('not `unknown` where it was decided since: its tenants are still to be looked at'),
  })
  .meta({ id: 'UnknownRole' });

export const unknownRoles = z
  .object({
    items: z.array(unknownRole).describe('those on most scopes first'),
    decisions: z.array(roleDecision).describe('everything operators have decided so far'),
  })
  .meta({ id: 'UnknownRoles' });

export const listUnknownRoles = operation({
  id: 'listUnknownRoles',
  method: 'GET',
  path: '/roles/unknown',
  tag: 'Roles',
  summary: 'Roles that Partner Center’s list does not name, each to be decided once',
  role: 'Pal.Read',
  answers: { 200: { description: 'All of them', schema: unknownRoles } },
});

export const roleDecided = z
  .object({
    decision: roleDecision,
    tenants: z.int().describe('tenants with scopes that rest on it'),
    asked: z.int().describe('how many of them were asked to be looked at now; the rest wait for the sweep'),
  })
  .meta({ id: 'RoleDecided' });

export const decideRole = operation({
  id: 'decideRole',
  method: 'PUT',
  path: '/roles/{roleId}',
  tag: 'Roles',
  summary: 'Decide for the whole estate whether a role earns',
  description:
    'Of a role that Partner Center’s list names, or the setting `ROLE_DECISIONS`, nothing can be decided here: the setting goes before both. The last word counts.',
  role: 'Pal.Operate',
  params: z.object({ roleId: guid.describe('role definition GUID') }),
  body: { type: 'application/json', schema: roleDecisionInput },
  answers: { 200: { description: 'On record', schema: roleDecided } },
  mayConflict: true,
});
