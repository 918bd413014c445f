import { describe, expect, it } from 'vitest';
import { problem } from '../../../src/functions/api/contract/problem.ts';
import { Failure } from '../../../src/lib/domain/failure.ts';
import { anApi } from '../../support/api.ts';

describe('a call', () => {
  it('without a token is asked for one', async () => {
    const answer = await anApi().send('GET', '/tenants', {});

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="pal-autopilot"');
    expect(problem.parse(answer.json).type).toBe('urn:pal-autopilot:problem:unauthenticated');
  });

  it.each(['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer forged', `Bearer ${'x'.repeat(20_000)}`])(
    'with “%.20s” instead of a token is refused',
    async (authorization) => {
      const answer = await anApi().send('GET', '/tenants', { headers: { authorization } });

      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    },
  );

  it('with a cookie, or a proxy’s word for it, instead of a token is refused', async () => {
    const headers = { cookie: 'AppServiceAuthSession=abc', 'x-ms-client-principal': 'eyJyb2xlcyI6W119' };

    expect((await anApi().send('GET', '/tenants', { headers })).status).toBe(401);
  });

  it('with a token without a role is forbidden, and told which it takes', async () => {
    const answer = await anApi().send('GET', '/tenants', { as: null });

    expect(answer.status).toBe(403);
    expect(problem.parse(answer.json).detail).toContain('Pal.Read');
  });

  it.each(['Pal.Read', 'Pal.Operate'] as const)('with the role %s may read', async (as) => {
    expect((await anApi().send('GET', '/tenants', { as })).status).toBe(200);
  });

  it.each(['DELETE', 'PUT', 'PATCH', 'OPTIONS'])('by %s is told which methods there are', async (method) => {
    const answer = await anApi().send(method, '/health/live');

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(problem.parse(answer.json).status).toBe(405);
  });

  it('by HEAD is answered like GET, without the body', async () => {
    const answer = await anApi().send('HEAD', '/health/live', {});

    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  it('with a parameter nobody knows is told its name', async () => {
    const answer = await anApi().get('/tenants?stat=earning');

    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json).errors).toEqual([
      { in: 'query', at: 'stat', problem: 'is not a parameter of this operation' },
    ]);
  });

  it('with a parameter given twice is told its name', async () => {
    const answer = await anApi().get('/tenants?q=con&q=lit');

    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json).errors).toEqual([
      { in: 'query', at: 'q', problem: 'is given more than once' },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'with the parameter %s, which every object has, is told so',
    async (name) => {
      const answer = await anApi().get(`/tenants?${name}=1`);

      expect(answer.status).toBe(400);
      expect(problem.parse(answer.json).errors).toMatchObject([{ in: 'query', at: name }]);
    },
  );

  it.each([
    ['a body nobody reads', 'application/xml', '<a/>', 415],
    ['fields nobody reads', 'application/json', '{"tenantId":"all"}', 400],
    ['more than anybody reads', 'application/json', `"${'x'.repeat(400_000)}"`, 413],
    ['an empty object', 'application/json', '{}', 202],
    ['nothing', '', '', 202],
  ])('that takes no body is answered by its rules when it has %s', async (_, type, text, status) => {
    const stage = anApi();

    const answer = await stage.send('POST', '/sweeps', {
      as: 'Pal.Operate',
      bytes: Buffer.from(text),
      headers: type ? { 'content-type': type } : {},
    });

    expect(answer.status).toBe(status);
    expect(stage.queues.messages('sweeps')).toHaveLength(status === 202 ? 1 : 0);
  });

  it('has its own id echoed, and is given one', async () => {
    const headers = { 'x-ms-client-request-id': 'ticket-4711' };
    const answer = await anApi().send('GET', '/health/live', { headers });

    expect(answer.headers.get('x-ms-client-request-id')).toBe('ticket-4711');
    expect(answer.headers.get('x-ms-request-id')).toBe('0c0c0c0c-0000-4000-8000-000000000001');
  });

  it('has an id that could not be a header left out', async () => {
    const headers = { 'x-ms-client-request-id': 'ticket 4711 é' };
    const answer = await anApi().send('GET', '/health/live', { headers });

    expect(answer.headers.get('x-ms-client-request-id')).toBeNull();
  });

  it('is answered for the caller alone, as what it is', async () => {
    const { headers } = await anApi().get('/tenants');

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('trouble behind a call', () => {
  it.each([
    ['unavailable', 503],
    ['throttled', 503],
    ['conflict', 409],
    ['denied', 500],
    ['unexpected', 500],
  ] as const)('%s is told as %i, without its words', async (kind, status) => {
    const stage = anApi();
    stage.links.fail('read', new Failure(kind, 'table Links at http://inside refused'));

    const answer = await stage.get('/tenants');

    expect(answer.status).toBe(status);
    expect(problem.parse(answer.json).status).toBe(status);
    expect(answer.text).not.toContain('inside');
  });

  it('that nobody foresaw is told as 500, without its words, and logged', async () => {
    const stage = anApi();
    stage.links.fail('read', new TypeError('undefined is not a function at inside.ts:7'));

    const answer = await stage.get('/tenants');

    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('inside');
    expect(stage.log.entries.map(({ event, level }) => [level, event])).toEqual([['error', 'call.failed']]);
  });
});

describe('the sign of life', () => {
  it('is given to anybody and says nothing else', async () => {
    const answer = await anApi().send('GET', '/health/live', {});

    expect([answer.status, answer.json]).toEqual([200, { status: 'alive' }]);
  });

  it('is all that is given without a token', async () => {
    expect((await anApi().send('GET', '/health/ready', {})).status).toBe(401);
    expect((await anApi().send('GET', '/openapi.json', {})).status).toBe(401);
  });
});
