import type { TokenCredential } from '@azure/core-auth';
import { describe, expect, it } from 'vitest';
import { bucketOf, makeBucketGate } from '../../../src/lib/adapters/arm/bucket-gate.ts';
import { makeEntraWatch } from '../../../src/lib/adapters/identity/entra-watch.ts';
import { makeTenantCredentials } from '../../../src/lib/adapters/identity/tenant-credentials.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { makeFakeThrottleBoard } from '../../fakes/throttle-board.ts';
import { aClock, MINUTE } from '../../support/clock.ts';
import { aPrincipal, ids } from '../../support/delegations.ts';

const scope = 'https://management.azure.com/.default';

function tokenWith(claims: object) {
  const text = ['header', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  return { token: text, expiresOnTimestamp: Date.parse('2026-03-10T13:00:00.000Z') };
}

/** Entra, where the application is one object in every tenant, unless `answer` says otherwise. */
function someCredentials(answer?: (tenantId: string) => object, kept = 2) {
  const clock = aClock();
  const gate = makeBucketGate(
    makeFakeThrottleBoard(),
    () => false,
    clock,
    () => Promise.resolve(),
  );
  const made: string[] = [];
  const asked: string[] = [];
  const credentials = makeTenantCredentials({
    make(_principal, tenantId, name) {
      made.push(tenantId);
      const credential: TokenCredential = {
        getToken(_scopes, { enableCae } = {}) {
          asked.push(enableCae ? `${tenantId} with evaluation` : tenantId);
          const claims = { tid: tenantId, appid: ids.palApplication, oid: ids.palInTenant };
          return Promise.resolve(tokenWith({ ...claims, ...answer?.(tenantId) }));
        },
      };
      return { credential, watch: makeEntraWatch(name, MINUTE, clock) };
    },
    paced: (applicationId, tenantId, ask) => gate.run(bucketOf(applicationId, tenantId, 'tokens'), ask),
    scope,
    kept,
  });
  return { credentials, clock, made, asked };
}

const identityIn = (tenantId: string, objectId = ids.palInTenant) => ({
  tenantId,
  objectId,
  principal: aPrincipal(),
});

describe('the credential of a principal in a tenant', () => {
  it('tells which object the application is there', async () => {
    const { credentials } = someCredentials(() => ({ oid: ids.palInTenant.toUpperCase() }));

    expect(await credentials.objectIdOf(aPrincipal(), ids.customer, null)).toBe(ids.palInTenant);
  });

  it('is made once, whatever is asked of it', async () => {
    const { credentials, made } = someCredentials();

    await credentials.objectIdOf(aPrincipal(), ids.customer, null);
    const first = credentials.of(identityIn(ids.customer));
    await first.getToken(scope);

    expect(credentials.of(identityIn(ids.customer))).toBe(first);
    expect(made).toEqual([ids.customer]);
  });

  it('asks for a new token once the kept one is not of the object that is expected', async () => {
    const objects = [ids.palInTenant, ids.stranger];
    const { credentials, asked } = someCredentials(() => ({ oid: objects.shift() ?? ids.stranger }));
    const objectNow = (expected: string) => credentials.objectIdOf(aPrincipal(), ids.customer, expected);

    expect(await objectNow(ids.stranger)).toBe(ids.palInTenant);
    expect(await objectNow(ids.stranger)).toBe(ids.stranger);

    expect(asked).toHaveLength(2);
  });

  it('asks for one sort of token, whatever its users ask for', async () => {
    const { credentials, asked } = someCredentials();

    await credentials.of(identityIn(ids.customer)).getToken(scope, { enableCae: true });

    expect(asked).toEqual([ids.customer]);
  });

  it('used longest ago is forgotten when there are too many', async () => {
    const { credentials, made } = someCredentials();
    for (const tenantId of [ids.customer, ids.otherCustomer, ids.customer, ids.otherPartner]) {
      await credentials.objectIdOf(aPrincipal(), tenantId, null);
    }

    await credentials.objectIdOf(aPrincipal(), ids.customer, null);
    await credentials.objectIdOf(aPrincipal(), ids.otherCustomer, null);

    expect(made).toEqual([ids.customer, ids.otherCustomer, ids.otherPartner, ids.otherCustomer]);
  });

  it.each([
    ['tenant', { tid: ids.otherCustomer }],
    ['application', { appid: ids.stranger }],
    ['object', { oid: undefined }],
  ])('gives no token of another %s', async (_, claims) => {
    const { credentials } = someCredentials(() => claims);

    await expect(credentials.objectIdOf(aPrincipal(), ids.customer, null)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(`“pal-link in tenant ${ids.customer}”`) as string,
    });
  });

  it('of one object gives no token of another', async () => {
    const { credentials } = someCredentials();

    await expect(
      credentials.of(identityIn(ids.customer, ids.stranger)).getToken(scope),
    ).rejects.toMatchObject({
      kind: 'denied',
    });
    await expect(credentials.of(identityIn(ids.customer)).getToken(scope)).resolves.not.toBeNull();
  });

  it('that Entra throttles is not asked again before its time, and no other tenant waits', async () => {
    const retryAt = new Date('2026-03-10T12:01:00.000Z');
    let throttling = true;
    const { credentials, clock, asked } = someCredentials((tenantId) => {
      if (throttling && tenantId === ids.customer)
        throw new Failure('throttled', 'Entra throttles the tokens.', { retryAt });
      return {};
    });
    const objectIn = (tenantId: string) => credentials.objectIdOf(aPrincipal(), tenantId, null);

    await expect(objectIn(ids.customer)).rejects.toMatchObject({ kind: 'throttled', retryAt });
    await expect(objectIn(ids.customer)).rejects.toMatchObject({ kind: 'throttled', retryAt });
    await objectIn(ids.otherCustomer);
    throttling = false;
    clock.pass(MINUTE);
    await objectIn(ids.customer);

    expect(asked).toEqual([ids.customer, ids.otherCustomer, ids.customer]);
  });
});
