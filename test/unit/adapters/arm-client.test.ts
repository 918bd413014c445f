import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { makeArmClient } from '../../../src/lib/adapters/arm/arm-client.ts';
import { aClock } from '../../support/clock.ts';

/** A client of an ARM that gives one answer. */
function aClient(status: number, body: object) {
  const armAs = makeArmClient({
    endpoint: 'https://management.example',
    timeoutMs: 1_000,
    http: {
      sendRequest: (request) =>
        Promise.resolve({ request, status, headers: createHttpHeaders(), bodyAsText: JSON.stringify(body) }),
    },
    clock: aClock(),
    newId: () => 'id-1',
    onThrottled: () => undefined,
  });
  return armAs({ getToken: () => Promise.resolve({ token: 'a-token', expiresOnTimestamp: 0 }) });
}

const asked = { method: 'GET' as const, path: '/x', what: 'something was asked' };
const refusal = { error: { code: 'NoLicence', message: 'The tenant has none.' } };

describe('an answer that is no success', () => {
  it('is an answer all the same where the call understands its status', async () => {
    const answer = await aClient(403, refusal)({ ...asked, understands: [403] });

    expect(answer).toMatchObject({ status: 403, body: refusal });
  });

  it('is an answer where the call understands its code', async () => {
    const answer = await aClient(400, refusal)({ ...asked, understands: [403, 'NoLicence'] });

    expect(answer).toMatchObject({ status: 400, body: refusal });
  });

  it.each([
    ['of another code', { error: { code: 'BadRequest', message: 'NoLicence' } }],
    ['without a code', {}],
  ])('is trouble with the same status %s', async (_, body) => {
    const answer = aClient(400, body)({ ...asked, understands: [403, 'NoLicence'] });

    await expect(answer).rejects.toMatchObject({ kind: 'rejected' });
  });
});
