/** Builders of what Azure shows: principals, delegations, subscriptions and the readings made of them. */
import type { AssessmentRules } from '../../src/lib/domain/pass-rules.ts';
import type { Reading } from '../../src/lib/domain/reading.ts';
import type { Authorization, Delegation, Plan } from '../../src/lib/domain/delegation.ts';
import { Failure, type FailureKind } from '../../src/lib/domain/failure.ts';
import type { Principal } from '../../src/lib/domain/principal.ts';
import type { RoleAssignment } from '../../src/lib/domain/role-assignment.ts';
import { makeRoleTable } from '../../src/lib/domain/role-table.ts';
import { resourceGroupScope, subscriptionScope, type Scope } from '../../src/lib/domain/scope.ts';
import type { SubscriptionFacts } from '../../src/lib/domain/subscription.ts';
import { everything } from '../../src/lib/domain/watch.ts';
import { DAY } from './clock.ts';

export const ids = {
  managingTenant: 'aaaaaaaa-0000-4000-8000-000000000001',
  otherPartner: 'aaaaaaaa-0000-4000-8000-000000000002',
  customer: 'cccccccc-0000-4000-8000-000000000001',
  otherCustomer: 'cccccccc-0000-4000-8000-000000000002',
  pal: '0b0b0b0b-0000-4000-8000-000000000001',
  palApplication: '0a0a0a0a-0000-4000-8000-000000000001',
  palInTenant: '0b0b0b0b-0000-4000-8000-0000000000cc',
  secondPal: '0b0b0b0b-0000-4000-8000-000000000002',
  stranger: '0b0b0b0b-0000-4000-8000-00000000000f',
  person: '0e0e0e0e-0000-4000-8000-000000000001',
  group: '09090909-0000-4000-8000-000000000001',
  former: '0b0b0b0b-0000-4000-8000-0000000000f0',
};

/** Role definition GUIDs: two that earn, one that does not, one nobody has published. */
export const roles = {
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  supportRequestContributor: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  assignmentDelete: '91c1777a-f3dc-4fae-b103-61d183457e46',
  /** In no table. */
  unheardOf: '0e0e0e0e-0000-4000-8000-000000000001',
};

/** The id of the nth subscription. */
export function subscriptionId(n: number): string {
  return `50b50b50-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function aPrincipal(changes: Partial<Principal> = {}): Principal {
  return {
    name: 'pal-link',
    homeTenantId: ids.managingTenant,
    objectId: ids.pal,
    applicationId: ids.palApplication,
    wantedPartnerId: '4681234',
    groupIds: [],
    formerObjectIds: [],
    ...changes,
  };
}

/** A second principal of ours, linked to another partner ID. */
export function aSecondPrincipal(changes: Partial<Principal> = {}): Principal {
  return aPrincipal({
    name: 'pal-bergen',
    objectId: ids.secondPal,
    applicationId: '0a0a0a0a-0000-4000-8000-000000000002',
    wantedPartnerId: '4685678',
    ...changes,
  });
}

/** A grant of a role, by default Contributor to the principal. */
export function aGrant(roleId = roles.contributor, principalId = ids.pal): Authorization {
  return { principalId, principalName: null, roleId };
}

/** A role of ours in the customer's own access control, by default Contributor on subscription 1. */
export function anAssignment(
  scope = `/subscriptions/${subscriptionId(1)}`,
  roleId = roles.contributor,
  conditional = false,
  end: Partial<Pick<RoleAssignment, 'activated' | 'endsAt'>> = {},
): RoleAssignment {
  return { scope, roleId, conditional, activated: false, endsAt: null, ...end };
}

/** A ready delegation of subscription 1 to us that names the principal permanently as Contributor. */
export function aDelegation(changes: Partial<Delegation> = {}): Delegation {
  const scope = changes.scope ?? subscriptionScope(subscriptionId(1));
  return {
    id: `${scope.id}/providers/Microsoft.ManagedServices/registrationAssignments/11111111-0000-4000-8000-000000000001`,
    scope,
    managedByTenantId: ids.managingTenant,
    offer: 'Fabrikam managed service',
    plan: null,
    provisioningState: 'Succeeded',
    authorizations: [aGrant()],
    eligibleAuthorizations: [],
    ...changes,
  };
}

/** A plan of the marketplace. */
export function aPlan(changes: Partial<Plan> = {}): Plan {
  return { publisher: 'fabrikam', product: 'managed', name: 'gold', version: '1.0.0', ...changes };
}

/** What is known of the nth subscription. */
export function someFacts(n = 1, changes: Partial<SubscriptionFacts> = {}): SubscriptionFacts {
  return {
    subscriptionId: subscriptionId(n),
    tenantId: ids.customer,
    displayName: `Subscription ${n}`,
    state: 'Enabled',
    quotaId: 'CSP_2015-05-01',
    managedByTenantIds: [ids.managingTenant],
    ...changes,
  };
}

export const subscription = (n: number): Scope => subscriptionScope(subscriptionId(n));
export const resourceGroup = (n: number, name: string): Scope => resourceGroupScope(subscriptionId(n), name);

type Delegations = Extract<Reading, { kind: 'delegations' }>;

/** A direct reading of the nth subscription; by default it shows one delegation that earns. */
export function aReading(n = 1, changes: Partial<Delegations> = {}): Delegations {
  return {
    kind: 'delegations',
    scope: subscription(n),
    facts: someFacts(n),
    delegations: [aDelegation({ scope: subscription(n) })],
    direct: true,
    ...changes,
  };
}

/** What our service principal's roles in the nth subscription are, read in its tenant. */
export function anOwnReading(n = 1, assignments = [anAssignment(subscription(n).id)]): Reading {
  return { kind: 'role-assignments', scope: subscription(n), facts: someFacts(n), assignments };
}

/** A reading of the nth subscription that shows one delegation, with one grant to the principal. */
export function aReadingWithRole(n: number, roleId: string): Delegations {
  return aReading(n, {
    delegations: [aDelegation({ scope: subscription(n), authorizations: [aGrant(roleId)] })],
  });
}

export function anUnreadable(n = 1, kind: FailureKind = 'unavailable'): Reading {
  return {
    kind: 'unreadable',
    scope: subscription(n),
    failure: new Failure(kind, 'Azure answered as it should not.'),
  };
}

export function someRules(changes: Partial<AssessmentRules> = {}): AssessmentRules {
  return {
    managingTenantId: ids.managingTenant,
    identities: { principal: aPrincipal(), others: [] },
    partnerRole: 'direct-bill',
    watchRules: everything,
    roles: makeRoleTable(),
    expectDelegationWithinMs: 14 * DAY,
    ...changes,
  };
}
