import { createLocalJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  anEstate,
  managingTenantId,
  palLinkAppId,
  palLinkId,
  startTestAzure,
  type TestAzure,
  type TestResponse,
} from '../../support/azure.ts';

const link = '/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01';

const askToken = (azure: TestAzure, fields: Readonly<Record<string, string>>, path = 'oauth2/v2.0/token') =>
  azure.send('POST', `/${managingTenantId}/${path}`, {
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: palLinkAppId,
      client_secret: azure.principals[0]!.secret,
      scope: azure.scope,
      ...fields,
    }).toString(),
  });

const tokenIn = (answer: TestResponse) => String(answer.at('access_token'));

describe('Entra', () => {
  it('says that a secret is wrong as the real one does', async () => {
    const azure = await startTestAzure(anEstate());

    const answer = await askToken(azure, { client_secret: 'wrong' });

    expect(answer).toMatchObject({
      status: 401,
      json: { error: 'invalid_client', error_codes: [7000215] },
    });
    expect(answer.at('error_description')).toMatch(/^AADSTS7000215: Invalid client secret provided\./);
  });

  it.each([
    ['an unknown application', { client_id: 'cccccccc-0000-4000-8000-00000000dead' }, 400, 700016],
    ['an unknown resource', { scope: 'https://graph.microsoft.com/.default' }, 400, 500011],
    ['a scope without .default', { scope: 'openid' }, 400, 1002012],
    ['another grant', { grant_type: 'password' }, 400, 70003],
  ])('refuses %s', async (_what, fields, status, code) => {
    const azure = await startTestAzure(anEstate());

    const answer = await askToken(azure, fields);

    expect(answer).toMatchObject({ status, json: { error_codes: [code] } });
  });

  it('serves v1 clients, which name a resource', async () => {
    const azure = await startTestAzure(anEstate());

    const answer = await askToken(azure, { resource: `${azure.url}/`, scope: '' }, 'oauth2/token');

    expect(answer.status).toBe(200);
    expect(decodeJwt(tokenIn(answer))).toMatchObject({ aud: `${azure.url}/`, oid: palLinkId });
  });

  it('gives an application its roles at an API', async () => {
    const operator = {
      name: 'operator',
      applicationId: 'cccccccc-0000-4000-8000-00000000000a',
      objectId: 'bbbbbbbb-0000-4000-8000-00000000000a',
      secret: 'of the operator',
      roles: { 'api://pal-autopilot': ['Pal.Read', 'Pal.Operate'] },
    };
    const azure = await startTestAzure(anEstate(), { applications: [operator] });

    const answer = await askToken(azure, {
      client_id: operator.applicationId,
      client_secret: operator.secret,
      scope: 'api://pal-autopilot/.default',
    });

    const keys = await azure.send('GET', `/${managingTenantId}/discovery/v2.0/keys`);
    const verified = await jwtVerify(tokenIn(answer), createLocalJWKSet(keys.json as JSONWebKeySet), {
      issuer: `https://sts.windows.net/${managingTenantId}/`,
      audience: 'api://pal-autopilot',
    });
    expect(verified.payload).toMatchObject({ roles: ['Pal.Read', 'Pal.Operate'], idtyp: 'app' });
  });

  it.each([
    [`${managingTenantId}/v2.0`, `${managingTenantId}/oauth2/v2.0/token`],
    [managingTenantId, `${managingTenantId}/oauth2/token`],
    ['common/v2.0', 'common/oauth2/v2.0/token'],
    ['adfs', 'adfs/oauth2/token'],
  ])('describes itself at /%s', async (base, tokenPath) => {
    const azure = await startTestAzure(anEstate());

    const configuration = await azure.send('GET', `/${base}/.well-known/openid-configuration`);
    const keysPath = String(configuration.at('jwks_uri')).slice(azure.url.length);
    const keys = await azure.send('GET', keysPath);

    expect(configuration.at('token_endpoint')).toBe(`${azure.url}/${tokenPath}`);
    expect(keys.json).toMatchObject({ keys: [{ kty: 'RSA', use: 'sig' }] });
  });

  it('does not know a tenant that is not in the estate', async () => {
    const azure = await startTestAzure(anEstate());
    const stranger = 'dddddddd-0000-4000-8000-00000000dead';

    const answer = await azure.send('GET', `/${stranger}/v2.0/.well-known/openid-configuration`);

    expect(answer).toMatchObject({ status: 400, json: { error_codes: [90002] } });
  });

  it('has a managed identity endpoint that wants its header and its client id', async () => {
    const { identityEndpoint, observer, url } = await startTestAzure(anEstate());
    const ask = (clientId: string, header: string) =>
      fetch(`${identityEndpoint.url}?resource=${url}&client_id=${clientId}`, {
        headers: { 'x-identity-header': header },
      });

    expect((await ask(observer.clientId, identityEndpoint.header)).status).toBe(200);
    expect((await ask(observer.clientId, 'guessed')).status).toBe(401);
    expect((await ask(palLinkAppId, identityEndpoint.header)).status).toBe(400);
  });

  it('counts its calls apart from those of ARM', async () => {
    const azure = await startTestAzure(anEstate());

    await azure.token();

    expect(azure.report()).toMatchObject({
      calls: {},
      entra: { calls: { 'POST /{tenantId}/oauth2/v2.0/token': 1 } },
    });
  });
});

describe('ARM', () => {
  const codeOf = async (azure: TestAzure, token?: string) => {
    const answer = await azure.send('GET', link, token === undefined ? {} : { token });
    return [answer.status, answer.at('error.code'), answer.headers['www-authenticate'] !== undefined];
  };

  it('asks for a token', async () => {
    const azure = await startTestAzure(anEstate());

    expect(await codeOf(azure)).toEqual([401, 'AuthenticationFailed', true]);
    expect(await codeOf(azure, 'nonsense')).toEqual([401, 'InvalidAuthenticationToken', true]);
  });

  it('refuses a token somebody else signed', async () => {
    const azure = await startTestAzure(anEstate());
    const claims = decodeJwt(await azure.token());
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);

    expect(await codeOf(azure, forged)).toEqual([401, 'InvalidAuthenticationToken', true]);
  });

  it('refuses a token for another audience', async () => {
    const azure = await startTestAzure(anEstate());
    const answer = await askToken(azure, { scope: 'api://pal-autopilot/.default' });

    expect(await codeOf(azure, tokenIn(answer))).toEqual([401, 'InvalidAuthenticationTokenAudience', true]);
  });

  it('refuses an expired token', async () => {
    let now = Date.parse('2026-03-01T12:00:00Z');
    const azure = await startTestAzure(anEstate(), { now: () => now });
    const token = await azure.token();
    now += 3_600_000;

    expect(await codeOf(azure, token)).toEqual([401, 'ExpiredAuthenticationToken', true]);
  });

  it.each(['https://management.azure.com', 'https://management.azure.com/'])(
    'takes a token for %s',
    async (resource) => {
      const azure = await startTestAzure(anEstate());
      const answer = await askToken(azure, { resource });

      expect(await codeOf(azure, tokenIn(answer))).toEqual([404, 'ManagementPartnerNotFound', false]);
    },
  );

  it('wants an API version', async () => {
    const azure = await startTestAzure(anEstate());
    const token = await azure.token();
    const path = '/providers/Microsoft.ManagementPartner/partners';

    expect(await azure.send('GET', path, { token })).toMatchObject({
      status: 400,
      json: { error: { code: 'MissingApiVersionParameter' } },
    });
    expect(await azure.send('GET', `${path}?api-version=2020-01-01`, { token })).toMatchObject({
      status: 400,
      json: { error: { code: 'NoRegisteredProviderFound' } },
    });
  });

  it('matches paths without case, with doubled or trailing slashes', async () => {
    const azure = await startTestAzure(anEstate());
    const token = await azure.token();
    const put = '//providers/microsoft.managementpartner/PARTNERS/4681234?API-VERSION=2018-02-01';

    const created = await azure.send('PUT', put, { token, body: '{"partnerId":"4681234"}' });
    const read = await azure.send(
      'GET',
      '/providers/Microsoft.ManagementPartner/partners/?api-version=2018-02-01',
      { token },
    );

    expect(created.status).toBe(200);
    expect(read.text).toBe(created.text);
  });
});
