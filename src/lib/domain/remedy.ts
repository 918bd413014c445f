import type { AssignRole } from './assign-role.ts';
import { judgeScope, type Identities, type JudgedVerdict } from './coverage.ts';
import { deploymentTemplate, type ProposedDefinition } from './delegation-deployment.ts';
import type { DelegationTerms } from './delegation-template.ts';
import { isReady, type Authorization, type AuthorizationDiff, type Delegation } from './delegation.ts';
import { deploymentSteps } from './deployment-steps.ts';
import { firstDelegation, type FirstDelegation } from './first-delegation.ts';
import { sameId } from './guid.ts';
import type { Instructions } from './instructions.ts';
import { ourRoles, type RoleTable } from './role-table.ts';
import { scopeKey, type Scope } from './scope.ts';

/** What puts a scope right. Made from what is delegated now, because deploying an offer again replaces all of it. */
export type Remedy =
  /** Nothing to deploy: the words say why, and what else helps. */
  | { readonly kind: 'nothing'; readonly text: string }
  | {
      /** The live definition again, with what is missing. */
      readonly kind: 'redeploy';
      readonly diff: AuthorizationDiff;
      readonly definition: ProposedDefinition;
      readonly template: object;
      readonly instructions: Instructions;
    }
  | FirstDelegation
  /** A marketplace offer is changed by its publisher alone. */
  | {
      readonly kind: 'publish-plan';
      readonly diff: AuthorizationDiff;
      readonly instructions: Instructions;
    }
  | AssignRole
  /** What is delegated could not be read now, so nothing can be proposed that would keep all of it. */
  | { readonly kind: 'unreadable'; readonly text: string };

export interface RemedyNeeds {
  /** The customer's tenant. */
  readonly tenantId: string;
  readonly scope: Scope;
  /** As read live; another subscription state than Enabled, Warned or PastDue has no remedy here. */
  readonly subscriptionState: string;
  /** All delegations of the subscription and below it, to whomever, as read live. */
  readonly delegations: readonly Delegation[];
  readonly identities: Identities;
  readonly roles: RoleTable;
  /** What a delegation to us says. */
  readonly terms: DelegationTerms;
}

/** Proposes what puts one scope right. Pure and total. */
export function proposeRemedy(needs: RemedyNeeds): Remedy {
  const ours = needs.delegations.filter((d) => sameId(d.managedByTenantId, needs.terms.managingTenantId));
  const own = ours.filter(({ scope }) => scopeKey(scope) === scopeKey(needs.scope));
  const above = needs.scope.resourceGroup === null ? [] : ours.filter(({ scope }) => !scope.resourceGroup);
  const evidence = { subscriptionState: needs.subscriptionState, own, inherited: above };
  const { verdict } = judgeScope(evidence, needs.identities, needs.roles);
  if (verdict === 'earning') return { kind: 'nothing', text: 'The scope is set up to earn as it is.' };
  if (verdict === 'subscription-inactive') {
    return {
      kind: 'nothing',
      text: `The subscription is ${needs.subscriptionState}: nothing is consumed, so nothing can earn. The customer can enable it again.`,
    };
  }
  const changeable = own.filter(({ plan }) => plan === null);
  const live = changeable.find(isReady) ?? changeable[0] ?? own[0];
  if (!live) return delegateFirst(needs, ours, verdict);
  return live.plan ? publishPlan(needs, live) : redeploy(needs, live, verdict);
}

/** What a definition is to hold: all it holds, without ids that name nobody, and with what is missing. */
function completed(
  live: Pick<Delegation, 'authorizations'>,
  { identities, roles, terms }: Pick<RemedyNeeds, 'identities' | 'roles' | 'terms'>,
): AuthorizationDiff {
  const { principal } = identities;
  const { observerObjectId } = terms;
  const nobody = [principal.applicationId, ...principal.formerObjectIds];
  const isOf = (ids: readonly string[]) => (grant: Authorization) =>
    ids.some((id) => sameId(id, grant.principalId));
  const removed = live.authorizations.filter(isOf(nobody));
  const kept = live.authorizations.filter((grant) => !removed.includes(grant));
  const earns = kept
    .filter(isOf([principal.objectId, ...principal.groupIds]))
    .some(({ roleId }) => roles.standing(roleId) === 'earns');
  const missing = observerObjectId !== null && !kept.some(isOf([observerObjectId]));
  return {
    kept,
    removed,
    added: [
      ...(earns
        ? []
        : [
            {
              principalId: principal.objectId,
              principalName: `${principal.name}: partner admin link`,
              roleId: ourRoles.supportRequestContributor,
            },
          ]),
      ...(missing
        ? [{ principalId: observerObjectId, principalName: 'Observer', roleId: ourRoles.reader }]
        : []),
    ],
  };
}

function redeploy(needs: RemedyNeeds, live: Delegation, verdict: JudgedVerdict): Remedy {
  const diff = completed(live, needs);
  const offer = live.offer ?? needs.terms.offerName;
  const isHere = scopeKey(live.scope) === scopeKey(needs.scope);
  const definition: ProposedDefinition = {
    definitionName: live.definitionName ?? null,
    assignmentName: isHere ? (live.id.split('/').pop() ?? null) : null,
    offer,
    description: live.description ?? null,
    managingTenantId: needs.terms.managingTenantId,
    scope: needs.scope,
    authorizations: [...diff.kept, ...diff.added],
    eligibleAuthorizations: live.eligibleAuthorizations,
  };
  const sharing = needs.delegations.filter(
    ({ definitionName, scope }) =>
      live.definitionName &&
      definitionName === live.definitionName &&
      scopeKey(scope) !== scopeKey(needs.scope),
  );
  const notes = [
    `Deploying the offer “${offer}” again replaces everything it delegates. The file holds all of it: ${diff.kept.length} authorizations stay, ${diff.added.length} are added, ${diff.removed.length} are removed because they name nobody.`,
    ...(verdict === 'role-unknown'
      ? [
          'The role delegated now is not in Partner Center’s table; where you know that it earns, decide that instead of deploying.',
        ]
      : []),
    ...(sharing.length > 0
      ? [`The same definition also serves ${sharing.map(({ scope }) => scope.id).join(', ')}.`]
      : []),
    ...(isReady(live) ? [] : [`The deployment that stands now is “${live.provisioningState}”.`]),
  ];
  return {
    kind: 'redeploy',
    diff,
    definition,
    template: deploymentTemplate(definition),
    instructions: deploymentSteps({ ...needs.scope, tenantId: needs.tenantId, notes, open: [] }),
  };
}

/**
 * Nothing is delegated on the scope itself. An offer of ours of the same name elsewhere in the subscription is one and the
 * same definition there, so that it is this one which is assigned here too, with all it holds.
 */
function delegateFirst(needs: RemedyNeeds, ours: readonly Delegation[], verdict: JudgedVerdict): Remedy {
  const { tenantId, scope, terms } = needs;
  const namesake = ours.find(({ offer, plan }) => plan === null && offer === terms.offerName);
  if (namesake) return redeploy(needs, namesake, verdict);
  return firstDelegation({ ...scope, tenantId, terms });
}

function publishPlan(needs: RemedyNeeds, live: Delegation): Remedy {
  const diff = completed(live, needs);
  const added = diff.added.map(({ principalId, roleId }) => `${principalId} with role ${roleId}`).join(', ');
  const removed = diff.removed.map(({ principalId }) => principalId).join(', ');
  return {
    kind: 'publish-plan',
    diff,
    instructions: {
      summary: `The offer “${live.offer ?? ''}” comes from the marketplace: only a new version of its plan changes what it delegates.`,
      before: [
        { text: 'This is for the publisher of the offer, in Partner Center; the customer accepts it.' },
      ],
      ways: [
        {
          by: 'portal',
          steps: [
            {
              text: `In Partner Center, open the offer’s plan${planName(live)}, and under its technical configuration add: ${added || 'nothing'}.${removed ? ` Remove, because they name nobody: ${removed}.` : ''} Raise the version number.`,
              link: 'https://partner.microsoft.com/dashboard/marketplace-offers/overview',
            },
            { text: 'Review and publish the plan, and wait until it is live.' },
            {
              text: 'The customer then accepts the new version under Service providers in the Azure portal.',
              link: `https://portal.azure.com/#@${needs.tenantId}/blade/Microsoft_Azure_CustomerHub/ServiceProvidersBladeV2/providers`,
            },
          ],
        },
      ],
      afterwards: [{ text: 'It takes up to 15 minutes to show; we look again by ourselves.' }],
    },
  };
}

/** Which plan it is, as far as Azure tells. */
function planName({ plan }: Delegation): string {
  const told = [plan?.publisher, plan?.product, plan?.name].filter((part) => part);
  const version = plan?.version ? `, now version ${plan.version}` : '';
  return told.length > 0 ? ` (${told.join(' / ')}${version})` : '';
}
