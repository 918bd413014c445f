import { describe, expect, it } from 'vitest';
import {
  dporInstructions,
  linkInstructions,
  type Instructions,
} from '../../../src/lib/domain/instructions.ts';
import { ids, subscriptionId } from '../../support/delegations.ts';

const commandsOf = ({ ways }: Instructions, by: string) =>
  ways.filter((way) => way.by === by).flatMap(({ steps }) => steps.flatMap(({ commands }) => commands ?? []));
const linksOf = ({ ways }: Instructions) =>
  ways.flatMap(({ steps }) => steps.flatMap(({ link }) => link ?? []));

describe('what a person has to do to link', () => {
  const guest = linkInstructions({ tenantId: ids.customer, accessKind: 'guest-user', partnerId: '4681234' });
  const member = linkInstructions({
    tenantId: ids.customer,
    accessKind: 'directory-account',
    partnerId: '4681234',
  });

  it('is told as commands that can be pasted, with the tenant and the partner ID in them', () => {
    expect(commandsOf(guest, 'powershell')).toEqual([
      'Install-Module -Name Az.Accounts, Az.ManagementPartner -Scope CurrentUser',
      `Connect-AzAccount -TenantId ${ids.customer}`,
      'New-AzManagementPartner -PartnerId 4681234',
      'Update-AzManagementPartner -PartnerId 4681234',
      'Get-AzManagementPartner | ConvertTo-Json',
    ]);
    expect(commandsOf(guest, 'azure-cli')).toEqual([
      'az extension add --name managementpartner',
      `az login --tenant ${ids.customer} --allow-no-subscriptions`,
      'az managementpartner create --partner-id 4681234',
      'az managementpartner update --partner-id 4681234',
      'az managementpartner show --output json',
    ]);
  });

  it('is told as a page of the portal, in the customer’s directory', () => {
    expect(linksOf(guest)).toEqual([
      `https://portal.azure.com/#@${ids.customer}/blade/Microsoft_Azure_Billing/managementpartnerblade`,
    ]);
  });

  it('differs in the account to sign in with', () => {
    expect(guest.before[0]?.text).toContain('guest');
    expect(member.before[0]?.text).toContain('their own directory');
  });

  it('ends with how to attest it', () => {
    expect(member.afterwards[0]?.text).toContain(`/api/tenants/${ids.customer}/attestations`);
  });
});

describe('what the customer has to do to name a partner of record', () => {
  const steps = dporInstructions({
    tenantId: ids.customer,
    subscriptionId: subscriptionId(1),
    partnerId: '4681234',
  });

  it('begins at the subscription’s own page', () => {
    expect(linksOf(steps)).toEqual([
      `https://portal.azure.com/#@${ids.customer}/resource/subscriptions/${subscriptionId(1)}/overview`,
    ]);
  });

  it('says what the partner may see', () => {
    expect(steps.before.map(({ text }) => text).join(' ')).toContain('usage and consumption');
  });
});
