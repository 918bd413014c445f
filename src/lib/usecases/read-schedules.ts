import { Failure } from '../domain/failure.ts';
import type { LinkIdentity } from '../domain/link.ts';
import type { TenantEstate } from '../domain/ports.ts';
import type { RoleSchedule } from '../domain/role-assignment.ts';
import type { Scope } from '../domain/scope.ts';

/** The schedules behind the roles at a scope; none where the tenant has no licence for any. */
export type ReadSchedules = (scope: Scope) => Promise<readonly RoleSchedule[]>;

/**
 * Reads schedules for one pass. Its first answer tells whether the tenant has the licence; while that is out nobody else
 * asks, and where it has none nobody asks again. Throws `Failure` where they cannot be read: that is never “no end”.
 */
export function makeReadSchedules(
  estate: Pick<TenantEstate, 'roleSchedules'>,
  identity: LinkIdentity,
): ReadSchedules {
  let licensed: boolean | null = null;
  let asking: Promise<void> | null = null;
  const ask = async (scope: Scope) => {
    const read = await estate.roleSchedules(identity, scope);
    if (read.kind !== 'no-access') licensed = read.kind === 'ok';
    return read;
  };

  return async (scope) => {
    while (licensed === null && asking) await asking;
    if (licensed === false) return [];
    const answer = ask(scope);
    const settled = () => void (asking = null);
    if (licensed === null) asking = answer.then(settled, settled);
    const read = await answer;
    if (read.kind === 'no-access') throw notPermitted(scope, read.status);
    return read.kind === 'ok' ? read.value : [];
  };
}

function notPermitted(scope: Scope, status: number): Failure {
  return new Failure(
    'denied',
    `Azure answered ${status} when the end dates of our own role assignments at ${scope.id} were read; without them nobody knows whether a role there is permanent.`,
  );
}
