import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../../local/sign-in.ts';
import { operations } from '../../src/functions/api/contract/operations.ts';
import { tenantDetail, tenantPage } from '../../src/functions/api/contract/tenants.ts';
import { problem } from '../../src/functions/api/contract/problem.ts';
import { runStack, type RunningStack } from '../support/stack.ts';

let running: RunningStack;
let operator: string;
let reader: string;

beforeAll(async () => {
  running = await runStack('local/estates/default.json');
  await running.settle();
  [operator, reader] = await Promise.all([
    accessToken(running.stack.addresses, 'operator'),
    accessToken(running.stack.addresses, 'reader'),
  ]);
});
afterAll(() => running.stop());

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function call(path: string, token: string | null, { method = 'GET', headers }: Call = {}): Promise<Response> {
  return fetch(`${running.stack.addresses['http'] ?? ''}${path}`, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  });
}

const json = async (response: Response): Promise<unknown> => response.json();

describe('the API over HTTP', () => {
  it('lists the estate to a reader with a token of the local Entra', async () => {
    const answer = await call('/tenants?top=1000', reader);

    expect(answer.status).toBe(200);
    const page = tenantPage.parse(await json(answer));
    expect(page.items.map(({ displayName, state }) => [displayName, state])).toContainEqual([
      'Contoso',
      'earning',
    ]);
    expect(page.items).toHaveLength(17);
  });

  it('shows one tenant with its scopes and what to do', async () => {
    const list = tenantPage.parse(await json(await call('/tenants?q=Northwind', reader)));

    const answer = await call(`/tenants/${list.items[0]?.tenantId ?? ''}`, operator);

    const tenant = tenantDetail.parse(await json(answer));
    expect(tenant.scopes.map(({ verdict }) => verdict)).toEqual(['role-not-eligible']);
    expect(tenant.instructions).toHaveLength(1);
  });

  it('gives the list as CSV', async () => {
    const answer = await call('/tenants?state=earning&bom=true', reader, { headers: { accept: 'text/csv' } });

    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.toString().trimEnd().split('\r\n')).toHaveLength(7);
  });

  it('tells anybody that it is alive, and nothing else to anybody without a token', async () => {
    expect((await call('/health/live', null)).status).toBe(200);
    const refused = await call('/tenants', null);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect(problem.parse(await json(refused)).status).toBe(401);
  });

  it('is ready, and says so to a reader', async () => {
    expect(await json(await call('/health/ready', reader))).toMatchObject({ ready: true });
  });

  it('answers methods a path does not know by itself', async () => {
    const answer = await call('/tenants', operator, { method: 'DELETE' });

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
  });

  it('asks for a token on every path, by every method it knows', async () => {
    const guarded = operations.filter(({ role }) => role !== null);

    const statuses = await Promise.all(
      guarded.map(
        async ({ method, path }) => (await call(path.replace(/\{\w+\}/g, 'x'), null, { method })).status,
      ),
    );

    expect(statuses).toEqual(guarded.map(() => 401));
  });

  it.each([
    '/tenants?top=0',
    '/tenants?top=1&top=2',
    '/tenants?%00=1',
    '/tenants/%00',
    '/tenants/..%2f..%2fetc',
    '/tenants/__proto__',
    '/parked?continuation=../x',
    '/sweeps/%20',
  ])('refuses %s as a problem', async (target) => {
    const answer = await call(target, operator);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(problem.parse(await json(answer)).status).toBe(answer.status);
  });
});
