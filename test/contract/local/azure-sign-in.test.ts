import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { anEstate, managingTenantId, startTestAzure, type TestAzure } from '../../support/azure.ts';

const clientId = '5d3c0d3e-7a11-4c0b-9f7e-2b8a6d94e1f0';
const olga = {
  name: 'Olga Operator',
  objectId: '0b0b0b0b-0000-4000-8000-0000000000aa',
  clientId,
  roles: ['Pal.Operate'],
};
const verifier = 'a-verifier-of-at-least-forty-three-characters-length';
const redirectUri = 'http://127.0.0.1:7071/api/dashboard';

const request = (given: Record<string, string> = {}) =>
  new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: 'fragment',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: 'a-nonce',
    state: 'a-state',
    scope: `${clientId}/.default openid`,
    ...given,
  }).toString();

const path = `/${managingTenantId}/oauth2/v2.0`;
const start = () => startTestAzure(anEstate(), { people: [olga] });

async function aCode(azure: TestAzure): Promise<string> {
  const sent = await azure.send('POST', `${path}/authorize?${request()}`, {
    body: `person=${olga.objectId}`,
  });
  const back = new URL(sent.headers['location'] as string);
  return new URLSearchParams(back.hash.slice(1)).get('code') ?? '';
}

const redeem = (azure: TestAzure, form: Record<string, string>) =>
  azure.send('POST', `${path}/token`, {
    body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
  });

describe('signing in to a page', () => {
  it('lets somebody choose who to be', async () => {
    const azure = await start();

    const page = await azure.send('GET', `${path}/authorize?${request()}`);

    expect(page.status).toBe(200);
    expect(page.text).toContain('Olga Operator');
  });

  it('sends them back with a code and their state', async () => {
    const azure = await start();

    const sent = await azure.send('POST', `${path}/authorize?${request()}`, {
      body: `person=${olga.objectId}`,
    });

    expect(sent.status).toBe(302);
    expect(sent.headers['location']).toMatch(
      /^http:\/\/127\.0\.0\.1:7071\/api\/dashboard#code=[\w-]+&state=a-state$/,
    );
  });

  it('gives an access token of a person with their app role, once for a code', async () => {
    const azure = await start();
    const code = await aCode(azure);
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };

    const first = await redeem(azure, form);
    const second = await redeem(azure, form);

    const claims = decodeJwt(String(first.at('access_token')));
    expect(claims).toMatchObject({
      aud: clientId,
      oid: olga.objectId,
      roles: ['Pal.Operate'],
      scp: 'access',
      ver: '2.0',
    });
    expect(claims).not.toHaveProperty('idtyp');
    expect(decodeJwt(String(first.at('id_token')))).toMatchObject({
      aud: clientId,
      nonce: 'a-nonce',
      name: 'Olga Operator',
    });
    expect(first.headers['access-control-allow-origin']).toBe('*');
    expect(second).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  it('refuses whoever cannot prove that they asked', async () => {
    const azure = await start();
    const code = await aCode(azure);

    const answer = await redeem(azure, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: 'somebody-elses-verifier-of-forty-three-characters',
    });

    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant', error_codes: [501481] } });
  });

  it('renews a token by the refresh token', async () => {
    const azure = await start();
    const form = {
      grant_type: 'authorization_code',
      code: await aCode(azure),
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const first = await redeem(azure, form);

    const renewed = await redeem(azure, {
      grant_type: 'refresh_token',
      refresh_token: String(first.at('refresh_token')),
    });

    expect(decodeJwt(String(renewed.at('access_token')))).toMatchObject({ oid: olga.objectId });
    expect(
      await redeem(azure, { grant_type: 'refresh_token', refresh_token: 'no-such-token' }),
    ).toMatchObject({ status: 400 });
  });

  it.each([
    ['a page elsewhere', { redirect_uri: 'https://elsewhere.example/' }, 50011],
    ['an application nobody knows', { client_id: '00000000-0000-4000-8000-000000000000' }, 700016],
    ['a request without proof of who asks', { code_challenge_method: 'plain' }, 900144],
  ])('sends no code to %s', async (_, given, code) => {
    const azure = await start();

    const answer = await azure.send('GET', `${path}/authorize?${request(given)}`);

    expect(answer).toMatchObject({ status: 400, json: { error_codes: [code] } });
  });
});
