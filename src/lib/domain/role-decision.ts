import * as z from 'zod';
import { isPublishedRole } from './role-table.ts';

/** What an operator says of a role that Partner Center's list does not name; who says it comes with the request. */
export const roleDecisionInput = z.strictObject({
  earns: z.boolean(),
  source: z.string().trim().min(1).max(1_000).describe('where that is known from: a link, or words'),
  lookNow: z
    .boolean()
    .default(true)
    .describe('have the tenants concerned looked at now; the next sweep comes by them in any case'),
});

/** An operator's word on one role, for the whole estate. The last one counts. */
export interface RoleDecision {
  /** Role definition GUID, lower case. */
  readonly roleId: string;
  readonly earns: boolean;
  /** Who decided it. */
  readonly by: string;
  /** Where it is known from: a link, or words. */
  readonly source: string;
  /** ISO instant. */
  readonly at: string;
}

/** Role GUID → whether it earns, as the setting `ROLE_DECISIONS` has it. */
export type RolesBySetting = Readonly<Record<string, boolean>>;

/**
 * Everything decided about roles, as the role table takes it. The setting goes before what operators have said: it is
 * reviewed and deployed with everything else.
 */
export function decidedRoles(
  decisions: readonly RoleDecision[],
  bySetting: RolesBySetting,
): Readonly<Record<string, boolean>> {
  return { ...Object.fromEntries(decisions.map(({ roleId, earns }) => [roleId, earns])), ...bySetting };
}

/** Why nobody can decide about a role here, in words; null where one can. */
export function whyFixed(roleId: string, bySetting: RolesBySetting): string | null {
  if (roleId in bySetting) {
    return `The setting ROLE_DECISIONS says that it ${bySetting[roleId] ? 'earns' : 'earns nothing'}: change it there.`;
  }
  return isPublishedRole(roleId)
    ? 'It is in Partner Center’s list. Where the list has changed since, the setting ROLE_DECISIONS goes before it.'
    : null;
}
