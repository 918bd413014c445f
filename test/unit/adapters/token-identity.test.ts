import { describe, expect, it } from 'vitest';
import { proveIdentity, type ExpectedIdentity } from '../../../src/lib/adapters/identity/token-identity.ts';
import { ids } from '../../support/delegations.ts';

/** A token with these claims; what follows them is Azure's to check. */
function aToken(claims: object): string {
  return ['header', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

const claims = { tid: ids.managingTenant, appid: ids.palApplication, oid: ids.pal };
const expected: ExpectedIdentity = {
  name: 'pal-link',
  tenantId: ids.managingTenant,
  applicationId: ids.palApplication,
  objectId: ids.pal,
};

describe('a token', () => {
  it.each<[string, object, ExpectedIdentity]>([
    ['of the expected identity', claims, expected],
    ['in capitals', { ...claims, oid: ids.pal.toUpperCase() }, expected],
    [
      'that names its application the newer way',
      { tid: claims.tid, oid: claims.oid, azp: ids.palApplication },
      expected,
    ],
    ['whose object id nobody expects', claims, { name: 'observer', tenantId: ids.managingTenant }],
  ])('%s is let through', (_, given, identity) => {
    expect(() => {
      proveIdentity(aToken(given), identity);
    }).not.toThrow();
  });

  it.each<[string, object, string]>([
    ['another tenant', { ...claims, tid: ids.customer }, 'tenant (tid)'],
    ['another application', { ...claims, appid: ids.stranger }, 'application (appid)'],
    ['another object', { ...claims, oid: ids.stranger }, 'object (oid)'],
    ['no tenant', { ...claims, tid: undefined }, 'tenant (tid)'],
    ['no object', { ...claims, oid: undefined }, 'object (oid)'],
    ['an object that is a number', { ...claims, oid: 7 }, 'object (oid)'],
  ])('of %s is refused, naming both', (_, given, what) => {
    expect(() => {
      proveIdentity(aToken(given), expected);
    }).toThrow(
      expect.objectContaining({
        kind: 'denied',
        message: expect.stringContaining(`“pal-link” belongs to ${what}`) as string,
      }),
    );
  });

  it('of another object names the ids of both', () => {
    expect(() => {
      proveIdentity(aToken({ ...claims, oid: ids.stranger }), expected);
    }).toThrow(
      `The token of “pal-link” belongs to object (oid) ${ids.stranger}, but ${ids.pal} is expected. Nothing was sent with it.`,
    );
  });

  it.each([
    ['empty', ''],
    ['opaque', 'EwBgA8l6BAAU'],
    ['broken', 'a.b.c'],
  ])('that is %s is unexpected, and not repeated', (_, token) => {
    expect(() => {
      proveIdentity(token, expected);
    }).toThrow(
      expect.objectContaining({
        kind: 'unexpected',
        message: 'Entra issued a token that is not a JSON web token.',
      }),
    );
  });
});
