import { describe, expect, it } from 'vitest';
import { armFailure, codeOf, noAnswer, ownerTenantIn } from '../../../src/lib/adapters/arm/arm-errors.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');

function failureOf(status: number, headers: Record<string, string> = {}, code: string | null = null) {
  const header = (name: string) => headers[name];
  return armFailure({ status, header, code }, 'the subscriptions were listed', NOON);
}

describe('an answer of Azure that is no success', () => {
  it.each<[number, Record<string, string>, string]>([
    [429, {}, 'throttled'],
    [429, { 'retry-after': '17' }, 'throttled'],
    [503, { 'retry-after': '17' }, 'throttled'],
    [503, {}, 'unavailable'],
    [500, { 'retry-after': '17' }, 'unavailable'],
    [500, {}, 'unavailable'],
    [502, {}, 'unavailable'],
    [504, {}, 'unavailable'],
    [408, {}, 'unavailable'],
    [409, {}, 'conflict'],
    [412, {}, 'conflict'],
    [401, {}, 'denied'],
    [403, {}, 'denied'],
    [400, {}, 'rejected'],
    [404, {}, 'unexpected'],
    [405, {}, 'unexpected'],
    [302, {}, 'unexpected'],
  ])('with %d and %j is %s', (status, headers, kind) => {
    expect(failureOf(status, headers).kind).toBe(kind);
  });

  it('says in words what was asked for, with status and code', () => {
    expect(failureOf(403, {}, 'AuthorizationFailed').message).toBe(
      'Azure answered 403 (AuthorizationFailed) when the subscriptions were listed.',
    );
    expect(failureOf(500).message).toBe('Azure answered 500 when the subscriptions were listed.');
  });

  it.each([
    [{ 'x-ms-request-id': 'westcentralus:1', 'x-ms-correlation-request-id': '2' }, 'westcentralus:1'],
    [{ 'x-ms-correlation-request-id': '2' }, '2'],
    [{}, null],
  ])('keeps the id support asks for: %j', (headers, requestId) => {
    expect(failureOf(500, headers).requestId).toBe(requestId);
  });

  it.each<[string, Record<string, string>, string | null]>([
    ['seconds', { 'retry-after': '17' }, '2026-03-10T12:00:17.000Z'],
    ['no time at all', { 'retry-after': '0' }, '2026-03-10T12:00:00.000Z'],
    ['a date', { 'retry-after': 'Tue, 10 Mar 2026 12:01:00 GMT' }, '2026-03-10T12:01:00.000Z'],
    ['milliseconds', { 'retry-after-ms': '1500', 'retry-after': '2' }, '2026-03-10T12:00:01.500Z'],
    ['milliseconds of another name', { 'x-ms-retry-after-ms': '250' }, '2026-03-10T12:00:00.250Z'],
    ['nonsense, after the usual pause,', { 'retry-after': 'soon' }, '2026-03-10T12:00:05.000Z'],
    ['nonsense beside seconds', { 'retry-after-ms': 'soon', 'retry-after': '2' }, '2026-03-10T12:00:02.000Z'],
    ['nothing, after the usual pause,', {}, '2026-03-10T12:00:05.000Z'],
  ])('that throttles and names %s may be asked again then', (_, headers, expected) => {
    expect(failureOf(429, headers).retryAt?.toISOString() ?? null).toBe(expected);
  });
});

describe('a request without a usable answer', () => {
  it('is unavailable, with its cause in words and nothing else of it', () => {
    const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', request: { token: 'x' } });

    const failure = noAnswer(cause, 'the subscriptions were listed');

    expect(failure).toMatchObject({
      kind: 'unavailable',
      message: 'Azure gave no usable answer when the subscriptions were listed.',
      cause: new Error('Error ECONNRESET socket hang up'),
    });
    expect(failure.cause).not.toHaveProperty('request');
  });

  it('is what it already was, where it is a failure', () => {
    const failure = new Failure('denied', 'The token belongs to somebody else.');

    expect(noAnswer(failure, 'the subscriptions were listed')).toBe(failure);
  });
});

describe('the code of an error body', () => {
  it.each<[string, unknown, string | null]>([
    ['under error', { error: { code: 'AuthorizationFailed', message: 'x' } }, 'AuthorizationFailed'],
    ['beside error', { code: 'PartnerIdInvalid' }, 'PartnerIdInvalid'],
    [
      'of Resource Graph, in the details',
      { error: { code: 'BadRequest', details: [{ code: 'InvalidQuery' }, { code: 'ParserFailure' }] } },
      'InvalidQuery',
    ],
    ['with details that are empty', { error: { code: 'BadRequest', details: [] } }, 'BadRequest'],
    ['of a body without one', {}, null],
    ['that is a number', { error: { code: 403 } }, null],
    ['of no body', null, null],
    ['of a text', 'oops', null],
    ['of what could not be parsed', undefined, null],
  ])('is found %s', (_, body, code) => {
    expect(codeOf(body)).toBe(code);
  });
});

describe('the tenant a subscription belongs to', () => {
  const OWNER = 'cccccccc-0000-4000-8000-00000000000a';
  const challenge = (uri: string) =>
    `Bearer authorization_uri="${uri}", error="invalid_token", error_description="The access token is from the wrong issuer."`;
  const owner = (
    wwwAuthenticate: string | undefined,
    status = 401,
    code = 'InvalidAuthenticationTokenTenant',
  ) =>
    ownerTenantIn({
      status,
      code,
      header: (name) => (name === 'www-authenticate' ? wwwAuthenticate : undefined),
    });

  it.each([
    ['https://login.windows.net/' + OWNER],
    ['https://login.windows.net/' + OWNER.toUpperCase()],
    ['https://login.microsoftonline.us/' + OWNER + '/'],
    ['https://login.windows.net/' + OWNER + '/oauth2/authorize'],
  ])('is named by the challenge %s', (uri) => {
    expect(owner(challenge(uri))).toBe(OWNER);
  });

  it.each([
    ['without a challenge', undefined],
    ['of another kind', 'Basic realm="x"'],
    ['without a tenant', challenge('https://login.windows.net/')],
    ['with a tenant that is no id', challenge('https://login.windows.net/common/oauth2/authorize')],
    ['that is no address', challenge(OWNER)],
  ])('is not named by an answer %s', (_, wwwAuthenticate) => {
    expect(owner(wwwAuthenticate)).toBeNull();
  });

  it.each([
    [401, 'InvalidAuthenticationToken'],
    [401, 'ExpiredAuthenticationToken'],
    [403, 'InvalidAuthenticationTokenTenant'],
  ])('is not named by %d %s, whatever it challenges', (status, code) => {
    expect(owner(challenge('https://login.windows.net/' + OWNER), status, code)).toBeNull();
  });
});
