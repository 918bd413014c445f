import type { Instructions, Way } from './instructions.ts';

/** Where a delegation is deployed, and what the customer's owner has to know of it. */
export interface Deployment {
  readonly tenantId: string;
  /** Null where we know of none: the commands then leave it to be filled in. */
  readonly subscriptionId: string | null;
  readonly resourceGroup: string | null;
  readonly notes: readonly string[];
  /** Parameters of the template that have no value: whoever deploys gives them. */
  readonly open: readonly string[];
}

const FILE = 'delegation.json';
const DEPLOY = 'Sign in and deploy; the location is where the deployment is recorded, any will do.';

/** How the customer's owner deploys a delegation. Words for the customer. */
export function deploymentSteps({ tenantId, notes, open, ...at }: Deployment): Instructions {
  const subscription = at.subscriptionId ?? '"<subscription id>"';
  const inCli = open.map((name) => ` ${name}="<object id>"`).join('');
  const inPowerShell = open.map((name) => ` -${name} "<object id>"`).join('');
  const ways: Way[] = [
    {
      by: 'portal',
      steps: [
        {
          text: `Open “Custom deployment”, choose “Build your own template in the editor”, load ${FILE} and save; choose ${subscriptionIn(at)} and a region, then create.`,
          link: `https://portal.azure.com/#@${tenantId}/create/Microsoft.Template`,
        },
      ],
    },
    {
      by: 'azure-cli',
      steps: [
        {
          text: DEPLOY,
          commands: [
            `az login --tenant ${tenantId}`,
            `az deployment sub create --subscription ${subscription} --location westeurope --name lighthouse --template-file ${FILE}${inCli && ` --parameters${inCli}`}`,
          ],
        },
      ],
    },
    {
      by: 'powershell',
      steps: [
        {
          text: DEPLOY,
          commands: [
            `Connect-AzAccount -TenantId ${tenantId} -Subscription ${subscription}`,
            `New-AzSubscriptionDeployment -Name lighthouse -Location westeurope -TemplateFile ${FILE}${inPowerShell}`,
          ],
        },
      ],
    },
  ];
  return {
    summary: `Please deploy the file ${FILE} to ${targetOf(at)}, so that the work we do there is recognised by Microsoft.`,
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

type Target = Pick<Deployment, 'subscriptionId' | 'resourceGroup'>;

function subscriptionIn({ subscriptionId }: Target): string {
  return subscriptionId === null ? 'the subscription' : `subscription ${subscriptionId}`;
}

function targetOf({ subscriptionId, resourceGroup }: Target): string {
  if (subscriptionId === null) return 'each of your subscriptions that we are to look after';
  const group = resourceGroup === null ? '' : `resource group ${resourceGroup} of `;
  return `your ${group}subscription ${subscriptionId}`;
}
