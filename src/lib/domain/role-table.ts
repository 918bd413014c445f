/**
 * Which roles earn. The table is Partner Center's published list; it cannot be computed from a role's actions (Support
 * Request Contributor earns, several readers with write actions do not). A role outside the list is unknown, which is
 * neither yes nor no: the operator decides it once.
 */
import published from './pec-roles.json' with { type: 'json' };

export type RoleStanding = 'earns' | 'earns-nothing' | 'unknown';

export interface RoleTable {
  /** Takes a role definition GUID of any case. */
  standing(roleId: string): RoleStanding;
}

interface PublishedRole {
  readonly name: string;
  readonly pec: boolean;
}

/** Whether Partner Center's list names the role, be it as one that earns nothing. Takes a GUID of any case. */
export function isPublishedRole(roleId: string): boolean {
  return roleId.toLowerCase() in published.roles;
}

/** `decided`: role GUID → whether it earns, as the operator has decided; it goes before the published list. */
export function makeRoleTable(decided: Readonly<Record<string, boolean>> = {}): RoleTable {
  const earns = new Map(
    Object.entries(published.roles).map(([id, role]) => [id, (role as PublishedRole).pec]),
  );
  for (const [id, decision] of Object.entries(decided)) earns.set(id.toLowerCase(), decision);

  return {
    standing(roleId) {
      const known = earns.get(roleId.toLowerCase());
      if (known === undefined) return 'unknown';
      return known ? 'earns' : 'earns-nothing';
    },
  };
}
