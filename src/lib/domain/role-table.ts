/**
 * Which roles earn. The table is Partner Center's published list; it cannot be computed from a role's actions (Support
 * Request Contributor earns, several readers with write actions do not). A role outside the list is unknown, which is
 * neither yes nor no: the operator decides it once.
 */
import published from './pec-roles.json' with { type: 'json' };

/** The built-in roles that our templates and remedies name, as bare ids. */
export const ourRoles = {
  /** The least role that earns. */
  supportRequestContributor: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e',
  /** What the observer needs to see a delegation. */
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  /** Lets people give a delegation back. */
  assignmentDelete: '91c1777a-f3dc-4fae-b103-61d183457e46',
} as const;

/** Of ours that Partner Center's list does not name. */
const UNLISTED: Readonly<Record<string, string>> = {
  [ourRoles.assignmentDelete]: 'Managed Services Registration Assignment Delete Role',
};

/** A role's name for people; null where neither Partner Center's list nor our templates name it. Takes a GUID of any case. */
export function roleName(roleId: string): string | null {
  const id = roleId.toLowerCase();
  const listed = (published.roles as Readonly<Record<string, PublishedRole>>)[id]?.name;
  return listed ?? UNLISTED[id] ?? null;
}

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
