import type { Authorization, AuthorizationDiff } from '../../../lib/domain/delegation.ts';
import type { Remedy } from '../../../lib/domain/remedy.ts';
import { roleName } from '../../../lib/domain/role-table.ts';

/** A remedy as the API shows it: roles by their names too. */
export function remedyItem(remedy: Remedy) {
  if (!('diff' in remedy)) return { ...remedy };
  const diff = diffItem(remedy.diff);
  switch (remedy.kind) {
    case 'publish-plan':
      return { ...remedy, diff };
    case 'delegate':
      return { ...remedy, diff, template: { ...remedy.template } };
    case 'redeploy':
      return { ...remedy, diff, definition: { ...remedy.definition }, template: { ...remedy.template } };
  }
}

function diffItem({ kept, added, removed }: AuthorizationDiff) {
  return {
    kept: kept.map(authorizationItem),
    added: added.map(authorizationItem),
    removed: removed.map(authorizationItem),
  };
}

function authorizationItem({ principalId, principalName, roleId, delegatedRoleIds }: Authorization) {
  return {
    ...{ principalId, principalName, roleId, roleName: roleName(roleId) },
    ...(delegatedRoleIds ? { delegatedRoleIds: [...delegatedRoleIds] } : {}),
  };
}
