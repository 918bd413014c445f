import type { AttendedKind } from './tenant.ts';

/** One thing to do, in words, with the commands that do it. */
export interface Instruction {
  readonly text: string;
  readonly commands?: readonly string[];
  readonly link?: string;
}

/** One way to the same end; a person takes the one they know. */
export interface Way {
  readonly by: 'portal' | 'powershell' | 'azure-cli';
  readonly steps: readonly Instruction[];
}

/** What a person has to do where no pass can. Computed when read, never stored. */
export interface Instructions {
  readonly summary: string;
  /** What must be so before any of it works, or counts. */
  readonly before: readonly Instruction[];
  readonly ways: readonly Way[];
  /** What to do when it is done. */
  readonly afterwards: readonly Instruction[];
}

const PORTAL = 'https://portal.azure.com';

const SIGN_IN: Readonly<Record<AttendedKind, string>> = {
  'guest-user':
    'Use your own account, the one the customer has invited as a guest; accept the invitation first. All of the following happens in the customer’s tenant: a link made in your home tenant does not count there.',
  'directory-account':
    'Use the account the customer has created for you in their own directory, not your own company’s.',
};

/**
 * How a person links their account in a customer's tenant, and shows that they did. The link belongs to that account in
 * that tenant: everyone who works there links their own. (Source: Azure documentation, “Link a partner ID to your
 * account that’s used to manage customers”.)
 */
export function linkInstructions(where: {
  readonly tenantId: string;
  readonly accessKind: AttendedKind;
  readonly partnerId: string;
}): Instructions {
  const { tenantId, accessKind, partnerId } = where;
  return {
    summary: `A person who works in the tenant ${tenantId} as ${accessKind === 'guest-user' ? 'a guest' : 'one of its users'} has to link their account there to the partner ID ${partnerId}, and to attest that they did: nobody else can do it or see it.`,
    before: [
      { text: SIGN_IN[accessKind] },
      {
        text: 'The account needs a permanent role that earns, on every subscription or resource group that is to count; Support Request Contributor is the least that does. A link without such a role earns nothing.',
      },
      {
        text: `${partnerId} has to be the partner location account’s ID, shown as Associated Partner ID in Partner Center.`,
      },
    ],
    ways: [portalWay(tenantId, partnerId), powershellWay(tenantId, partnerId), cliWay(tenantId, partnerId)],
    afterwards: [
      {
        text: `Attest it: send what the last command prints, with your name and the time you ran it, to POST /api/tenants/${tenantId}/attestations, or give it to pal tenants attest ${tenantId}. Its partnerId, tenantId, objectId and state are checked. The portal prints nothing, so read the link by one of the other two ways.`,
      },
      { text: 'Do the same again before the attestation expires; until then the tenant counts as attested.' },
    ],
  };
}

function portalWay(tenantId: string, partnerId: string): Way {
  return {
    by: 'portal',
    steps: [
      {
        text: `Open “Link to a partner ID” and sign in; the directory shown at the top right must be ${tenantId}.`,
        link: `${PORTAL}/#@${tenantId}/blade/Microsoft_Azure_Billing/managementpartnerblade`,
      },
      { text: `Enter ${partnerId}, check that the partner’s name is yours, and choose “Link a partner ID”.` },
    ],
  };
}

function powershellWay(tenantId: string, partnerId: string): Way {
  return {
    by: 'powershell',
    steps: [
      {
        text: 'Once: install the module.',
        commands: ['Install-Module -Name Az.Accounts, Az.ManagementPartner -Scope CurrentUser'],
      },
      { text: 'Sign in to the customer’s tenant.', commands: [`Connect-AzAccount -TenantId ${tenantId}`] },
      { text: 'Make the link.', commands: [`New-AzManagementPartner -PartnerId ${partnerId}`] },
      {
        text: 'Only where the account is linked to another ID, and you know that it may be replaced:',
        commands: [`Update-AzManagementPartner -PartnerId ${partnerId}`],
      },
      { text: 'Read it back.', commands: ['Get-AzManagementPartner | ConvertTo-Json'] },
    ],
  };
}

function cliWay(tenantId: string, partnerId: string): Way {
  return {
    by: 'azure-cli',
    steps: [
      { text: 'Once: install the extension.', commands: ['az extension add --name managementpartner'] },
      {
        text: 'Sign in to the customer’s tenant.',
        commands: [`az login --tenant ${tenantId} --allow-no-subscriptions`],
      },
      { text: 'Make the link.', commands: [`az managementpartner create --partner-id ${partnerId}`] },
      {
        text: 'Only where the account is linked to another ID, and you know that it may be replaced:',
        commands: [`az managementpartner update --partner-id ${partnerId}`],
      },
      { text: 'Read it back.', commands: ['az managementpartner show --output json'] },
    ],
  };
}

/**
 * How the customer names us as partner of record of one subscription. Words for the customer: only they can do it.
 * (Source: Partner Center, “Link to a partner ID by using a PAL or DPOR”. Sources disagree on whether it is still
 * offered to everybody, and the steps say so.)
 */
export function dporInstructions(where: {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly partnerId: string;
}): Instructions {
  const { tenantId, subscriptionId, partnerId } = where;
  return {
    summary: `Your subscription ${subscriptionId} can name one partner of record. To name us, its owner enters our partner ID ${partnerId} in the Azure portal; no partner can do that for you. You can change or remove it as often as you like.`,
    before: [
      {
        text: 'It is for subscriptions under an Enterprise Agreement. When the subscription moves to an Azure plan or a Microsoft Customer Agreement, the entry does not move along.',
      },
      {
        text: 'Sign in as an owner of the subscription (its account administrator): service and co-administrators cannot change it.',
      },
      {
        text: 'The partner of record gets no access to the subscription, its resources or its data; it sees the subscription’s usage and consumption in Partner Center. One partner at a time: entering us replaces whoever is entered now.',
      },
    ],
    ways: [
      {
        by: 'portal',
        steps: [
          {
            text: 'Open the subscription.',
            link: `${PORTAL}/#@${tenantId}/resource/subscriptions/${subscriptionId}/overview`,
          },
          {
            text: 'In its menu, under Billing, choose “Partner information”. Where it is not shown, search the menu for “partner”; where it is not there at all, your agreement does not offer it: tell us so.',
          },
          { text: `Enter ${partnerId}, check that the name shown is ours, and save.` },
        ],
      },
    ],
    afterwards: [
      {
        text: 'Tell us when it is done, and which partner ID the page shows: we cannot see it from our side.',
      },
    ],
  };
}
