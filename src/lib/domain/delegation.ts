import type { Scope } from './scope.ts';

/** A marketplace plan, as far as ARM tells it. */
export interface Plan {
  readonly publisher: string | null;
  readonly product: string | null;
  readonly name: string | null;
  readonly version: string | null;
}

/** One permanent or just-in-time grant inside a delegation's definition. */
export interface Authorization {
  readonly principalId: string;
  readonly principalName: string | null;
  /** Bare role definition GUID, lower case, whatever form ARM used. */
  readonly roleId: string;
  /** Roles that a User Access Administrator may hand on (bare GUIDs); absent where there are none. */
  readonly delegatedRoleIds?: readonly string[];
}

/** A just-in-time grant; its policy is kept as ARM shows it, because deploying a definition again replaces all of it. */
export interface EligibleAuthorization extends Authorization {
  readonly justInTimeAccessPolicy?: unknown;
}

/**
 * A Lighthouse registration assignment with its definition. `managedByTenantId` tells whose it is: delegations to other
 * partners stand in the same lists and are ignored.
 */
export interface Delegation {
  readonly id: string;
  readonly scope: Scope;
  /** Name (GUID) of the definition; null where ARM did not say. Several assignments may share one. */
  readonly definitionName?: string | null;
  readonly managedByTenantId: string;
  /** The offer's name (registrationDefinitionName). */
  readonly offer: string | null;
  readonly description?: string | null;
  /** The plan of an offer from the marketplace, which only a new version of the plan changes; null for any other. */
  readonly plan: Plan | null;
  readonly provisioningState: string;
  readonly authorizations: readonly Authorization[];
  readonly eligibleAuthorizations: readonly EligibleAuthorization[];
}

/** What deploying a definition does to the authorizations that stand now. */
export interface AuthorizationDiff {
  readonly kept: readonly Authorization[];
  readonly added: readonly Authorization[];
  readonly removed: readonly Authorization[];
}

const USABLE = new Set(['succeeded', 'ready', 'created']);

/** A delegation gives access only when its deployment has come to an end that worked. */
export function isReady(delegation: Delegation): boolean {
  return USABLE.has(delegation.provisioningState.toLowerCase());
}

/** A role given as a full resource id counts by its last segment. */
export function roleIdOf(roleDefinitionId: string): string {
  return (roleDefinitionId.split('/').pop() ?? '').toLowerCase();
}
