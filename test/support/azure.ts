/** The ARM and Entra simulator for tests: an estate in, a running simulator out, with a plain client that trusts it. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { onTestFinished } from 'vitest';
import { parseEstate, type EstateFile } from '../../local/estates/estate.ts';
import { startAzure, type Azure, type AzureOptions } from '../../local/azure/azure-server.ts';
import type { z } from 'zod';

export type EstateInput = z.input<typeof EstateFile>;

export const managingTenantId = 'aaaaaaaa-0000-4000-8000-000000000001';
export const observerId = 'bbbbbbbb-0000-4000-8000-00000000000f';
export const palLinkId = 'bbbbbbbb-0000-4000-8000-000000000001';
export const palLinkAppId = 'cccccccc-0000-4000-8000-000000000001';
export const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';

/** The id of the nth customer tenant of an estate. */
export const tenantId = (n: number) => `dddddddd-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** The id of the nth subscription of an estate. */
export const subscriptionId = (n: number) => `eeeeeeee-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Whoever deploys the product: at home in the managing tenant, and none of the estate's identities. */
export const deployer = {
  name: 'deployer',
  applicationId: '0f0f0f0f-0000-4000-8000-0000000000d1',
  objectId: '0f0f0f0f-0000-4000-8000-0000000000d2',
  secret: 'only-for-the-simulator',
};

/** An estate with one principal, an observer and no customers, changed by what is given. */
export function anEstate(changes: Partial<EstateInput> = {}): EstateInput {
  return {
    managingTenant: { tenantId: managingTenantId, displayName: 'Fabrikam MSP' },
    partnerIds: [
      { id: '4681234', name: 'Fabrikam Oslo' },
      { id: '4600001', name: 'Fabrikam', kind: 'global' },
    ],
    observer: { objectId: observerId },
    principals: [
      { name: 'pal-link', objectId: palLinkId, applicationId: palLinkAppId, wantedPartnerId: '4681234' },
    ],
    customers: [],
    ...changes,
  };
}

type DelegationInput = NonNullable<
  NonNullable<EstateInput['customers'][number]['subscriptions']>[number]['delegations']
>[number];

/** A delegation that names the principal permanently, changed by what is given. */
export function aDelegation(changes: DelegationInput = {}): DelegationInput {
  return {
    offer: 'Fabrikam managed service',
    authorizations: [{ principalId: palLinkId, roleDefinitionId: contributor }],
    ...changes,
  };
}

/** The nth customer with one subscription of the same number. */
export function aCustomer(n: number, ...delegations: readonly DelegationInput[]) {
  return {
    tenantId: tenantId(n),
    displayName: `Customer ${n}`,
    subscriptions: [
      { subscriptionId: subscriptionId(n), displayName: `Subscription ${n}`, delegations: [...delegations] },
    ],
  } satisfies EstateInput['customers'][number];
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  /** A part of the JSON body, for example `at('error.code')`. */
  at(path: string): unknown;
}

interface TestRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

/** What a client has to know of a running simulator; a child process of it says the same in its facts. */
export type AzureFacts = Pick<Azure, 'url' | 'caFile' | 'identityEndpoint' | 'principals' | 'observer'>;

interface AzureClient {
  /** For SDK clients and credentials: `{ ...sdkOptions }` makes them trust the simulator. */
  readonly sdkOptions: {
    readonly tlsOptions: { readonly ca: string };
    readonly endpoint: string;
    readonly authorityHost: string;
    readonly disableInstanceDiscovery: true;
  };
  readonly scope: string;
  send(method: string, path: string, options?: TestRequest): Promise<TestResponse>;
  /** A token of the first principal (or the one named) for ARM, in the managing tenant (or the one given). */
  token(options?: { readonly principal?: string; readonly tenant?: string }): Promise<string>;
  /** A token of the observer, from the managed identity endpoint. */
  observerToken(resource?: string): Promise<string>;
}

export type TestAzure = Azure & AzureClient;

/** Starts a simulator that stops with the test. */
export async function startTestAzure(
  estate: EstateInput,
  options: Partial<Omit<AzureOptions, 'estate'>> = {},
): Promise<TestAzure> {
  const azure = await startAzure({
    estate: parseEstate(JSON.stringify(estate), 'test estate'),
    port: 0,
    ...options,
  });
  onTestFinished(() => azure.stop());
  return { ...azure, ...connectAzure(azure) };
}

/** A client of a running simulator, wherever it runs; its connections close with the test. */
export function connectAzure({
  url,
  caFile,
  identityEndpoint,
  principals,
  observer,
}: AzureFacts): AzureClient {
  const ca = readFileSync(caFile, 'utf8');
  const agent = new Agent({ ca, keepAlive: true });
  onTestFinished(() => agent.destroy());
  const scope = `${url}/.default`;
  const send: AzureClient['send'] = (method, path, one = {}) => sendRequest(agent, url + path, method, one);

  return {
    sdkOptions: { tlsOptions: { ca }, endpoint: url, authorityHost: url, disableInstanceDiscovery: true },
    scope,
    send,
    async token({ principal, tenant = managingTenantId } = {}) {
      const found = principals.find((one) => principal === undefined || one.name === principal)!;
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: found.applicationId,
        client_secret: found.secret,
        scope,
      });
      const answer = await send('POST', `/${tenant}/oauth2/v2.0/token`, { body: form.toString() });
      const token = answer.at('access_token');
      if (typeof token !== 'string') throw new Error(answer.text);
      return token;
    },
    async observerToken(resource = url) {
      const query = new URLSearchParams({
        'api-version': '2019-08-01',
        resource,
        client_id: observer.clientId,
      });
      const response = await fetch(`${identityEndpoint.url}?${query.toString()}`, {
        headers: { 'x-identity-header': identityEndpoint.header },
      });
      const { access_token } = (await response.json()) as { access_token: string };
      return access_token;
    },
  };
}

function sendRequest(agent: Agent, url: string, method: string, options: TestRequest): Promise<TestResponse> {
  const { token, headers, body, timeoutMs } = options;
  const json = body?.startsWith('{') ? { 'content-type': 'application/json' } : {};
  const form = body?.startsWith('grant_type') ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent,
      headers: {
        ...json,
        ...form,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    outgoing.on('error', reject);
    if (timeoutMs !== undefined) {
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')));
    }
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: parsed(text),
          at: (path) => partOf(parsed(text), path),
        });
      });
    });
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function partOf(json: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      json,
    );
}
