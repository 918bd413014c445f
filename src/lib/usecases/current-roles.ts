import type { Clock, RoleDecisions } from '../domain/ports.ts';
import { decidedRoles, type RolesBySetting } from '../domain/role-decision.ts';
import { makeRoleTable, type RoleTable } from '../domain/role-table.ts';

export interface CurrentRolesDeps {
  readonly decisions: Pick<RoleDecisions, 'all'>;
  readonly rolesBySetting: RolesBySetting;
  readonly clock: Clock;
}

/** So long a worker may judge by a table that has been decided about since (milliseconds). */
export const ROLES_KEPT_MS = 5_000;

/** The role table with everything decided by now: one small read, then kept for a few seconds. */
export function makeCurrentRoles(deps: CurrentRolesDeps): () => Promise<RoleTable> {
  let kept: { readonly roles: Promise<RoleTable>; readonly until: number } | null = null;
  return () => {
    const now = deps.clock().getTime();
    if (kept && now < kept.until) return kept.roles;
    const reading = { roles: readRoles(deps), until: now + ROLES_KEPT_MS };
    // A read that fails is not remembered: the next pass tries again.
    reading.roles.catch(() => (kept = kept === reading ? null : kept));
    kept = reading;
    return reading.roles;
  };
}

async function readRoles({ decisions, rolesBySetting }: CurrentRolesDeps): Promise<RoleTable> {
  return makeRoleTable(decidedRoles(await decisions.all(), rolesBySetting));
}
