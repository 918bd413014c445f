/** The simulator as Microsoft's own clients and credentials meet it. */
import { ACEProvisioningManagementPartnerAPI } from '@azure/arm-managementpartner';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { TokenCredential } from '@azure/core-auth';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import { decodeJwt } from 'jose';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  aCustomer,
  aDelegation,
  anEstate,
  managingTenantId,
  observerId,
  palLinkAppId,
  palLinkId,
  startTestAzure,
  subscriptionId,
  tenantId,
  type TestAzure,
} from '../../support/azure.ts';

const secretCredential = ({ principals, sdkOptions }: TestAzure, tenant = managingTenantId) =>
  new ClientSecretCredential(tenant, palLinkAppId, principals[0]!.secret, sdkOptions);

const who = async (credential: TokenCredential, scope: string) => {
  const { token } = (await credential.getToken(scope))!;
  const { tid, oid, appid, idtyp, aud, iss } = decodeJwt(token);
  return { tid, oid, appid, idtyp, aud, iss };
};

const palLink = (azure: TestAzure) => ({
  tid: managingTenantId,
  oid: palLinkId,
  appid: palLinkAppId,
  idtyp: 'app',
  aud: azure.url,
  iss: `https://sts.windows.net/${managingTenantId}/`,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The credential library remembers the first endpoint of a process: one test in a file can use this. */
function stubIdentityEndpoint({ identityEndpoint }: TestAzure): void {
  vi.stubEnv('IDENTITY_ENDPOINT', identityEndpoint.url);
  vi.stubEnv('IDENTITY_HEADER', identityEndpoint.header);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('management clients', () => {
  it('lead a link through its life, its version climbing through every change', async () => {
    const azure = await startTestAzure(anEstate());
    const { partner, partners } = new ACEProvisioningManagementPartnerAPI(secretCredential(azure), {
      ...azure.sdkOptions,
      credentialScopes: azure.scope,
    });

    const created = await partner.create('4681234');
    const read = await partners.get();
    const changed = await partner.update('4600001');
    await partner.delete('4600001');
    const again = await partner.create('4681234');

    expect(created).toMatchObject({
      partnerId: '4681234',
      partnerName: 'Fabrikam Oslo',
      version: 1,
      etag: 1,
    });
    expect(read).toMatchObject({ version: 1, tenantId: managingTenantId, objectId: palLinkId });
    expect(changed).toMatchObject({ partnerId: '4600001', version: 2, state: 'Active' });
    expect(again).toMatchObject({ partnerId: '4681234', version: 4, createdTime: created.createdTime });
    expect(azure.report().calls).toEqual({
      'PUT /providers/Microsoft.ManagementPartner/partners/{partnerId}': 2,
      'GET /providers/Microsoft.ManagementPartner/partners': 1,
      'PATCH /providers/Microsoft.ManagementPartner/partners/{partnerId}': 1,
      'DELETE /providers/Microsoft.ManagementPartner/partners/{partnerId}': 1,
    });
  });

  it('get the code and status of a refusal', async () => {
    const azure = await startTestAzure(anEstate());
    const { partner, partners } = new ACEProvisioningManagementPartnerAPI(secretCredential(azure), {
      ...azure.sdkOptions,
      credentialScopes: azure.scope,
    });

    await expect(partners.get()).rejects.toMatchObject({
      statusCode: 404,
      code: 'ManagementPartnerNotFound',
    });
    await expect(partner.create('999')).rejects.toMatchObject({ statusCode: 400, code: 'PartnerIdInvalid' });
  });

  it('list the subscriptions and tenants a principal sees, over all pages', async () => {
    const customers = [1, 2, 3, 4, 5].map((n) => aCustomer(n, aDelegation()));
    const azure = await startTestAzure(anEstate({ customers }), { pageSize: 2 });
    const { endpoint, tlsOptions } = azure.sdkOptions;
    const credentials = { scopes: [azure.scope] };
    const client = new SubscriptionClient(secretCredential(azure), { endpoint, tlsOptions, credentials });

    const subscriptions = await all(client.subscriptions.list());
    const tenants = await all(client.tenants.list());

    expect(subscriptions.map((one) => one.subscriptionId)).toEqual([1, 2, 3, 4, 5].map(subscriptionId));
    expect(subscriptions[0]).toMatchObject({
      displayName: 'Subscription 1',
      tenantId: tenantId(1),
      state: 'Enabled',
      managedByTenants: [{ tenantId: managingTenantId }],
      subscriptionPolicies: { quotaId: 'CSP_2015-05-01' },
    });
    expect(tenants).toMatchObject([{ tenantId: managingTenantId, tenantCategory: 'Home' }]);
    expect(azure.report().calls['GET /subscriptions']).toBe(3);
  });

  it('query Resource Graph and page on the skip token', async () => {
    const customers = [1, 2, 3].map((n) => aCustomer(n, aDelegation()));
    const azure = await startTestAzure(anEstate({ customers }));
    const { endpoint, tlsOptions } = azure.sdkOptions;
    const credentials = { scopes: [azure.scope] };
    const client = new ResourceGraphClient(secretCredential(azure), { endpoint, tlsOptions, credentials });
    const query =
      "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project id, name | order by id asc";

    const first = await client.resources({ query, options: { top: 2 } });
    const second = await client.resources({ query, options: { top: 2, skipToken: first.skipToken! } });

    expect(first).toMatchObject({ totalRecords: 3, count: 2, resultTruncated: 'false' });
    expect(first.data).toMatchObject([{ name: 'Subscription 1' }, { name: 'Subscription 2' }]);
    expect(second.data).toMatchObject([{ name: 'Subscription 3' }]);
    expect(second.skipToken).toBeUndefined();
  });
});

describe('credentials', () => {
  it('sign in by secret, with instance discovery off', async () => {
    const azure = await startTestAzure(anEstate());

    expect(await who(secretCredential(azure), azure.scope)).toEqual(palLink(azure));
  });

  it('sign in by a registered certificate', async () => {
    const pem = await generate([{ name: 'commonName', value: 'pal-link' }], { algorithm: 'sha256' });
    const azure = await startTestAzure(anEstate(), { certificates: { 'pal-link': pem.cert } });
    const certificate = `${pem.private}\n${pem.cert}`;
    const credential = new ClientCertificateCredential(
      managingTenantId,
      palLinkAppId,
      { certificate },
      azure.sdkOptions,
    );

    expect(await who(credential, azure.scope)).toEqual(palLink(azure));
  });

  it('are refused with a certificate nobody registered', async () => {
    const azure = await startTestAzure(anEstate());
    const pem = await generate([{ name: 'commonName', value: 'stranger' }], { algorithm: 'sha256' });
    const certificate = `${pem.private}\n${pem.cert}`;
    const credential = new ClientCertificateCredential(
      managingTenantId,
      palLinkAppId,
      { certificate },
      azure.sdkOptions,
    );

    await expect(credential.getToken(azure.scope)).rejects.toThrow('AADSTS700027');
  });

  it('sign in with a managed identity standing in for the application', async () => {
    const azure = await startTestAzure(anEstate());
    const assertion = () => azure.observerToken('api://AzureADTokenExchange');
    const credential = new ClientAssertionCredential(
      managingTenantId,
      palLinkAppId,
      assertion,
      azure.sdkOptions,
    );

    expect(await who(credential, azure.scope)).toEqual(palLink(azure));
  });

  it('are refused with a managed identity token of another audience', async () => {
    const azure = await startTestAzure(anEstate());
    const assertion = () => azure.observerToken('api://something-else');
    const credential = new ClientAssertionCredential(
      managingTenantId,
      palLinkAppId,
      assertion,
      azure.sdkOptions,
    );

    await expect(credential.getToken(azure.scope)).rejects.toThrow(/AADSTS70021[12]/);
  });

  it('get the observer its token from the managed identity endpoint', async () => {
    const azure = await startTestAzure(anEstate());
    stubIdentityEndpoint(azure);
    const credential = new ManagedIdentityCredential({ clientId: azure.observer.clientId });

    expect(await who(credential, azure.scope)).toMatchObject({
      tid: managingTenantId,
      oid: observerId,
      aud: azure.url,
    });
  });

  it('of one application are another object in a tenant with its service principal', async () => {
    const objectId = 'bbbbbbbb-0000-4000-8000-000000000077';
    const customer = { ...aCustomer(1), servicePrincipal: { principal: 'pal-link', objectId } };
    const azure = await startTestAzure(anEstate({ customers: [customer, aCustomer(2)] }));

    expect(await who(secretCredential(azure, tenantId(1)), azure.scope)).toMatchObject({
      tid: tenantId(1),
      oid: objectId,
    });
    await expect(secretCredential(azure, tenantId(2)).getToken(azure.scope)).rejects.toThrow('AADSTS700016');
  });
});
