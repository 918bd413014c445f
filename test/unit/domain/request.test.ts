import { describe, expect, it } from 'vitest';
import {
  linkOfRequest,
  linkRequestId,
  messageIdOf,
  nextCopy,
  reconcileRequest,
} from '../../../src/lib/domain/request.ts';
import { aRequest } from '../../support/requests.ts';
import { ids } from '../../support/delegations.ts';

describe('the message id of a request', () => {
  it('names subject, cause and hop', () => {
    expect(messageIdOf(aRequest({ hop: 3 }))).toBe('tenant.cccccccc-0000-4000-8000-000000000001~event-1~3');
  });

  it.each([
    ['tenant' as const, ids.customer],
    ['link' as const, linkRequestId({ tenantId: ids.managingTenant, objectId: ids.pal })],
  ])('fits into 128 characters for a %s and a digest as cause', (subject, id) => {
    const request = aRequest({ subject, id, cause: { kind: 'event', id: 'f'.repeat(32) }, hop: 9_999 });

    expect(messageIdOf(request).length).toBeLessThanOrEqual(128);
  });

  it('fits into 128 characters for every request that is well formed', () => {
    const id = linkRequestId({ tenantId: ids.managingTenant, objectId: ids.pal });
    const request = aRequest({ subject: 'link', id, cause: { kind: 'operator', id: 'f'.repeat(64) } });

    expect(reconcileRequest.safeParse(request).success && messageIdOf(request).length > 128).toBe(false);
  });

  it('differs between two copies of one request', () => {
    const request = aRequest();

    const messageIds = [request, nextCopy(request, true), nextCopy(nextCopy(request, false), false)].map(
      messageIdOf,
    );

    expect(new Set(messageIds).size).toBe(3);
  });
});

describe('the next copy of a request', () => {
  it('uses up an attempt when the failure counts', () => {
    expect(nextCopy(aRequest({ attempt: 1, hop: 4 }), true)).toEqual(aRequest({ attempt: 2, hop: 5 }));
  });

  it('uses up none when it does not', () => {
    expect(nextCopy(aRequest({ attempt: 1, hop: 4 }), false)).toEqual(aRequest({ attempt: 1, hop: 5 }));
  });
});

describe('a request', () => {
  it('about a link names tenant and object', () => {
    const link = { tenantId: ids.managingTenant, objectId: ids.pal };

    expect(linkOfRequest(linkRequestId(link))).toEqual(link);
  });

  it('survives being sent', () => {
    const request = aRequest({ attempt: 2, hop: 7 });

    expect(reconcileRequest.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  it.each<[string, object]>([
    ['about something else', { subject: 'estate' }],
    ['about nobody', { id: '' }],
    ['about a name', { id: 'contoso' }],
    ['without a cause', { cause: undefined }],
    ['with a cause of no known kind', { cause: { kind: 'weather', id: '1' } }],
    ['with a negative hop', { hop: -1 }],
    ['with half an attempt', { attempt: 0.5 }],
    ['with a time nobody can read', { since: 'yesterday' }],
  ])('%s is refused', (_, changes) => {
    expect(reconcileRequest.safeParse({ ...aRequest(), ...changes }).success).toBe(false);
  });
});
