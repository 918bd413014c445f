import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeScope } from '../../../src/lib/domain/coverage.ts';
import type { Authorization, Delegation } from '../../../src/lib/domain/delegation.ts';
import { assignRole } from '../../../src/lib/domain/assign-role.ts';
import { firstDelegation } from '../../../src/lib/domain/first-delegation.ts';
import { proposeRemedy, type Remedy, type RemedyNeeds } from '../../../src/lib/domain/remedy.ts';
import { makeRoleTable } from '../../../src/lib/domain/role-table.ts';
import {
  aDelegation,
  aGrant,
  aPlan,
  aPrincipal,
  ids,
  resourceGroup,
  roles,
  subscription,
  subscriptionId,
} from '../../support/delegations.ts';

const OBSERVER = '0d0d0d0d-0000-4000-8000-000000000001';
const observer = aGrant(roles.reader, OBSERVER);
const missing = {
  principalId: ids.pal,
  principalName: 'pal-link: partner admin link',
  roleId: roles.supportRequestContributor,
};

const terms = {
  managingTenantId: ids.managingTenant,
  offerName: 'Partner admin link',
  linkerObjectId: ids.pal,
  observerObjectId: OBSERVER,
  engineersGroupObjectId: '0d0d0d0d-0000-4000-8000-000000000002',
};

function someNeeds(delegations: readonly Delegation[], changes: Partial<RemedyNeeds> = {}): RemedyNeeds {
  return {
    tenantId: ids.customer,
    scope: subscription(1),
    subscriptionState: 'Enabled',
    delegations,
    identities: {
      principal: aPrincipal({ groupIds: [ids.group], formerObjectIds: [ids.former] }),
      others: [],
    },
    roles: makeRoleTable(),
    terms,
    ...changes,
  };
}

const delegated = (...authorizations: Authorization[]) => [aDelegation({ authorizations })];
const diffOf = (remedy: Remedy) => ('diff' in remedy ? remedy.diff : null);

/** The verdict once the remedy is deployed: its definition stands in the place of the one it replaces. */
function verdictAfter(needs: RemedyNeeds, remedy: Remedy): string {
  if (remedy.kind !== 'redeploy' && remedy.kind !== 'delegate') return remedy.kind;
  const { scope } = needs;
  const { assignmentName, authorizations, eligibleAuthorizations } =
    remedy.kind === 'redeploy'
      ? remedy.definition
      : { assignmentName: null, authorizations: remedy.diff.added, eligibleAuthorizations: [] };
  const deployed = aDelegation({ scope, authorizations, eligibleAuthorizations });
  const others = needs.delegations.filter(
    ({ id, managedByTenantId }) =>
      managedByTenantId === needs.terms.managingTenantId &&
      (assignmentName === null || !id.endsWith(assignmentName)),
  );
  const own = [deployed, ...others.filter((other) => other.scope.id === scope.id)];
  const evidence = { subscriptionState: needs.subscriptionState, own, inherited: [] };
  return judgeScope(evidence, needs.identities, needs.roles).verdict;
}

describe('the remedy of a scope', () => {
  it.each<[string, Authorization[], Authorization[], Authorization[]]>([
    ['without the principal', [observer], [missing], []],
    ['whose principal is a reader', [observer, aGrant(roles.reader)], [missing], []],
    ['with a role nobody has published', [observer, aGrant(roles.assignmentDelete)], [missing], []],
    [
      'that names the application',
      [observer, aGrant(roles.contributor, ids.palApplication)],
      [missing],
      [aGrant(roles.contributor, ids.palApplication)],
    ],
    [
      'that names a former object',
      [observer, aGrant(roles.contributor, ids.former)],
      [missing],
      [aGrant(roles.contributor, ids.former)],
    ],
    [
      'without the observer',
      [aGrant(roles.reader)],
      [missing, { ...observer, principalName: 'Observer' }],
      [],
    ],
    ['with strangers beside', [observer, aGrant(roles.contributor, ids.stranger)], [missing], []],
  ])('%s keeps all of the live definition and adds what is missing', (_, live, added, removed) => {
    const remedy = proposeRemedy(someNeeds(delegated(...live)));

    expect(remedy.kind).toBe('redeploy');
    expect(diffOf(remedy)).toEqual({
      kept: live.filter(({ principalId }) => !removed.some((grant) => grant.principalId === principalId)),
      added,
      removed,
    });
  });

  it('replaces the live definition in place, with its offer, its policies and its delegated roles', () => {
    const manager = {
      ...aGrant('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', ids.stranger),
      delegatedRoleIds: [roles.contributor],
    };
    const policy = { multiFactorAuthProvider: 'Azure', maximumActivationDuration: 'PT8H' };
    const live = aDelegation({
      definitionName: '22222222-0000-4000-8000-000000000002',
      offer: '[Fabrikam]',
      description: 'Managed',
      authorizations: [observer, manager],
      eligibleAuthorizations: [{ ...aGrant(), justInTimeAccessPolicy: policy }],
    });

    const remedy = proposeRemedy(someNeeds([live]));

    expect(remedy).toMatchObject({
      template: {
        resources: [
          {
            type: 'Microsoft.ManagedServices/registrationDefinitions',
            name: '22222222-0000-4000-8000-000000000002',
            properties: {
              registrationDefinitionName: '[[Fabrikam]',
              description: 'Managed',
              managedByTenantId: ids.managingTenant,
              authorizations: [
                { principalId: OBSERVER, roleDefinitionId: roles.reader },
                { principalId: ids.stranger, delegatedRoleDefinitionIds: [roles.contributor] },
                { principalId: ids.pal, roleDefinitionId: roles.supportRequestContributor },
              ],
              eligibleAuthorizations: [{ principalId: ids.pal, justInTimeAccessPolicy: policy }],
            },
          },
          {
            type: 'Microsoft.ManagedServices/registrationAssignments',
            name: '11111111-0000-4000-8000-000000000001',
            properties: {
              registrationDefinitionId:
                "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', '22222222-0000-4000-8000-000000000002')]",
            },
          },
        ],
      },
    });
  });

  it('assigns a resource group inside of it', () => {
    const scope = resourceGroup(1, 'Web');
    const live = aDelegation({ scope, authorizations: [observer] });

    expect(proposeRemedy(someNeeds([live], { scope }))).toMatchObject({
      kind: 'redeploy',
      template: { resources: [{}, { type: 'Microsoft.Resources/deployments', resourceGroup: 'Web' }] },
    });
  });

  it('names what else the definition serves', () => {
    const definitionName = '22222222-0000-4000-8000-000000000002';
    const live = aDelegation({ definitionName, authorizations: [observer] });
    const other = aDelegation({ definitionName, scope: resourceGroup(1, 'Web') });

    const remedy = proposeRemedy(someNeeds([live, other]));

    expect(JSON.stringify('instructions' in remedy && remedy.instructions)).toContain('resourceGroups/Web');
  });

  it('of a marketplace offer is a new version of its plan, unless another offer can be changed', () => {
    const market = aDelegation({ plan: aPlan(), authorizations: [observer] });
    const own = aDelegation({ offer: 'Own', authorizations: [observer] });

    expect(proposeRemedy(someNeeds([market]))).toMatchObject({
      kind: 'publish-plan',
      diff: { added: [missing] },
    });
    expect(proposeRemedy(someNeeds([market, own]))).toMatchObject({
      kind: 'redeploy',
      definition: { offer: 'Own' },
    });
  });

  it('of a scope nothing is delegated on is a first delegation that replaces nobody’s', () => {
    const strangers = aDelegation({ managedByTenantId: ids.otherPartner });

    const remedy = proposeRemedy(someNeeds([strangers]));

    expect(remedy).toMatchObject({
      kind: 'delegate',
      template: { parameters: { offerName: { defaultValue: 'Partner admin link' } } },
    });
  });

  it('assigns the offer that is delegated elsewhere in the subscription, with all it holds, rather than replace it', () => {
    const web = resourceGroup(1, 'Web');
    const live = aDelegation({
      scope: web,
      offer: 'Partner admin link',
      definitionName: '22222222-0000-4000-8000-000000000002',
      authorizations: [observer, aGrant(), aGrant(roles.contributor, ids.stranger)],
    });

    const remedy = proposeRemedy(someNeeds([live]));

    expect(remedy).toMatchObject({
      kind: 'redeploy',
      definition: {
        definitionName: '22222222-0000-4000-8000-000000000002',
        assignmentName: null,
        scope: subscription(1),
        authorizations: live.authorizations,
      },
    });
    expect(JSON.stringify('instructions' in remedy && remedy.instructions)).toContain(web.id);
  });

  it('leaves open in a first delegation what the settings do not tell, and says so', () => {
    const { template, diff, instructions } = firstDelegation({
      ...{ tenantId: ids.customer, subscriptionId: null, resourceGroup: null },
      terms: { ...terms, engineersGroupObjectId: null },
    });

    expect(template.parameters['engineersGroupObjectId']).not.toHaveProperty('defaultValue');
    expect(diff.added.map(({ principalId }) => principalId)).toEqual([ids.pal, OBSERVER]);
    expect(JSON.stringify(instructions.before)).toContain('ENGINEERS_GROUP_OBJECT_ID');
    expect(instructions.ways.flatMap(({ steps }) => steps.flatMap(({ commands = [] }) => commands))).toEqual([
      `az login --tenant ${ids.customer}`,
      'az deployment sub create --subscription "<subscription id>" --location westeurope --name lighthouse --template-file delegation.json --parameters engineersGroupObjectId="<object id>"',
      `Connect-AzAccount -TenantId ${ids.customer} -Subscription "<subscription id>"`,
      'New-AzSubscriptionDeployment -Name lighthouse -Location westeurope -TemplateFile delegation.json -engineersGroupObjectId "<object id>"',
    ]);
  });

  it('of a marketplace offer names the plan to publish', () => {
    const market = aDelegation({ plan: aPlan(), authorizations: [observer] });

    const remedy = proposeRemedy(someNeeds([market]));

    expect(JSON.stringify('instructions' in remedy && remedy.instructions)).toContain(
      `${aPlan().publisher} / ${aPlan().product} / ${aPlan().name}, now version ${aPlan().version}`,
    );
  });

  it('of a deployment that failed is the same definition once more', () => {
    const failed = aDelegation({ provisioningState: 'Failed', authorizations: [observer, aGrant()] });

    expect(diffOf(proposeRemedy(someNeeds([failed])))).toEqual({
      kept: [observer, aGrant()],
      added: [],
      removed: [],
    });
  });

  it.each([
    ['earns', 'Enabled', [observer, aGrant()]],
    ['is disabled', 'Disabled', [observer]],
  ])('that %s is nothing to deploy', (_, subscriptionState, live) => {
    expect(proposeRemedy(someNeeds(delegated(...live), { subscriptionState })).kind).toBe('nothing');
  });

  it('names tenant and subscription in the commands', () => {
    const remedy = proposeRemedy(someNeeds([]));
    const commands =
      'instructions' in remedy
        ? remedy.instructions.ways.flatMap(({ steps }) => steps.flatMap((step) => step.commands ?? []))
        : [];

    expect(commands).toEqual([
      `az login --tenant ${ids.customer}`,
      `az deployment sub create --subscription ${subscriptionId(1)} --location westeurope --name lighthouse --template-file delegation.json`,
      `Connect-AzAccount -TenantId ${ids.customer} -Subscription ${subscriptionId(1)}`,
      'New-AzSubscriptionDeployment -Name lighthouse -Location westeurope -TemplateFile delegation.json',
    ]);
  });

  it('where our service principal lives in the tenant is a role there', () => {
    const where = { tenantId: ids.customer, scope: subscription(1) };

    expect(assignRole({ ...where, objectId: ids.palInTenant }).kind).toBe('assign-role');
    expect(assignRole({ ...where, objectId: null }).kind).toBe('nothing');
    expect(JSON.stringify(assignRole({ ...where, scope: null, objectId: ids.palInTenant }))).toContain(
      '/subscriptions/<subscription id>',
    );
  });
});

describe('whatever is delegated', () => {
  const who = fc.constantFrom(
    ids.pal,
    ids.palApplication,
    ids.former,
    ids.group,
    ids.secondPal,
    ids.stranger,
    OBSERVER,
  );
  const role = fc.constantFrom(
    roles.contributor,
    roles.reader,
    roles.assignmentDelete,
    roles.supportRequestContributor,
  );
  const grant = fc.tuple(role, who).map(([roleId, principalId]) => aGrant(roleId, principalId));
  const grants = fc.array(grant, { maxLength: 4 });
  const delegation = fc
    .record({
      authorizations: grants,
      eligibleAuthorizations: grants,
      provisioningState: fc.constantFrom('Succeeded', 'Failed', 'Creating'),
      managedByTenantId: fc.constantFrom(ids.managingTenant, ids.managingTenant, ids.otherPartner),
      scope: fc.constantFrom(subscription(1), subscription(1), resourceGroup(1, 'Web')),
      marketplace: fc.boolean(),
      n: fc.uuid(),
    })
    .map(({ n, ...given }) =>
      aDelegation({
        ...given,
        id: `${given.scope.id}/providers/Microsoft.ManagedServices/registrationAssignments/${n}`,
      }),
    );

  it('the scope earns once its remedy is deployed, and nothing that names anybody is lost', () => {
    fc.assert(
      fc.property(fc.array(delegation, { maxLength: 4 }), (delegations) => {
        const needs = someNeeds(delegations);
        const remedy = proposeRemedy(needs);
        const diff = diffOf(remedy);
        if (remedy.kind === 'nothing' || remedy.kind === 'publish-plan') return;
        expect(verdictAfter(needs, remedy)).toBe('earning');
        expect(
          diff?.removed.every(({ principalId }) => [ids.palApplication, ids.former].includes(principalId)),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
