import { describe, expect, it } from 'vitest';
import { entraFailure, noToken, type EntraAnswer } from '../../../src/lib/adapters/identity/entra-errors.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';

const NOON = new Date('2026-03-10T12:00:00.000Z');

function failureOf(changes: Partial<EntraAnswer>) {
  const answer: EntraAnswer = {
    status: 400,
    body: '',
    retryAfter: undefined,
    requestId: undefined,
    ...changes,
  };
  return entraFailure(answer, 'pal-link', NOON);
}

const refusal = (code: string) =>
  JSON.stringify({
    error: 'invalid_client',
    error_description: `${code}: Something about a client. Trace ID: 1`,
  });

describe('an answer of Entra that is no token', () => {
  it.each<[string, Partial<EntraAnswer>, string]>([
    ['429', { status: 429 }, 'throttled'],
    ['429 with a pause', { status: 429, retryAfter: '60' }, 'throttled'],
    ['503 with a pause', { status: 503, retryAfter: '5' }, 'throttled'],
    ['503', { status: 503 }, 'unavailable'],
    ['503 with a code of its own', { status: 503, body: refusal('AADSTS90033') }, 'unavailable'],
    ['500', { status: 500 }, 'unavailable'],
    ['408', { status: 408 }, 'unavailable'],
    ['400 for an unknown application', { status: 400, body: refusal('AADSTS700016') }, 'denied'],
    ['401 for a wrong secret', { status: 401, body: refusal('AADSTS7000215') }, 'denied'],
    ['400 without a code', { status: 400, body: '<html>' }, 'denied'],
    ['404', { status: 404 }, 'denied'],
  ])('%s comes to the failure it means', (_, answer, kind) => {
    expect(failureOf(answer).kind).toBe(kind);
  });

  it.each([
    ['60', '2026-03-10T12:01:00.000Z'],
    ['5', '2026-03-10T12:00:05.000Z'],
    [undefined, '2026-03-10T12:01:00.000Z'],
    ['soon', '2026-03-10T12:01:00.000Z'],
  ])('that throttles for %s may be asked again at %s', (retryAfter, retryAt) => {
    expect(failureOf({ status: 429, retryAfter }).retryAt).toEqual(new Date(retryAt));
  });

  it.each([
    ['AADSTS700016', 'The application is unknown in this tenant'],
    ['AADSTS7000215', 'The client secret is wrong'],
    ['AADSTS7000222', 'The client secret has expired'],
    ['AADSTS7000112', 'The application is disabled'],
    ['AADSTS65001', 'has not been consented to'],
    ['AADSTS70021', 'No federated credential'],
    ['AADSTS700213', 'No federated credential'],
    ['AADSTS90002', 'The tenant does not exist'],
    ['AADSTS99999', 'list of error codes'],
  ])('with %s says who was refused and what to do', (code, advice) => {
    const { message } = failureOf({ body: refusal(code) });

    expect(message).toContain(`Entra refused a token to “pal-link” (${code}).`);
    expect(message).toContain(advice);
  });

  it('never repeats the body', () => {
    const body = JSON.stringify({ error_description: 'AADSTS7000215: client_secret=hunter2' });

    expect(failureOf({ body }).message).not.toContain('hunter2');
  });

  it('keeps the id support asks for', () => {
    expect(failureOf({ requestId: 'trace-1' }).requestId).toBe('trace-1');
  });
});

describe('a token that did not come for another reason', () => {
  it('is unavailable, with its cause', () => {
    const cause = new Error('getaddrinfo ENOTFOUND');

    expect(noToken(cause, 'pal-link')).toMatchObject({
      kind: 'unavailable',
      cause: new Error('Error getaddrinfo ENOTFOUND'),
    });
  });

  it('is what it already was, where it is a failure', () => {
    const failure = new Failure('denied', 'x');

    expect(noToken(failure, 'pal-link')).toBe(failure);
  });
});
