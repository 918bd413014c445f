import * as z from 'zod';
import { roleIdOf, type Authorization, type Delegation, type Plan } from '../../domain/delegation.ts';
import { scopeOf } from '../../domain/scope.ts';
import type { SubscriptionFacts } from '../../domain/subscription.ts';
import { pageOf } from './pages.ts';

/** Lighthouse and subscription shapes as ARM and Resource Graph write them: only the fields we need, liberally. */

const authorization = z.object({
  principalId: z.string(),
  principalIdDisplayName: z.string().nullish(),
  roleDefinitionId: z.string(),
  delegatedRoleDefinitionIds: z.array(z.string()).nullish(),
});

const eligibleAuthorization = authorization.extend({ justInTimeAccessPolicy: z.unknown().optional() });

const definitionProperties = z.object({
  registrationDefinitionName: z.string().nullish(),
  description: z.string().nullish(),
  managedByTenantId: z.string(),
  authorizations: z.array(authorization).nullish(),
  eligibleAuthorizations: z.array(eligibleAuthorization).nullish(),
});

const assignmentProperties = z.object({
  registrationDefinitionId: z.string().nullish(),
  provisioningState: z.string().nullish(),
});

/** An assignment from a list that was asked to expand its definition. */
const expandedAssignment = z.object({
  id: z.string(),
  properties: assignmentProperties.extend({
    registrationDefinition: z.object({ properties: definitionProperties, plan: z.unknown().optional() }),
  }),
});

export const assignmentPage = pageOf(expandedAssignment);

export const subscription = z.object({
  subscriptionId: z.string(),
  tenantId: z.string(),
  displayName: z.string().nullish(),
  state: z.string(),
  subscriptionPolicies: z.object({ quotaId: z.string().nullish() }).nullish(),
  managedByTenants: z.array(z.object({ tenantId: z.string() })).nullish(),
});

export const subscriptionPage = pageOf(subscription);

/** One row of the estate query: a subscription joined with one of its assignments, or with none. */
export const estateRow = z.object({
  id: z.string(),
  subscriptionId: z.string(),
  tenantId: z.string(),
  name: z.string().nullish(),
  subscriptionProperties: z
    .object({
      state: z.string().nullish(),
      subscriptionPolicies: z.object({ quotaId: z.string().nullish() }).nullish(),
      managedByTenants: z.array(z.object({ tenantId: z.string() })).nullish(),
    })
    .nullish(),
  assignmentId: z.string().nullish(),
  assignmentProperties: assignmentProperties.nullish(),
  definitionProperties: definitionProperties.nullish(),
  definitionPlan: z.unknown().optional(),
});

/** A delegation from an expanded assignment; null for an id that lies in no subscription. */
export function delegationOf(assignment: z.infer<typeof expandedAssignment>): Delegation | null {
  const { registrationDefinition } = assignment.properties;
  return compose(
    assignment.id,
    assignment.properties,
    registrationDefinition.properties,
    registrationDefinition.plan,
  );
}

/** A delegation from a row of the index; null where the row has none, or its definition is not indexed yet. */
export function indexedDelegation(row: z.infer<typeof estateRow>): Delegation | null {
  if (!row.assignmentId || !row.definitionProperties) return null;
  return compose(
    row.assignmentId,
    row.assignmentProperties ?? {},
    row.definitionProperties,
    row.definitionPlan,
  );
}

/** What is kept of a row of the index: a subscription, and one of the delegations on it or below it. */
export interface IndexedRow {
  readonly facts: SubscriptionFacts;
  /** Null where the row has none, or its definition is not indexed yet. */
  readonly delegation: Delegation | null;
}

/** A row in brief, of which a page of a thousand is held at a time. */
export function indexedRow(row: z.infer<typeof estateRow>): IndexedRow {
  return { facts: indexedFacts(row), delegation: indexedDelegation(row) };
}

export function factsOf(read: z.infer<typeof subscription>): SubscriptionFacts {
  return {
    subscriptionId: read.subscriptionId.toLowerCase(),
    tenantId: read.tenantId.toLowerCase(),
    displayName: read.displayName ?? null,
    state: read.state,
    quotaId: read.subscriptionPolicies?.quotaId ?? null,
    managedByTenantIds: (read.managedByTenants ?? []).map(({ tenantId }) => tenantId.toLowerCase()),
  };
}

export function indexedFacts(row: z.infer<typeof estateRow>): SubscriptionFacts {
  const properties = row.subscriptionProperties;
  return {
    subscriptionId: row.subscriptionId.toLowerCase(),
    tenantId: row.tenantId.toLowerCase(),
    displayName: row.name ?? null,
    state: properties?.state ?? 'Enabled',
    quotaId: properties?.subscriptionPolicies?.quotaId ?? null,
    managedByTenantIds: (properties?.managedByTenants ?? []).map(({ tenantId }) => tenantId.toLowerCase()),
  };
}

function compose(
  id: string,
  assignment: z.infer<typeof assignmentProperties>,
  definition: z.infer<typeof definitionProperties>,
  plan: unknown,
): Delegation | null {
  const scope = scopeOf(id);
  if (!scope) return null;
  return {
    id,
    scope,
    definitionName: assignment.registrationDefinitionId?.split('/').pop() ?? null,
    managedByTenantId: definition.managedByTenantId.toLowerCase(),
    offer: definition.registrationDefinitionName ?? null,
    description: definition.description ?? null,
    plan: planOf(plan),
    provisioningState: assignment.provisioningState ?? 'NotSpecified',
    authorizations: (definition.authorizations ?? []).map(grantOf),
    eligibleAuthorizations: (definition.eligibleAuthorizations ?? []).map((grant) => ({
      ...grantOf(grant),
      ...(grant.justInTimeAccessPolicy ? { justInTimeAccessPolicy: grant.justInTimeAccessPolicy } : {}),
    })),
  };
}

const marketplacePlan = z
  .looseObject({
    publisher: z.string().nullish().catch(null),
    product: z.string().nullish().catch(null),
    name: z.string().nullish().catch(null),
    version: z.string().nullish().catch(null),
  })
  .nullish();

/** Whatever else a plan holds, that there is one tells an offer from the marketplace. */
function planOf(plan: unknown): Plan | null {
  const { data } = marketplacePlan.safeParse(plan);
  if (!data) return null;
  const { publisher = null, product = null, name = null, version = null } = data;
  return { publisher, product, name, version };
}

function grantOf(grant: z.infer<typeof authorization>): Authorization {
  return {
    principalId: grant.principalId.toLowerCase(),
    principalName: grant.principalIdDisplayName ?? null,
    roleId: roleIdOf(grant.roleDefinitionId),
    ...(grant.delegatedRoleDefinitionIds?.length
      ? { delegatedRoleIds: grant.delegatedRoleDefinitionIds.map(roleIdOf) }
      : {}),
  };
}
