import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeAccessTokens } from '../../../src/lib/adapters/identity/access-tokens.ts';
import { makeSigningKeys, type KeySet } from '../../../src/lib/adapters/identity/signing-keys.ts';
import type { Failure } from '../../../src/lib/domain/failure.ts';
import { aClock, MINUTE, SECOND } from '../../support/clock.ts';

const tenantId = 'aaaaaaaa-0000-4000-8000-000000000001';
const clientId = '0a0a0a0a-0000-4000-8000-0000000000a1';
const authorityHost = 'https://login.microsoftonline.com';
const v1Issuer = 'https://sts.windows.net';
const oid = '0b0b0b0b-0000-4000-8000-00000000000b';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let first: Pair;
let second: Pair;
beforeAll(async () => {
  [first, second] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
});

async function keySetOf(keys: Readonly<Record<string, Pair>>): Promise<KeySet> {
  const published = Object.entries(keys).map(async ([kid, { publicKey }]) => ({
    ...(await exportJWK(publicKey)),
    kid,
    use: 'sig',
  }));
  return { keys: await Promise.all(published) };
}

const now = Math.floor(Date.parse('2026-03-10T12:00:00.000Z') / 1000);

/** The claims of a v2 token of an application that may operate. */
function claims(changes: Readonly<Record<string, unknown>> = {}): JWTPayload {
  return {
    iss: `${authorityHost}/${tenantId}/v2.0`,
    aud: clientId,
    exp: now + 3600,
    nbf: now - 300,
    iat: now - 300,
    azp: '0a0a0a0a-0000-4000-8000-00000000000c',
    idtyp: 'app',
    oid,
    tid: tenantId,
    roles: ['Pal.Operate'],
    ver: '2.0',
    ...changes,
  };
}

const signed = (given: JWTPayload, { privateKey }: Pair = first, kid = 'one') =>
  new SignJWT(given).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);

/** A verifier over keys that a test can exchange, and how often they were asked for. */
async function aVerifier(published?: KeySet) {
  const clock = aClock();
  const served = { keys: published ?? (await keySetOf({ one: first })), broken: false, downloads: 0 };
  const keys = makeSigningKeys({
    clock,
    download: async () => {
      served.downloads += 1;
      if (served.broken) throw new Error('no route to Entra');
      return Promise.resolve(served.keys);
    },
  });
  return {
    clock,
    served,
    verify: makeAccessTokens({ tenantId, clientId, authorityHost, v1Issuer, keys, clock }),
  };
}

describe('an access token is taken', () => {
  it('in v2 form, made out to the client id', async () => {
    const { verify } = await aVerifier();

    expect(await verify(await signed(claims()))).toEqual({
      kind: 'caller',
      caller: { objectId: oid, kind: 'application', roles: ['Pal.Operate'] },
    });
  });

  it('in v1 form, made out to the application’s URI', async () => {
    const { verify } = await aVerifier();
    const { azp, ...v2 } = claims();
    const v1 = { ...v2, appid: azp, iss: `${v1Issuer}/${tenantId}/`, aud: `api://${clientId}`, ver: '1.0' };

    expect(await verify(await signed(v1))).toMatchObject({ kind: 'caller' });
  });

  it('of a user, who has a scope', async () => {
    const { verify } = await aVerifier();
    const { idtyp: _idtyp, ...user } = claims({ scp: 'access', roles: ['Pal.Read', 'Other.Role'] });

    expect(await verify(await signed(user))).toMatchObject({
      caller: { kind: 'user', roles: ['Pal.Read'] },
    });
  });

  it('without a role, which is for the door to judge', async () => {
    const { verify } = await aVerifier();

    expect(await verify(await signed(claims({ roles: undefined })))).toMatchObject({ caller: { roles: [] } });
  });

  it('a few seconds early, because clocks differ', async () => {
    const { verify } = await aVerifier();

    expect(await verify(await signed(claims({ nbf: now + 20 })))).toMatchObject({ kind: 'caller' });
  });
});

describe('an access token is refused', () => {
  it.each<[string, Record<string, unknown>]>([
    ['of another tenant', { iss: `${authorityHost}/bbbbbbbb-0000-4000-8000-000000000001/v2.0` }],
    ['of another tenant by its claim', { tid: 'bbbbbbbb-0000-4000-8000-000000000001' }],
    ['of another issuer', { iss: `https://login.example/${tenantId}/v2.0` }],
    ['of the v1 issuer without its slash', { iss: `${v1Issuer}/${tenantId}` }],
    ['for another audience', { aud: 'https://management.azure.com' }],
    ['for another API', { aud: 'api://0a0a0a0a-0000-4000-8000-0000000000ff' }],
    ['that has expired', { exp: now - 60 }],
    ['that is not valid yet', { nbf: now + 60 }],
    ['without an expiry', { exp: undefined }],
    ['without a beginning', { nbf: undefined }],
    ['without an object id', { oid: undefined }],
    ['that is an id token', { azp: undefined, appid: undefined }],
  ])('%s', async (_, changes) => {
    const { verify } = await aVerifier();

    expect(await verify(await signed(claims(changes)))).toMatchObject({ kind: 'refused' });
  });

  it('signed by somebody else under a known key’s name', async () => {
    const { verify } = await aVerifier();

    expect(await verify(await signed(claims(), second))).toMatchObject({ reason: 'its signature is wrong' });
  });

  it('signed with a shared secret, even the public key itself', async () => {
    const { verify } = await aVerifier();
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode('x'.repeat(64)));

    expect(await verify(token)).toMatchObject({ kind: 'refused' });
  });

  it('with no signature at all', async () => {
    const { verify } = await aVerifier();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

    expect(await verify(`${part({ alg: 'none' })}.${part(claims())}.`)).toMatchObject({ kind: 'refused' });
  });

  it.each(['', 'a', 'a.b.c', '...', 'e30.e30.e30', 'x'.repeat(10_000)])(
    'that is no token: “%s”',
    async (text) => {
      const { verify } = await aVerifier();

      expect(await verify(text)).toMatchObject({ kind: 'refused' });
    },
  );

  it('with a reason that repeats nothing of it', async () => {
    const { verify } = await aVerifier();
    const verdict = await verify(await signed(claims({ iss: 'https://evil.example/' })));

    expect(JSON.stringify(verdict)).not.toContain('evil');
  });
});

describe('the keys tokens are signed with', () => {
  it('are fetched once for many tokens', async () => {
    const { verify, served } = await aVerifier();
    const token = await signed(claims());

    await Promise.all([verify(token), verify(token), verify(token)]);
    await verify(token);

    expect(served.downloads).toBe(1);
  });

  it('are fetched again for a key that is not among them', async () => {
    const { verify, served, clock } = await aVerifier();
    await verify(await signed(claims()));
    served.keys = await keySetOf({ one: first, two: second });
    clock.pass(6 * MINUTE);

    expect(await verify(await signed(claims(), second, 'two'))).toMatchObject({ kind: 'caller' });
    expect(served.downloads).toBe(2);
  });

  it('are not fetched more often than every five minutes, however many unknown keys are named', async () => {
    const { verify, served, clock } = await aVerifier();
    await verify(await signed(claims()));
    const stranger = await signed(claims(), second, 'stranger');

    for (let minute = 0; minute < 10; minute++) {
      clock.pass(MINUTE);
      expect(await verify(stranger)).toMatchObject({ kind: 'refused' });
    }

    expect(served.downloads).toBe(3);
  });

  it('are looked for again after an hour', async () => {
    const { verify, served, clock } = await aVerifier();
    const token = await signed(claims({ exp: now + 7200 }));
    await verify(token);

    clock.pass(61 * MINUTE);
    await verify(token);

    expect(served.downloads).toBe(2);
  });

  it('stay as last known when they cannot be had any more', async () => {
    const { verify, served, clock } = await aVerifier();
    const token = await signed(claims({ exp: now + 7200 }));
    await verify(token);

    served.broken = true;
    clock.pass(61 * MINUTE);

    expect(await verify(token)).toMatchObject({ kind: 'caller' });
  });

  it('that could never be read are trouble, and not the token’s fault', async () => {
    const { verify, served, clock } = await aVerifier();
    served.broken = true;
    const asking = verify(await signed(claims()));

    await expect(asking).rejects.toMatchObject({ kind: 'unavailable' } satisfies Partial<Failure>);

    served.broken = false;
    clock.pass(SECOND);
    expect(await verify(await signed(claims()))).toMatchObject({ kind: 'caller' });
  });
});
