/**
 * A role our service principal holds in a customer's tenant, itself or through a group, as the tenant's own access
 * control lists it. Such a list shows conditions, but no end dates: a role activated for a while looks like any other.
 */
export interface RoleAssignment {
  /** Where it was made: `/`, a management group, a subscription, a resource group or a resource. */
  readonly scope: string;
  /** Bare role definition GUID, lower case. */
  readonly roleId: string;
  /** True where a condition restricts what the role may do. Nobody has published how that counts, so it counts as the role does. */
  readonly conditional: boolean;
}
