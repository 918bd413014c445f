import type { TokenCredential } from '@azure/core-auth';
import * as z from 'zod';
import { roleIdOf } from '../../domain/delegation.ts';
import type { LinkIdentity } from '../../domain/link.ts';
import type { TenantEstate } from '../../domain/ports.ts';
import type { ListedRole, RoleSchedule } from '../../domain/role-assignment.ts';
import { resourceGroupScope } from '../../domain/scope.ts';
import type { ArmAs, ArmClient } from './arm-client.ts';
import { bucketOf, type BucketGate } from './bucket-gate.ts';
import { NO_ACCESS, pageOf, readPages } from './pages.ts';
import { listSubscriptions } from './subscription-list.ts';

export interface TenantEstateDeps {
  readonly armAs: ArmAs;
  /** The proven credential of an identity. */
  readonly credentialOf: (identity: LinkIdentity) => TokenCredential;
  readonly objectIdOf: TenantEstate['objectIdOf'];
  readonly gate: BucketGate;
}

const assignment = z.object({
  name: z.string(),
  properties: z.object({
    scope: z.string(),
    roleDefinitionId: z.string(),
    condition: z.string().nullish(),
  }),
});
const assignmentPage = pageOf(assignment);

const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());
const schedule = z.object({
  properties: z.object({
    scope: z.string(),
    roleDefinitionId: z.string(),
    originRoleAssignmentId: z.string().nullish(),
    assignmentType: z.string().nullish(),
    endDateTime: instant.nullish(),
  }),
});
const schedulePage = pageOf(schedule);

/** The code of the 400 of a tenant without a licence for Privileged Identity Management. */
const UNLICENSED = 'AadPremiumLicenseRequired';

const resourceGroupPage = pageOf(z.object({ name: z.string() }));

/**
 * A customer's tenant through our service principal there. Its own assignments are asked for by `assignedTo`, which also
 * names those it has through groups; without `atScope` the list goes up and down from the scope (source: Azure's
 * documentation of listing role assignments).
 *
 * Ends of assignments stand in another list, that of schedule instances: those active now, whether made by Privileged
 * Identity Management or directly, each with the assignment it came from and its end, if it has one. A role taken just in
 * time is an assignment like any other in the first list, and of type `Activated` in the second. It takes the same
 * permission, `roleAssignments/read` (sources: learn.microsoft.com/rest/api/authorization, “Role Assignment Schedule
 * Instances - List For Scope” and “Use Azure PIM to manage active access with the REST API”). A tenant without an Entra ID
 * P2 or Governance licence answers 400 `AadPremiumLicenseRequired` (source: github.com/JulianHayward/
 * Azure-MG-Sub-Governance-Reporting, issue 114); nobody can give a role an end there.
 */
export function makeTenantEstate(deps: TenantEstateDeps): TenantEstate {
  /** Calls as an identity that draw on its bucket of a tenant, or of a subscription. */
  const armFor = (identity: LinkIdentity, target: string): ArmClient => {
    const arm = deps.armAs(deps.credentialOf(identity));
    return (call) => deps.gate.run(bucketOf(identity.objectId, target, 'reads'), () => arm(call));
  };

  return {
    objectIdOf: deps.objectIdOf,

    subscriptions: (identity) =>
      listSubscriptions(
        armFor(identity, identity.tenantId),
        `the subscriptions of tenant ${identity.tenantId} were listed`,
      ),

    async roleAssignments(identity, scope) {
      const what = `the role assignments at ${scope.id} were read`;
      const path = `${scope.id}/providers/Microsoft.Authorization/roleAssignments?$filter=assignedTo('${identity.objectId}')&api-version=2022-04-01`;
      const read = await readPages(
        armFor(identity, scope.subscriptionId),
        { path, what, understands: NO_ACCESS },
        assignmentPage,
      );
      return read.kind === 'ok' ? { kind: 'ok', value: read.value.map(listedRoleOf) } : read;
    },

    async roleSchedules(identity, scope) {
      const what = `the end dates of role assignments at ${scope.id} were read`;
      const path = `${scope.id}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances?$filter=assignedTo('${identity.objectId}')&api-version=2020-10-01`;
      const read = await readPages(
        armFor(identity, scope.subscriptionId),
        { path, what, understands: [...NO_ACCESS, UNLICENSED] },
        schedulePage,
      );
      if (read.kind === 'ok') return { kind: 'ok', value: read.value.map(scheduleOf) };
      return NO_ACCESS.includes(read.status) ? read : { kind: 'unlicensed' };
    },

    async resourceGroups(identity, subscriptionId) {
      const what = `the resource groups of subscription ${subscriptionId} were listed`;
      const path = `/subscriptions/${subscriptionId}/resourcegroups?api-version=2021-04-01`;
      const read = await readPages(
        armFor(identity, subscriptionId),
        { path, what, understands: NO_ACCESS },
        resourceGroupPage,
      );
      if (read.kind === 'no-access') return read;
      return { kind: 'ok', value: read.value.map(({ name }) => resourceGroupScope(subscriptionId, name)) };
    },
  };
}

function listedRoleOf({ name, properties }: z.output<typeof assignment>): ListedRole {
  return {
    name: name.toLowerCase(),
    scope: properties.scope,
    roleId: roleIdOf(properties.roleDefinitionId),
    conditional: Boolean(properties.condition),
  };
}

function scheduleOf({ properties }: z.output<typeof schedule>): RoleSchedule {
  const { scope, roleDefinitionId, originRoleAssignmentId, assignmentType, endDateTime } = properties;
  return {
    assignment: originRoleAssignmentId?.split('/').pop()?.toLowerCase() ?? null,
    scope,
    roleId: roleIdOf(roleDefinitionId),
    activated: assignmentType?.toLowerCase() === 'activated',
    endsAt: endDateTime ?? null,
  };
}
