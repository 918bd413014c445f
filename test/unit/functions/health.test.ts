import { HttpRequest } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { health } from '../../../src/functions/health.ts';

const request = (method: string) => new HttpRequest({ method, url: 'http://localhost/api/health/live' });

describe('the health of a worker', () => {
  it.each(['GET', 'HEAD'])('is told to anybody who asks by %s, and never cached', (method) => {
    expect(health(request(method))).toEqual({
      jsonBody: { status: 'alive' },
      headers: { 'cache-control': 'no-store' },
    });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is not to be changed by %s', (method) => {
    expect(health(request(method))).toEqual({
      status: 405,
      headers: { 'cache-control': 'no-store', allow: 'GET, HEAD' },
    });
  });
});
