import { judgeScope, type Identities, type JudgedVerdict } from './coverage.ts';
import { deploymentTemplate, type ProposedDefinition } from './delegation-deployment.ts';
import { isReady, type Authorization, type Delegation } from './delegation.ts';
import { sameId } from './guid.ts';
import type { Instructions, Way } from './instructions.ts';
import type { RoleTable } from './role-table.ts';
import { scopeKey, type Scope } from './scope.ts';

/** The least role that earns, and what the observer needs to see a delegation. */
const SUPPORT_REQUEST_CONTRIBUTOR = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

/** What deploying the remedy does to the authorizations that stand now. */
export interface AuthorizationDiff {
  readonly kept: readonly Authorization[];
  readonly added: readonly Authorization[];
  readonly removed: readonly Authorization[];
}

/** What puts a scope right. Made from what is delegated now, because deploying an offer again replaces all of it. */
export type Remedy =
  /** Nothing to deploy: the words say why, and what else helps. */
  | { readonly kind: 'nothing'; readonly text: string }
  | {
      /** The live definition again, with what is missing; or a first delegation, where there is none. */
      readonly kind: 'redeploy' | 'delegate';
      readonly diff: AuthorizationDiff;
      readonly definition: ProposedDefinition;
      readonly template: object;
      readonly instructions: Instructions;
    }
  /** A marketplace offer is changed by its publisher alone. */
  | {
      readonly kind: 'publish-plan';
      readonly diff: AuthorizationDiff;
      readonly instructions: Instructions;
    }
  /** Our service principal lives in the customer's tenant: it needs a role there, not a delegation. */
  | { readonly kind: 'assign-role'; readonly instructions: Instructions }
  /** What is delegated could not be read now, so nothing can be proposed that would keep all of it. */
  | { readonly kind: 'unreadable'; readonly text: string };

export interface RemedyNeeds {
  /** The customer's tenant. */
  readonly tenantId: string;
  readonly managingTenantId: string;
  readonly scope: Scope;
  /** As read live; another subscription state than Enabled, Warned or PastDue has no remedy here. */
  readonly subscriptionState: string;
  /** All delegations of the subscription and below it, to whomever, as read live. */
  readonly delegations: readonly Delegation[];
  readonly identities: Identities;
  readonly roles: RoleTable;
  /** Object id of the observer; null where the settings do not name it. */
  readonly observerObjectId: string | null;
  /** The name of a first delegation's offer. */
  readonly newOffer: string;
}

/** Proposes what puts one scope right. Pure and total. */
export function proposeRemedy(needs: RemedyNeeds): Remedy {
  const ours = needs.delegations.filter((d) => sameId(d.managedByTenantId, needs.managingTenantId));
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
  if (!live) return delegate(needs);
  return live.plan ? publishPlan(needs, live) : redeploy(needs, live, verdict);
}

/** What a definition is to hold: all it holds, without ids that name nobody, and with what is missing. */
function completed(
  live: Pick<Delegation, 'authorizations'>,
  { identities, roles, observerObjectId }: Pick<RemedyNeeds, 'identities' | 'roles' | 'observerObjectId'>,
): AuthorizationDiff {
  const { principal } = identities;
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
              roleId: SUPPORT_REQUEST_CONTRIBUTOR,
            },
          ]),
      ...(missing ? [{ principalId: observerObjectId, principalName: 'Observer', roleId: READER }] : []),
    ],
  };
}

function redeploy(needs: RemedyNeeds, live: Delegation, verdict: JudgedVerdict): Remedy {
  const diff = completed(live, needs);
  const offer = live.offer ?? needs.newOffer;
  const definition: ProposedDefinition = {
    definitionName: live.definitionName ?? null,
    assignmentName: live.id.split('/').pop() ?? null,
    offer,
    description: live.description ?? null,
    managingTenantId: needs.managingTenantId,
    scope: needs.scope,
    authorizations: [...diff.kept, ...diff.added],
    eligibleAuthorizations: live.eligibleAuthorizations,
  };
  const sharing = needs.delegations.filter(
    (other) => other !== live && live.definitionName && other.definitionName === live.definitionName,
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
    instructions: deployment(needs, notes),
  };
}

function delegate(needs: RemedyNeeds): Remedy {
  const diff = completed({ authorizations: [] }, needs);
  const definition: ProposedDefinition = {
    definitionName: null,
    assignmentName: null,
    offer: needs.newOffer,
    description: null,
    managingTenantId: needs.managingTenantId,
    scope: needs.scope,
    authorizations: diff.added,
    eligibleAuthorizations: [],
  };
  const notes = [
    'Nothing that we can see is delegated to us here. Where something is, our observer is missing in it: then add it to that offer instead.',
  ];
  return {
    kind: 'delegate',
    diff,
    definition,
    template: deploymentTemplate(definition),
    instructions: deployment(needs, notes),
  };
}

const FILE = 'delegation.json';

/** How the customer's owner deploys the file. Words for the customer. */
function deployment({ tenantId, scope }: RemedyNeeds, notes: readonly string[]): Instructions {
  const { subscriptionId } = scope;
  const where = scope.resourceGroup
    ? `resource group ${scope.resourceGroup} of subscription`
    : 'subscription';
  const ways: Way[] = [
    {
      by: 'portal',
      steps: [
        {
          text: `Open “Custom deployment”, choose “Build your own template in the editor”, load ${FILE} and save; choose subscription ${subscriptionId} and a region, then create.`,
          link: `https://portal.azure.com/#@${tenantId}/create/Microsoft.Template`,
        },
      ],
    },
    {
      by: 'azure-cli',
      steps: [
        {
          text: 'Sign in and deploy; the location is where the deployment is recorded, any will do.',
          commands: [
            `az login --tenant ${tenantId}`,
            `az deployment sub create --subscription ${subscriptionId} --location westeurope --name lighthouse --template-file ${FILE}`,
          ],
        },
      ],
    },
    {
      by: 'powershell',
      steps: [
        {
          text: 'Sign in and deploy; the location is where the deployment is recorded, any will do.',
          commands: [
            `Connect-AzAccount -TenantId ${tenantId} -Subscription ${subscriptionId}`,
            `New-AzSubscriptionDeployment -Name lighthouse -Location westeurope -TemplateFile ${FILE}`,
          ],
        },
      ],
    },
  ];
  return {
    summary: `Please deploy the file ${FILE} to your ${where} ${subscriptionId}, so that the work we do there is recognised by Microsoft.`,
    before: [
      {
        text: 'You need to be an owner of the subscription, with an account of your own directory: a guest cannot delegate.',
      },
      ...notes.map((text) => ({ text })),
    ],
    ways,
    afterwards: [{ text: 'It takes up to 15 minutes to show; we look again by ourselves.' }],
  };
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
              text: `In Partner Center, open the offer’s plan, and under its technical configuration add: ${added || 'nothing'}.${removed ? ` Remove, because they name nobody: ${removed}.` : ''} Raise the version number.`,
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

/** How the customer's owner gives our service principal in their tenant a role that earns. Words for the customer. */
export function assignRole(where: {
  readonly tenantId: string;
  readonly scope: Scope;
  /** The service principal's object in the customer's tenant; null while we do not know it. */
  readonly objectId: string | null;
}): Remedy {
  const { tenantId, scope, objectId } = where;
  if (objectId === null) {
    return {
      kind: 'nothing',
      text: 'Our application has not been used in this tenant yet, so its object there is not known: the customer has to consent to it first.',
    };
  }
  const role = SUPPORT_REQUEST_CONTRIBUTOR;
  return {
    kind: 'assign-role',
    instructions: {
      summary: `Please give our service principal ${objectId} the role Support Request Contributor on ${scope.id}, permanently, so that the work we do there is recognised by Microsoft.`,
      before: [{ text: 'You need to be an owner or a user access administrator there.' }],
      ways: [
        {
          by: 'portal',
          steps: [
            {
              text: 'Under Access control (IAM), choose “Add role assignment”, the role Support Request Contributor, and our application as member; leave it permanent.',
              link: `https://portal.azure.com/#@${tenantId}/resource${scope.id}/users`,
            },
          ],
        },
        {
          by: 'azure-cli',
          steps: [
            {
              text: 'Sign in and assign the role.',
              commands: [
                `az login --tenant ${tenantId}`,
                `az role assignment create --assignee-object-id ${objectId} --assignee-principal-type ServicePrincipal --role ${role} --scope "${scope.id}"`,
              ],
            },
          ],
        },
        {
          by: 'powershell',
          steps: [
            {
              text: 'Sign in and assign the role.',
              commands: [
                `Connect-AzAccount -TenantId ${tenantId}`,
                `New-AzRoleAssignment -ObjectId ${objectId} -RoleDefinitionId ${role} -Scope "${scope.id}"`,
              ],
            },
          ],
        },
      ],
      afterwards: [{ text: 'The next look sees it by itself.' }],
    },
  };
}
