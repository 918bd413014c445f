import { sameId } from './guid.ts';

/**
 * A role our service principal holds in a customer's tenant, itself or through a group, as the tenant's own access
 * control lists it. Such a list shows conditions, but no end dates: a role activated for a while looks like any other.
 */
export interface ListedRole {
  /** The assignment's own name, lower case. */
  readonly name: string;
  /** Where it was made: `/`, a management group, a subscription, a resource group or a resource. */
  readonly scope: string;
  /** Bare role definition GUID, lower case. */
  readonly roleId: string;
  /** True where a condition restricts what the role may do. Nobody has published how that counts, so it counts as the role does. */
  readonly conditional: boolean;
}

/** How an assignment that stands now came about, and until when it stands. */
export interface RoleSchedule extends Pick<ListedRole, 'scope' | 'roleId'> {
  /** The name of the assignment it is behind, lower case; null where Azure does not say. */
  readonly assignment: string | null;
  /** True for a role that somebody who may have it took just in time; false for one that was assigned. */
  readonly activated: boolean;
  /** ISO instant; null for one without an end. */
  readonly endsAt: string | null;
}

/** A role our service principal holds, with what is known of its end. */
export interface RoleAssignment
  extends Omit<ListedRole, 'name'>, Pick<RoleSchedule, 'activated' | 'endsAt'> {}

/**
 * The roles that are held at a time, with their ends: what the list shows is held for good unless a schedule behind it
 * says otherwise, and what a schedule says has ended is held no longer, though the list may lag. Pure and total.
 */
export function rolesHeld(
  listed: readonly ListedRole[],
  schedules: readonly RoleSchedule[],
  now: Date,
): readonly RoleAssignment[] {
  return listed.flatMap(({ name, scope, roleId, conditional }) => {
    const role = { scope, roleId, conditional };
    const behind = schedules.filter((schedule) => isBehind(schedule, { name, ...role }));
    if (behind.length === 0) return [{ ...role, activated: false, endsAt: null }];
    return behind
      .filter(({ endsAt }) => endsAt === null || Date.parse(endsAt) > now.getTime())
      .map(({ activated, endsAt }) => ({ ...role, activated, endsAt }));
  });
}

function isBehind(schedule: RoleSchedule, { name, scope, roleId }: ListedRole): boolean {
  if (schedule.assignment !== null) return schedule.assignment === name;
  return sameId(schedule.scope, scope) && schedule.roleId === roleId;
}
